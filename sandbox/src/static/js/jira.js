// The Jira board, and a ticket opened from it or from a card's link.

import { clock, clockWithSeconds } from "/js/dates.js";
import { byId, el, keep, say } from "/js/dom.js";
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

/**
 * The ticket that the address names, in a dialog; closing it leads back to the address without it. Its frame stays while
 * it is open, so that the focus does, and so that its live regions tell what changes.
 */
export class Tickets {
  constructor() {
    this.dialog = byId("ticket");
    this.framed = "";
    this.dialog.addEventListener("close", () => {
      if (this.scene?.ticket) location.hash = this.scene.at({ ticket: "" });
    });
  }

  draw(scene) {
    this.scene = scene;
    const issue = scene.world.jira.issues.find((one) => one.key === scene.ticket);
    if (!issue) return this.gone();
    if (this.framed !== issue.key) this.frame(issue);
    this.fill(scene, issue);
    if (!this.dialog.open) this.dialog.showModal();
  }

  gone() {
    this.framed = "";
    if (this.dialog.open) this.dialog.close();
  }

  /** What stays while the ticket does. */
  frame({ key }) {
    this.framed = key;
    this.status = el("span", { className: "status", role: "status" });
    this.title = el("h2", { id: "ticket-title" });
    this.about = el("div");
    this.none = el("p", { className: "hint" }, "None yet.");
    this.comments = el("ol", { className: "comments" });
    this.dialog.replaceChildren(el("form", { method: "dialog" },
      el("p", { className: "row spread" }, el("span", { className: "key" }, key), this.status),
      this.title, this.about,
      el("h3", { id: "ticket-comments" }, "Comments"), this.none,
      el("div", { role: "log", "aria-labelledby": "ticket-comments" }, this.comments),
      el("div", { className: "row end" }, el("button", { type: "submit", id: "ticket-close", autofocus: true }, "Close ticket"))));
  }

  fill(scene, issue) {
    say(this.status, issue.status);
    this.status.dataset.category = issue.category;
    say(this.title, issue.summary);
    const { created, labels, description, comments } = issue;
    keep(this.about, [["about", JSON.stringify([created, labels, description, scene.zone]), () => about(scene, issue)]]);
    this.none.hidden = comments.length > 0;
    keep(this.comments, comments.map((comment, index) => [index, JSON.stringify([comment, scene.zone]), () => el("li", {},
      el("time", { className: "hint" }, clockWithSeconds(comment.at, scene.zone)), el("p", {}, comment.text))]));
  }
}

function about(scene, { created, labels, description }) {
  return el("div", { className: "about-ticket" },
    el("p", { className: "hint" }, `Opened by Jitney, ${clock(Date.parse(created), scene.zone)}. `, labels.map((label) => el("span", { className: "label" }, label))),
    el("div", { className: "description" }, (description ?? "").split("\n").filter(Boolean).map((line) => el("p", {}, line))));
}
