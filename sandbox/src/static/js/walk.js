// The first walk: tells a new person what to do, and sees by itself when it is done.
//
// How far it is stands in the browser's storage, under the name of this run of the sandbox, so that every window walks
// along, also after a reload.

import { byId, el, say } from "/js/dom.js";
import { END, STEPS, isLost, seen } from "/js/steps.js";
import { addressOf } from "/js/scene.js";

const NAME = "walk";

export class Walk {
  /** `show(pane)` turns a narrow screen to a part of the page. */
  constructor(show) {
    this.show = show;
    this.drawn = -1;
    byId("walk-show").addEventListener("click", () => this.lead());
    byId("walk-skip").addEventListener("click", () => this.change({ at: this.state.at + 1 }));
    byId("walk-restart").addEventListener("click", () => this.restart());
    byId("walk-close").addEventListener("click", () => {
      this.change({ closed: true });
      byId("walk-again").focus();
    });
    byId("walk-again").addEventListener("click", () => {
      if (this.state.at >= STEPS.length) this.restart();
      else this.change({ closed: false });
      byId("walk-show").focus();
    });
  }

  draw(scene) {
    this.scene = scene;
    this.state = this.read();
    const facts = seen(scene, this.state.since);
    const lost = isLost(this.state, facts);
    let at = lost ? 0 : this.state.at;
    while (at < STEPS.length && STEPS[at].done(facts)) at += 1;
    const begun = facts.form || (this.state.begun && !lost);
    if (at !== this.state.at || begun !== this.state.begun) this.write({ ...this.state, at, begun });
    this.paint(facts);
  }

  read() {
    const kept = JSON.parse(localStorage.getItem(NAME) ?? "null");
    return kept?.run === this.scene.own.run ? kept : { run: this.scene.own.run, at: 0, begun: false, since: 0, closed: false };
  }

  write(state) {
    this.state = state;
    localStorage.setItem(NAME, JSON.stringify(state));
  }

  change(change) {
    this.write({ ...this.state, ...change });
    this.draw(this.scene);
  }

  restart() {
    const since = this.scene.own.journal.at(-1)?.seq ?? 0;
    location.hash = addressOf({ person: "alice", tab: "messages" });
    this.change({ at: 0, begun: false, since, closed: false });
  }

  paint() {
    const { at, closed } = this.state;
    const over = at >= STEPS.length;
    const step = STEPS[at] ?? END;
    byId("walk").hidden = closed;
    byId("walk-again").hidden = !closed;
    say(byId("walk-count"), over ? "Done" : `Step ${at + 1} of ${STEPS.length}`);
    Object.assign(byId("walk-progress"), { max: STEPS.length, value: at });
    byId("walk-show").hidden = over;
    byId("walk-skip").hidden = over;
    if (this.drawn !== at) byId("walk-step").replaceChildren(el("h3", {}, step.title), el("p", {}, step.words));
    this.drawn = at;
    this.beckon(over || closed ? null : step.target);
  }

  /** Marks what the step is about, for those who see it. */
  beckon(target) {
    const meant = target && document.querySelector(target);
    for (const marked of document.querySelectorAll(".beckon")) {
      if (marked !== meant) marked.classList.remove("beckon");
    }
    meant?.classList.add("beckon");
  }

  /** Goes to the place of the step, and puts the focus on what it is about. */
  lead() {
    const step = STEPS[this.state.at];
    if (step.place) location.hash = addressOf(step.place);
    // The address is heard of later than this; what it changes is drawn then.
    setTimeout(() => {
      this.show(step.pane);
      const target = document.querySelector(step.target);
      target?.scrollIntoView({ block: "center" });
      target?.focus();
    });
  }
}
