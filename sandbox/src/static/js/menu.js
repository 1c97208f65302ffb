// A menu that opens from a button: arrows move, Enter chooses, Escape closes and gives the focus back.

import { el, moved } from "/js/dom.js";

/** The button with its menu; `items` are {label, hint, chosen}. */
export function menu(button, items) {
  const entries = items.map(({ label, hint, chosen }) => {
    const entry = el("button", { type: "button", role: "menuitem", tabIndex: -1 },
      el("span", {}, label), hint ? el("span", { className: "hint" }, hint) : null);
    entry.addEventListener("click", () => {
      shut();
      chosen();
    });
    return entry;
  });
  const list = el("div", { role: "menu", className: "menu", hidden: true }, entries);
  const root = el("span", { className: "menu-root" }, button, list);
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");

  const open = (at) => {
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    entries.at(at)?.focus();
  };
  const shut = () => {
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
    button.focus();
  };
  button.addEventListener("click", () => (list.hidden ? open(0) : shut()));
  button.addEventListener("keydown", (event) => {
    const at = { ArrowDown: 0, ArrowUp: -1 }[event.key];
    if (at === undefined) return;
    event.preventDefault();
    open(at);
  });
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return moved(event, entries);
    event.preventDefault();
    event.stopPropagation();
    shut();
  });
  root.addEventListener("focusout", (event) => {
    if (root.contains(event.relatedTarget)) return;
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
  });
  return root;
}
