// Okta's groups with their members, as they truly are.

import { byId, el, keep } from "/js/dom.js";

export function drawGroups(scene) {
  const asked = new Set(scene.own.granted);
  const groups = scene.world.okta.groups;
  keep(byId("groups"), groups.filter((group) => asked.has(group.id)).map((group) => item(scene, group)));
  keep(byId("other-groups"), groups.filter((group) => !asked.has(group.id)).map((group) => item(scene, group)));
}

function item(scene, group) {
  return [group.id, JSON.stringify(group), () => {
    const people = group.members.map((id) => el("li", { dataset: { member: id } }, scene.nameOfOkta(id)));
    return el("div", { className: "group", dataset: { group: group.id } },
      el("h3", {}, group.name),
      people.length ? el("ul", { className: "chips" }, people) : el("p", { className: "hint" }, "nobody"));
  }];
}
