// The one clock of the world and the bot, read in the person's zone and moved forward by hand.

import { clock, dayOf, inZone, lengthOf } from "/js/dates.js";
import { byId, say } from "/js/dom.js";
import { attempt } from "/js/hands.js";
import { ask } from "/js/wire.js";

export class Clock {
  constructor() {
    this.button = byId("next-due");
    byId("clock").addEventListener("click", (event) => {
      const { advance } = event.target.dataset;
      if (advance) this.advance(Number(advance));
    });
    this.button.addEventListener("click", () => this.due && this.advance(Math.ceil((this.due.at - this.scene.now) / 1000) + 1));
    setInterval(() => this.scene && this.tick(), 1000);
  }

  draw(scene) {
    this.scene = scene;
    this.due = scene.own.due && { ...scene.own.due, at: Date.parse(scene.own.due.at) };
    this.tick();
  }

  advance(secs) {
    if (secs > 0) attempt(() => ask("/sandbox/clock", { advance: secs }));
  }

  tick() {
    const { now, zone, world } = this.scene;
    const words = { weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" };
    say(byId("now"), inZone(now, zone, words));
    byId("now").dateTime = new Date(now).toISOString();
    const ahead = world.offset_secs;
    say(byId("offset"), `${zone}${ahead ? `, ${lengthOf(ahead)} ahead` : ""}`);
    this.next(now, zone);
  }

  next(now, zone) {
    const ahead = this.due && this.due.at > now;
    this.button.disabled = !ahead;
    if (!this.due) return this.told("To the next end", "Nothing is due later");
    const what = `${this.due.request} ${this.due.what}`;
    const days = dayOf(this.due.at, zone) - dayOf(now, zone);
    const day = ["", "tomorrow "][days] ?? `${inZone(this.due.at, zone, { month: "short", day: "numeric" })}, `;
    if (ahead) this.told(`To ${day}${clock(this.due.at, zone)}: ${what}`, "Moves the clock there");
    else this.told(`${what} now`, "It was due already");
  }

  told(words, more) {
    say(this.button, words);
    this.button.title = more;
  }
}
