// What can be pressed or chosen outside the inputs of a form: buttons, menus, selects.

import { el } from "/js/dom.js";
import { Combobox } from "/js/combobox.js";
import { menu } from "/js/menu.js";

/** An element of an `actions` block, or beside a section. */
export function element(part, block, hands) {
  switch (part.type) {
    case "button": return button(part, block, hands);
    case "overflow": return overflow(part, block, hands);
    case "static_select": return choose(selectOf(part, null), part, block, hands);
    case "external_select": return search(part, block, hands);
    default: return el("span", { className: "hint" }, `An element that this page does not draw: ${part.type}`);
  }
}

function named(part, block) {
  return { action: part.action_id, value: part.value ?? "", block: block.block_id ?? "" };
}

function button(part, block, hands) {
  const made = el("button", { type: "button", className: part.style ?? "", dataset: named(part, block) }, part.text.text);
  if (part.accessibility_label) made.setAttribute("aria-label", part.accessibility_label);
  made.addEventListener("click", () => busy(made, () => hands.press(part, block)));
  return made;
}

/** Until the bot has answered, a second press of the same button does nothing. */
async function busy(made, doing) {
  if (made.getAttribute("aria-busy") === "true") return;
  made.setAttribute("aria-busy", "true");
  try {
    await doing();
  } finally {
    made.removeAttribute("aria-busy");
  }
}

function overflow(part, block, hands) {
  const options = part.options.map((option) => ({ label: option.text.text, chosen: () => hands.press(part, block, option.value) }));
  return menu(el("button", { type: "button", "aria-label": "More", dataset: named(part, block) }, "⋯"), options);
}

/** A select of a static list, with its groups; `held` is the value chosen so far. */
export function selectOf(part, held) {
  const options = (many) => (many ?? []).map((option) => el("option", {
    value: option.value, selected: option.value === held, title: option.description?.text ?? "",
  }, option.text.text));
  const groups = (part.option_groups ?? []).map((group) => el("optgroup", { label: group.label.text }, options(group.options)));
  const empty = el("option", { value: "", disabled: true, hidden: true, selected: !held }, part.placeholder?.text ?? "Choose…");
  return el("select", {}, empty, groups, options(part.options));
}

function choose(made, part, block, hands) {
  Object.assign(made.dataset, named(part, block));
  made.setAttribute("aria-label", part.placeholder?.text ?? "Choose");
  made.addEventListener("change", () => hands.press(part, block, made.value));
  return made;
}

function search(part, block, hands) {
  const box = new Combobox(part, (query) => hands.offer(part, block, query), (option) => hands.press(part, block, option.text.text));
  box.input.setAttribute("aria-label", part.placeholder?.text ?? "Search");
  return box.root;
}
