// The walks: each tells a new person what to do, and sees by itself when it is done; the second follows the first.
//
// Which one it is, and how far, stands in the browser's storage, under the name of this run of the sandbox, so that every window walks
// along, also after a reload.

import { byId, el, say } from "/js/dom.js";
import { addressOf } from "/js/scene.js";
import { SECOND } from "/js/second.js";
import { FIRST } from "/js/steps.js";

const NAME = "walk";
const WALKS = [FIRST, SECOND];

export class Walk {
  /** `show(pane)` turns a narrow screen to a part of the page. */
  constructor(show) {
    this.show = show;
    this.drawn = "";
    byId("walk-show").addEventListener("click", () => this.lead());
    byId("walk-skip").addEventListener("click", () => this.change({ at: this.state.at + 1 }));
    byId("walk-restart").addEventListener("click", () => this.begin(this.state.walk));
    byId("walk-next").addEventListener("click", () => {
      this.begin(this.next);
      byId("walk-show").focus();
    });
    byId("walk-close").addEventListener("click", () => {
      this.change({ closed: true });
      byId("walk-again").focus();
    });
    byId("walk-again").addEventListener("click", () => {
      if (this.state.at >= this.walk.steps.length) this.begin(this.state.walk);
      else this.change({ closed: false });
      byId("walk-show").focus();
    });
  }

  /** The one that is taken. */
  get walk() {
    return WALKS[this.state.walk];
  }

  /** The one that follows it, by number. */
  get next() {
    return (this.state.walk + 1) % WALKS.length;
  }

  draw(scene) {
    this.scene = scene;
    this.state = this.read();
    const { steps, seen, isLost } = this.walk;
    const facts = seen(scene, this.state.since);
    const lost = isLost(this.state, facts);
    let at = lost ? 0 : this.state.at;
    while (at < steps.length && steps[at].done(facts)) at += 1;
    const begun = Boolean(facts.form) || (this.state.begun && !lost);
    if (at !== this.state.at || begun !== this.state.begun) this.write({ ...this.state, at, begun });
    this.paint();
  }

  read() {
    const kept = JSON.parse(localStorage.getItem(NAME) ?? "null");
    return kept?.run === this.scene.own.run ? kept : { run: this.scene.own.run, walk: 0, at: 0, begun: false, since: 0, closed: false };
  }

  write(state) {
    this.state = state;
    localStorage.setItem(NAME, JSON.stringify(state));
  }

  change(change) {
    this.write({ ...this.state, ...change });
    this.draw(this.scene);
  }

  /** From its first step on, whatever happened before. */
  begin(walk) {
    const since = this.scene.own.journal.at(-1)?.seq ?? 0;
    location.hash = addressOf({ person: "alice", tab: "messages" });
    this.change({ walk, at: 0, begun: false, since, closed: false });
  }

  paint() {
    const { at, closed } = this.state;
    const { title, steps, end } = this.walk;
    const over = at >= steps.length;
    const step = steps[at] ?? end;
    const drawn = `${title} ${at}`;
    say(byId("walk-title"), title);
    say(byId("walk-again"), title);
    say(byId("walk-next"), WALKS[this.next].title);
    byId("walk").hidden = closed;
    byId("walk-again").hidden = !closed;
    say(byId("walk-count"), over ? "Done" : `Step ${at + 1} of ${steps.length}`);
    Object.assign(byId("walk-progress"), { max: steps.length, value: at });
    byId("walk-show").hidden = over;
    byId("walk-skip").hidden = over;
    byId("walk-next").hidden = !over;
    if (this.drawn !== drawn) byId("walk-step").replaceChildren(el("h3", {}, step.title), el("p", {}, step.words));
    this.drawn = drawn;
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
    const step = this.walk.steps[this.state.at];
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
