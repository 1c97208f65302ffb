// App Home as the bot published it for this person.

import { Drawing } from "/js/blocks.js";
import { dayOf } from "/js/dates.js";
import { byId, el, keep } from "/js/dom.js";
import { attempt, notice, onHome } from "/js/hands.js";
import { ask } from "/js/wire.js";

export class Home {
  constructor() {
    this.box = byId("home");
    this.opened = "";
  }

  draw(scene) {
    this.box.hidden = scene.tab !== "home";
    if (this.box.hidden) {
      this.opened = "";
      return;
    }
    this.open(scene.user);
    const view = scene.world.slack.homes[scene.user];
    const drawing = new Drawing(scene.reader, onHome(scene.user));
    const day = dayOf(scene.now, scene.zone);
    keep(this.box, view
      ? view.body.blocks.map((block, index) => [`${scene.user}-${index}`, JSON.stringify([block, day]), () => drawing.block(block)])
      : [["empty", scene.user, () => el("p", { className: "empty" }, "Jitney has not drawn this page yet. It draws it when it is opened.")]]);
  }

  /** Slack tells the app each time a person comes to the tab. */
  async open(user) {
    if (this.opened === user) return;
    this.opened = user;
    const came = await attempt(() => ask("/control/act", { user, act: "open_home" }));
    if (came && !came.acked) notice("Jitney was not told that its Home was opened: it does not run, or Slack does not reach it.");
  }
}
