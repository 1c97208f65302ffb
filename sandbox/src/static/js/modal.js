// The modal on top of a person's screen, drawn from the view that the bot really opened.
//
// It covers that person's conversation and nothing else: the clock, the parts and the other people stay within reach.
// It keeps what is typed until the client would send it: on a choice, on Enter, on submit. Law: a field that the bot
// redraws, or the page reloads, keeps what the person has typed and the place of the caret.

import { Drawing } from "/js/blocks.js";
import { el, keep } from "/js/dom.js";
import { draft } from "/js/drafts.js";
import { field } from "/js/fields.js";
import { act, attempt, onModal } from "/js/hands.js";

export class Modal {
  constructor(dialog) {
    this.dialog = dialog;
    this.view = null;
    this.missing = {};
    this.busy = Promise.resolve();
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.close();
    });
  }

  draw(scene) {
    const stack = scene.world.slack.modals[scene.user] ?? [];
    const view = stack.at(-1) ?? null;
    this.scene = scene;
    if (!view) return this.gone();
    if (this.view?.id !== view.id) this.frame(view);
    this.view = view;
    this.fill(view);
    if (!this.dialog.open) this.show();
  }

  gone() {
    if (!this.view) return;
    const within = this.dialog.contains(document.activeElement);
    this.view = null;
    this.dialog.close();
    this.dialog.replaceChildren();
    this.cover(false);
    if (!within) return;
    const back = this.opener?.isConnected && this.opener.checkVisibility() ? this.opener : document.getElementById("command");
    back.focus({ preventScroll: true });
  }

  show() {
    this.opener = document.activeElement;
    const elsewhere = this.opener !== document.body && !this.opener.closest(".room");
    this.cover(true);
    this.dialog.show();
    if (elsewhere) this.opener.focus({ preventScroll: true });
    else this.dialog.querySelector("#modal-blocks :is(input, select, textarea, button)")?.focus();
  }

  /** What a form covers can neither be pressed nor come to the focus. */
  cover(covered) {
    for (const other of this.dialog.parentElement.children) {
      if (other !== this.dialog) other.inert = covered;
    }
  }

  /** What stays while the view does. */
  frame(view) {
    this.missing = {};
    this.faulty = false;
    this.draft = draft(view.id);
    this.blocks = el("div", { id: "modal-blocks" });
    this.title = el("h2", { id: "modal-title" });
    this.trouble = el("p", { className: "error", role: "alert", id: "modal-trouble" });
    this.cancel = el("button", { type: "button", id: "modal-close" });
    this.send = el("button", { type: "submit", className: "primary", id: "modal-submit" });
    this.cancel.addEventListener("click", () => this.close());
    const form = el("form", { noValidate: true }, this.title, this.blocks, this.trouble,
      el("p", { className: "error", id: "modal-notice", role: "alert" }), el("div", { className: "row end" }, this.cancel, this.send));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit();
    });
    this.dialog.replaceChildren(form);
  }

  fill(view) {
    const { title, submit, close, blocks } = view.body;
    this.title.textContent = title?.text ?? "";
    this.trouble.textContent = view.trouble ?? "";
    this.cancel.textContent = close?.text ?? "Close";
    this.send.textContent = submit?.text ?? "";
    this.send.hidden = !submit;
    const drawing = new Drawing(this.scene.reader, {
      ...onModal(this.scene.user, (doing) => this.then(doing)), input: (block) => field(block, this),
    });
    keep(this.blocks, blocks.map((block, index) => {
      const held = [view.values[block.block_id], this.errorOf(block)];
      return [block.block_id ?? index, JSON.stringify([block, held]), () => drawing.block(block) ?? el("span")];
    }));
    this.toFirstFault();
  }

  errorOf(block) {
    return this.missing[block.block_id] ?? this.view.errors[block.block_id] ?? "";
  }

  held(block) {
    return this.view.values[block.block_id]?.[block.element.action_id];
  }

  /** One after the other, so that the bot meets them in the order of the hands. */
  then(doing) {
    this.busy = this.busy.then(() => attempt(doing));
    return this.busy;
  }

  /** Sends a field's value; what was typed is now the world's to keep. */
  put(block, value, query) {
    const { user } = this.scene;
    delete this.missing[block.block_id];
    const what = { act: "fill", block_id: block.block_id, action_id: block.element.action_id, value, query };
    return this.then(() => act(user, what));
  }

  submit() {
    if (!this.view || this.send.getAttribute("aria-busy") === "true") return this.busy;
    this.send.setAttribute("aria-busy", "true");
    const { user } = this.scene;
    for (const block of this.view.body.blocks) {
      const typed = this.draft.get(block.block_id);
      const what = { act: "type", block_id: block.block_id, action_id: block.element?.action_id, text: typed };
      if (block.type === "input" && typed !== undefined) this.then(() => act(user, what));
    }
    return this.then(async () => {
      const came = await act(user, { act: "submit" });
      this.missing = came.kind === "incomplete" ? came.shows : {};
      this.faulty = came.kind === "incomplete" || came.kind === "errors";
      if (this.view) this.fill(this.view);
    }).finally(() => this.send.removeAttribute("aria-busy"));
  }

  /** Where a fault is to be mended, as soon as it is drawn. */
  toFirstFault() {
    const first = this.faulty && this.dialog.querySelector("[aria-invalid=true]");
    if (!first) return;
    this.faulty = false;
    first.focus();
  }

  close() {
    const { user } = this.scene;
    this.draft.forget();
    return this.then(() => act(user, { act: "close" }));
  }
}
