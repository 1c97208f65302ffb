// The Jira board, and a ticket opened from it or from a card's link.

import { clock, clockWithSeconds } from "/js/dates.js";
import { byId, el, keep } from "/js/dom.js";
import { glyph } from "/js/glyphs.js";

export function drawBoard(scene) {
  const { statuses, issues } = scene.world.jira;
  keep(byId("board"), statuses.map((status) => {
    const cards = issues.filter((issue) => issue.status === status).reverse();
    const signature = JSON.stringify([cards.map(({ key, summary, comments }) => [key, summary, comments.length]), scene.at({ ticket: "" }), scene.zone]);
    return [status, signature, () => el("div", { className: "column", dataset: { column: status } },
      el("h3", {}, status, " ", el("span", { className: "hint" }, String(cards.length))),
      cards.length ? el("ul", {}, cards.map((issue) => el("li", {}, card(scene, issue)))) : el("p", { className: "hint" }, "–"))];
  }));
}

function card(scene, issue) {
  const count = issue.comments.length;
  return el("a", { href: scene.at({ ticket: issue.key }), className: "ticket", title: issue.summary, dataset: { issue: issue.key, value: issue.key } },
    el("span", { className: "summary" }, issue.summary),
    el("span", { className: "row spread" }, el("span", { className: "key" }, issue.key),
      el("span", { className: "hint comments-count" }, glyph("comment"), ` ${count}`, el("span", { className: "unseen" }, count === 1 ? " comment" : " comments"))));
}

/** The ticket that the address names, in a dialog; closing it leads back to the address without it. */
export class Tickets {
  constructor() {
    this.dialog = byId("ticket");
    this.drawn = "";
    this.dialog.addEventListener("close", () => {
      if (this.scene?.ticket) location.hash = this.scene.at({ ticket: "" });
    });
  }

  draw(scene) {
    this.scene = scene;
    const issue = scene.world.jira.issues.find((one) => one.key === scene.ticket);
    if (!issue) return this.gone();
    const signature = JSON.stringify([issue, scene.zone]);
    if (signature !== this.drawn) this.dialog.replaceChildren(this.body(scene, issue));
    this.drawn = signature;
    if (!this.dialog.open) this.dialog.showModal();
  }

  gone() {
    this.drawn = "";
    if (this.dialog.open) this.dialog.close();
  }

  body(scene, issue) {
    const at = Date.parse(issue.created);
    return el("form", { method: "dialog" },
      el("p", { className: "row spread" }, el("span", { className: "key" }, issue.key), el("span", { className: "status", dataset: { category: issue.category } }, issue.status)),
      el("h2", { id: "ticket-title" }, issue.summary),
      el("p", { className: "hint" }, `Opened by Jitney, ${clock(at, scene.zone)}. `, issue.labels.map((label) => el("span", { className: "label" }, label))),
      el("div", { className: "description" }, (issue.description ?? "").split("\n").filter(Boolean).map((line) => el("p", {}, line))),
      el("h3", {}, "Comments"),
      issue.comments.length ? null : el("p", { className: "hint" }, "None yet."),
      el("ol", { className: "comments" }, issue.comments.map((comment) => el("li", {},
        el("time", { className: "hint" }, clockWithSeconds(comment.at, scene.zone)), el("p", {}, comment.text)))),
      el("div", { className: "row end" }, el("button", { type: "submit", id: "ticket-close", autofocus: true }, "Close ticket")));
  }
}
