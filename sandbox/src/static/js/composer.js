// Where slash commands are typed, and the menu of shortcuts beside it.

import { byId, el } from "/js/dom.js";
import { glyph } from "/js/glyphs.js";
import { act, attempt, notice } from "/js/hands.js";
import { menu } from "/js/menu.js";

export class Composer {
  constructor() {
    this.input = byId("command");
    this.drawn = "";
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    byId("command-hint").addEventListener("click", (event) => {
      if (!event.target.matches(".try")) return;
      this.input.value = event.target.textContent;
      this.input.focus();
    });
  }

  draw(scene) {
    this.scene = scene;
    const signature = scene.world.slack.shortcuts.join();
    if (signature === this.drawn) return;
    this.drawn = signature;
    const button = el("button", { type: "button", id: "shortcuts-button", title: "Shortcuts", "aria-label": "Shortcuts" }, glyph("zap"));
    byId("shortcuts").replaceChildren(menu(button, scene.world.slack.shortcuts.map((name) => this.shortcut(name))));
  }

  shortcut(name) {
    const words = name.replaceAll("_", " ");
    return {
      label: words[0].toUpperCase() + words.slice(1), hint: "Jitney",
      chosen: () => attempt(() => act(this.scene.user, { act: "shortcut", callback_id: name })),
    };
  }

  send() {
    const words = this.input.value.trim();
    const [, command, text] = /^(\S*)\s*(.*)$/s.exec(words);
    if (!command.startsWith("/")) return notice("A slash command begins with a slash, such as /jit. Jitney reads no other messages.");
    this.input.value = command;
    return attempt(() => act(this.scene.user, { act: "slash", command, text }));
  }
}
