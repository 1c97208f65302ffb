// What a person chose for this page itself: its colours, how much of the journal, and which part a narrow screen shows.

import { byId } from "/js/dom.js";

const THEME = "theme";
const LINES = "lines";

/** Colours: the system's, or the person's own choice. */
export function theme() {
  const select = byId("theme");
  const use = (name) => {
    document.documentElement.dataset.theme = name;
    select.value = name;
  };
  use(localStorage.getItem(THEME) ?? "");
  select.addEventListener("change", () => {
    localStorage.setItem(THEME, select.value);
    use(select.value);
  });
}

/** Whether the journal shows the lines, too, that only the bot cares for. */
export function housekeeping() {
  const box = byId("all-lines");
  const use = (all) => byId("lines").classList.toggle("only-loud", !all);
  box.checked = localStorage.getItem(LINES) === "all";
  use(box.checked);
  box.addEventListener("change", () => {
    localStorage.setItem(LINES, box.checked ? "all" : "");
    use(box.checked);
  });
}

/** Which part a narrow screen shows; a wide one shows all. Gives the way to another part. */
export function panes() {
  const buttons = [...document.querySelectorAll(".panes button")];
  const show = (pane) => {
    document.body.dataset.pane = pane;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.pane === pane));
  };
  for (const button of buttons) button.addEventListener("click", () => show(button.dataset.pane));
  return show;
}
