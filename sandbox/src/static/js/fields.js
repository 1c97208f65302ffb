// The inputs of a form: label, field, hint, error, tied together for those who do not see them.

import { Combobox } from "/js/combobox.js";
import { el } from "/js/dom.js";
import { selectOf } from "/js/elements.js";
import { offers } from "/js/hands.js";

/** An input block of the modal. */
export function field(block, modal) {
  const { label, hint, optional, block_id } = block;
  const id = `input-${block_id}`;
  const error = modal.errorOf(block);
  const [root, control] = made(block, modal);
  const chosen = modal.held(block)?.selected_option?.description?.text;
  const described = [chosen && `${id}-chosen`, hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  control.id = id;
  control.dataset.block = block_id;
  if (described) control.setAttribute("aria-describedby", described);
  if (error) control.setAttribute("aria-invalid", "true");
  if (!optional) control.setAttribute("aria-required", "true");
  return el("div", { className: "field" },
    el("label", { for: id }, label.text, optional ? el("span", { className: "hint" }, " (optional)") : null),
    root,
    chosen ? el("p", { className: "hint", id: `${id}-chosen` }, chosen) : null,
    hint ? el("p", { className: "hint", id: `${id}-hint` }, hint.text) : null,
    error ? el("p", { className: "error", id: `${id}-error`, role: "alert" }, error) : null);
}

/** What is drawn, and the control within it. */
function made(block, modal) {
  const part = block.element;
  switch (part.type) {
    case "static_select": return twice(select(block, modal));
    case "external_select": return search(block, modal);
    case "plain_text_input": return twice(box(block, modal, part.multiline ? "textarea" : "input"));
    case "email_text_input": return twice(box(block, modal, "input", "email"));
    case "url_text_input": return twice(box(block, modal, "input", "url"));
    case "number_input": return twice(box(block, modal, "input", "text"));
    case "datepicker": return twice(picker(block, modal, "date", "selected_date"));
    case "timepicker": return twice(picker(block, modal, "time", "selected_time"));
    default: return twice(el("input", { disabled: true, value: `An input that this page does not draw: ${part.type}` }));
  }
}

function twice(control) {
  return [control, control];
}

function select(block, modal) {
  const control = selectOf(block.element, modal.held(block)?.selected_option?.value);
  control.addEventListener("change", () => modal.put(block, control.value));
  return control;
}

function search(block, modal) {
  const offer = (query) => offers(modal.scene.user, block.element, block, query);
  const combobox = new Combobox(block.element, offer, (option, query) => modal.put(block, option.value, query));
  const held = modal.held(block)?.selected_option?.text.text;
  if (held) combobox.hold(held);
  return [combobox.root, combobox.input];
}

function box(block, modal, tag, type) {
  const part = block.element;
  const control = el(tag, {
    value: modal.draft.get(block.block_id) ?? modal.held(block)?.value ?? "", placeholder: part.placeholder?.text ?? "",
  });
  if (type) control.type = type;
  if (part.max_length) control.maxLength = part.max_length;
  control.addEventListener("input", () => modal.draft.set(block.block_id, control.value));
  control.addEventListener("keydown", (event) => enter(event, block, modal, control));
  return control;
}

/** Enter in one line sends the value where the bot asked to be told of it, and the form where it did not. */
function enter(event, block, modal, control) {
  const part = block.element;
  if (event.key !== "Enter" || part.multiline || event.isComposing || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const tells = block.dispatch_action && part.dispatch_action_config?.trigger_actions_on?.includes("on_enter_pressed");
  if (!tells) return void modal.submit();
  const sent = control.value;
  modal.put(block, sent).then(() => modal.draft.get(block.block_id) === sent && modal.draft.drop(block.block_id));
}

function picker(block, modal, type, name) {
  const control = el("input", { type, value: modal.held(block)?.[name] ?? "" });
  control.addEventListener("change", () => modal.put(block, control.value));
  return control;
}
