// Elements, and drawing that leaves alone what did not change.
//
// Law: text is always set as text, never as markup; what is replaced gives its focus to what replaces it.

export const byId = (id) => document.getElementById(id);

/** An element with properties and children; strings become text. */
export function el(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "dataset") Object.assign(made.dataset, value);
    else if (key.startsWith("aria-") || key === "role" || key === "for") made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Sets text only where it differs, so that a screen reader is not told the same again. */
export function say(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

/** Draws a list, and keeps the children that did not change; `items` are [key, signature, make]. */
export function keep(parent, items) {
  const had = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach(([key, signature, make], index) => {
    let child = had.get(String(key));
    had.delete(String(key));
    if (!child || child.signature !== signature) {
      const fresh = make();
      fresh.dataset.key = key;
      fresh.signature = signature;
      if (child) replace(child, fresh);
      child = fresh;
    }
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
  had.forEach((child) => child.remove());
}

function replace(old, fresh) {
  const focus = focusIn(old);
  old.replaceWith(fresh);
  if (focus) focusAgain(fresh, focus);
}

/** Where the focus stands in an element, so that it is found again after a redraw. */
function focusIn(parent) {
  const active = document.activeElement;
  if (!parent.contains(active)) return null;
  const caret = active.matches("textarea, input:not([type=checkbox], [type=radio])");
  return { selector: selectorOf(active), from: caret ? active.selectionStart : null, to: caret ? active.selectionEnd : null };
}

function selectorOf(node) {
  if (node.id) return `#${CSS.escape(node.id)}`;
  const names = Object.entries(node.dataset).filter(([name]) => ["action", "value", "block", "ticket"].includes(name));
  if (names.length) return names.map(([name, value]) => `[data-${name}="${CSS.escape(value)}"]`).join("");
  return node.tagName.toLowerCase();
}

/** What had the focus may be gone, as a button that was pressed is: then the whole has it. */
function focusAgain(parent, { selector, from, to }) {
  const again = parent.matches(selector) ? parent : parent.querySelector(selector);
  if (!again) parent.tabIndex = -1;
  (again ?? parent).focus({ preventScroll: true });
  if (again && from !== null) again.setSelectionRange(from, to);
}

/** A key that a person may hold to choose among siblings: the arrows, Home and End. */
export function moved(event, list) {
  const at = list.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
  if (to === undefined || !list.length) return;
  event.preventDefault();
  list[(to + list.length) % list.length].focus();
}
