// What a person chose for this page itself: its colours, and which part a narrow screen shows.

import { byId } from "/js/dom.js";

const THEME = "theme";

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
