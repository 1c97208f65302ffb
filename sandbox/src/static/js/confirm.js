// The question before a press that cannot be taken back.

import { byId, el } from "/js/dom.js";

/** Whether the person says yes; the focus goes back to where it was. */
export function confirmed(words) {
  const dialog = byId("confirm");
  const yes = el("button", { type: "submit", value: "yes", className: words.style ?? "primary", id: "confirm-yes" }, words.confirm.text);
  const no = el("button", { type: "submit", value: "no", id: "confirm-no" }, words.deny.text);
  dialog.replaceChildren(el("form", { method: "dialog" },
    el("h2", { id: "confirm-title" }, words.title.text), el("p", { id: "confirm-text" }, words.text.text),
    el("div", { className: "row end" }, no, yes)));
  dialog.returnValue = "no";
  dialog.showModal();
  yes.focus();
  return new Promise((done) => dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    done(dialog.returnValue === "yes");
  }, { once: true }));
}
