// Whose Slack is shown: people to be, and the conversations each has with Jitney.

import { byId, el, keep, say } from "/js/dom.js";
import { glyph } from "/js/glyphs.js";
import { addressOf, slug } from "/js/scene.js";

const PARTS = { U0ALICE: "asks for access", U0BOB: "owns all applications", U0DANA: "owner, on call", U0CAROL: "admin, SOC", U0NORA: "SOC" };
const COLOURS = 6;

export function drawPeople(scene) {
  keep(byId("people"), scene.members.map((person, index) => {
    const { id } = person.slack;
    const mine = id === scene.user;
    const unread = scene.unread(id);
    const count = mine ? 0 : unread.messages + unread.audit;
    const facts = PARTS[id] ?? oddity(scene, person);
    const here = scene.at({ person: slug(person), ticket: "" });
    return [id, `${count}${mine}${facts}${here}`, () => row(person, { mine, count, facts, here, index })];
  }));
  say(byId("room-title"), scene.me.name);
  document.title = `${scene.me.name} · Jitney sandbox`;
  drawTabs(scene);
}

function row(person, { mine, count, facts, here, index }) {
  const link = el("a", { href: here, dataset: { user: person.slack.id } },
    avatar(person.name, index), el("span", { className: "who" }, el("span", { className: "name" }, person.name), el("span", { className: "facts" }, facts)),
    badge(count));
  if (mine) link.setAttribute("aria-current", "page");
  const beside = el("a", {
    href: here, target: "_blank", rel: "noopener", className: "beside", title: "Open in a window of its own",
    "aria-label": `Open ${person.name} in a window of its own`,
  }, glyph("window"));
  return el("div", { className: "person-row" }, link, beside);
}

/** Initials on a colour that stays with the person. */
export function avatar(name, index) {
  const initials = name.split(" ").map((word) => word[0]).slice(0, 2).join("");
  return el("span", { className: `avatar hue-${index % COLOURS}`, "aria-hidden": "true" }, initials);
}

function badge(count) {
  return count ? el("span", { className: "badge" }, String(count), el("span", { className: "unseen" }, " unread")) : null;
}

/** What is unusual about somebody, in a word or two. */
function oddity(scene, person) {
  const twins = scene.world.people.filter((one) => one.okta?.email === person.slack.email).length;
  if (person.slack.restricted || person.slack.ultra_restricted) return "guest";
  if (!person.okta) return "no Okta user";
  if (person.okta.status !== "ACTIVE") return `Okta: ${person.okta.status.toLowerCase()}`;
  return twins > 1 ? "two Okta users" : "";
}

function drawTabs(scene) {
  const unread = scene.unread(scene.user);
  const tabs = [["home", "Home", 0], ["messages", "Messages", unread.messages]];
  if (scene.seesChannels && scene.audit) tabs.push(["audit", `# ${scene.audit.name}`, unread.audit]);
  keep(byId("tabs"), tabs.map(([tab, label, count]) => {
    const mine = tab === scene.tab;
    const shown = mine ? 0 : count;
    const here = addressOf({ person: slug(scene.me), tab });
    return [tab, `${mine}${shown}${here}${label}`, () => {
      const link = el("a", { href: here, dataset: { tab } }, label, badge(shown));
      if (mine) link.setAttribute("aria-current", "page");
      return link;
    }];
  }));
}
