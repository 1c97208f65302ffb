// The modal on top of a person's screen, drawn from the view that the bot really opened.
//
// It keeps what is typed until the client would send it: on leaving a field, on Enter, on submit. Law: a field that the
// bot redraws keeps what the person has typed and the place of the caret.

import { Drawing, el } from "/blocks.js";

export class Modal {
  constructor(dialog, doings) {
    this.dialog = dialog;
    this.doings = doings;
    this.drawn = "";
    this.view = null;
    this.typed = new Map();
    this.busy = Promise.resolve();
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
  }

  draw(view, reader) {
    if (!view) {
      this.view = null;
      this.drawn = "";
      this.typed.clear();
      if (this.dialog.open) this.dialog.close();
      this.dialog.replaceChildren();
      return;
    }
    const signature = JSON.stringify([view.id, view.hash, view.errors, view.trouble, view.values]);
    if (this.view?.id !== view.id) this.typed.clear();
    this.view = view;
    if (signature === this.drawn) return;
    this.drawn = signature;
    const focus = this.focus();
    this.dialog.replaceChildren(this.form(view, reader));
    if (!this.dialog.open) this.dialog.showModal();
    this.focusAgain(focus);
  }

  form(view, reader) {
    const { title, submit, close, blocks } = view.body;
    const drawing = new Drawing(reader, (element, block) => this.press(element, block), (block) => this.input(block));
    const send = submit ? el("button", { type: "submit", className: "primary", id: "modal-submit" }, submit.text) : null;
    const cancel = el("button", { type: "button", id: "modal-close" }, close?.text ?? "Close");
    cancel.addEventListener("click", () => this.close());
    const trouble = view.trouble ? el("p", { className: "error", role: "alert" }, view.trouble) : null;
    const form = el("form", { noValidate: true, dataset: { callback: view.body.callback_id ?? "" } },
      el("h2", { id: "modal-title" }, title?.text ?? ""), drawing.blocks(blocks), trouble,
      el("p", { className: "error", id: "modal-notice", role: "alert" }),
      el("div", { className: "row end" }, cancel, send));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    return form;
  }

  input(block) {
    const { element, label, hint, optional, block_id } = block;
    const id = `input-${block_id}`;
    const error = this.view.errors[block_id];
    const field = this.field(block, element);
    const chosen = this.held(block, element)?.selected_option?.description?.text;
    const described = [chosen && `${id}-chosen`, hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
    field.id = id;
    field.dataset.block = block_id;
    if (described) field.setAttribute("aria-describedby", described);
    if (error) field.setAttribute("aria-invalid", "true");
    return el("div", { className: "field" },
      el("label", { for: id }, label.text, optional ? el("span", { className: "hint" }, " (optional)") : null),
      field,
      chosen ? el("p", { className: "hint", id: `${id}-chosen` }, chosen) : null,
      hint ? el("p", { className: "hint", id: `${id}-hint` }, hint.text) : null,
      error ? el("p", { className: "error", id: `${id}-error`, role: "alert" }, error) : null);
  }

  field(block, element) {
    if (element.type === "static_select") return this.select(block, element);
    if (element.type === "plain_text_input") return this.box(block, element);
    return el("input", { disabled: true, value: `(${element.type})` });
  }

  select(block, element) {
    const held = this.held(block, element)?.selected_option?.value ?? "";
    const options = (many) => (many ?? []).map((option) => {
      return el("option", { value: option.value, selected: option.value === held, title: option.description?.text ?? "" }, option.text.text);
    });
    const groups = (element.option_groups ?? []).map((group) => el("optgroup", { label: group.label.text }, options(group.options)));
    const empty = el("option", { value: "", disabled: true, hidden: true, selected: !held }, element.placeholder?.text ?? "Choose…");
    const made = el("select", {}, empty, groups, options(element.options));
    made.addEventListener("change", () => this.fill(block, element, made.value));
    return made;
  }

  box(block, element) {
    const key = block.block_id;
    const made = el(element.multiline ? "textarea" : "input", {
      value: this.typed.get(key) ?? this.held(block, element)?.value ?? "", placeholder: element.placeholder?.text ?? "",
    });
    if (element.max_length) made.maxLength = element.max_length;
    made.addEventListener("input", () => this.typed.set(key, made.value));
    made.addEventListener("keydown", (event) => {
      const sends = block.dispatch_action && element.dispatch_action_config?.trigger_actions_on?.includes("on_enter_pressed");
      if (event.key !== "Enter" || element.multiline || event.isComposing) return;
      event.preventDefault();
      if (sends) this.fill(block, element, made.value);
      else this.submit();
    });
    return made;
  }

  held(block, element) {
    return this.view.values[block.block_id]?.[element.action_id];
  }

  /** One after the other, so that the bot meets them in the order of the hands. */
  then(doing) {
    this.busy = this.busy.then(() => this.doings.attempt(doing));
    return this.busy;
  }

  fill(block, element, value) {
    this.typed.delete(block.block_id);
    return this.then(() => this.doings.act({ act: "fill", block_id: block.block_id, action_id: element.action_id, value }));
  }

  submit() {
    for (const block of this.view.body.blocks) {
      if (block.type === "input" && this.typed.has(block.block_id)) this.fill(block, block.element, this.typed.get(block.block_id));
    }
    return this.then(async () => {
      const came = await this.doings.act({ act: "submit" });
      if (came.kind === "incomplete") this.incomplete(came.shows);
    });
  }

  /** The client's own words under required fields: nothing was sent. */
  incomplete(fields) {
    for (const [block, words] of Object.entries(fields)) {
      const field = this.dialog.querySelector(`#input-${CSS.escape(block)}`);
      field?.parentElement.querySelector(".error")?.remove();
      field?.after(el("p", { className: "error", role: "alert" }, words));
    }
    this.dialog.querySelector(`#input-${CSS.escape(Object.keys(fields)[0])}`)?.focus();
  }

  async press(element, block) {
    if (element.confirm && !(await this.doings.confirmed(element.confirm))) return;
    const press = { action_id: element.action_id, block_id: block.block_id, value: element.value };
    this.then(() => this.doings.act({ act: "click_in_view", press }));
  }

  close() {
    this.typed.clear();
    return this.then(() => this.doings.act({ act: "close" }));
  }

  focus() {
    const active = document.activeElement;
    if (!this.dialog.contains(active) || !active.id) return null;
    return { id: active.id, from: active.selectionStart ?? null, to: active.selectionEnd ?? null };
  }

  focusAgain(focus) {
    if (!focus) return;
    const again = document.getElementById(focus.id);
    again?.focus();
    if (again && focus.from !== null && again.setSelectionRange) again.setSelectionRange(focus.from, focus.to);
  }
}
