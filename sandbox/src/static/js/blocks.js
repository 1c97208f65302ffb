// Block Kit as a browser shows it: the blocks that the bot really sent.
//
// It owns the shapes of blocks. It refuses to send anything: whoever draws gives hands, which say what a press does.

import { el } from "/js/dom.js";
import { element } from "/js/elements.js";
import { inline, mrkdwn, text } from "/js/text.js";

/**
 * Draws for one reader. `hands.press(element, block, pick)` is what a press does; `hands.offer(element, block, query)`
 * is asked what a search offers; `hands.input(block)` draws an input block, in forms only.
 */
export class Drawing {
  constructor(reader, hands) {
    this.reader = reader;
    this.hands = hands;
  }

  /** All blocks of a message, or its text where it has none. */
  blocks(blocks, fallback = "") {
    if (!blocks?.length) return [el("p", {}, mrkdwn(fallback, this.reader))];
    return blocks.map((block) => this.block(block));
  }

  block(block) {
    switch (block.type) {
      case "rich_text": return el("div", { className: "rich" }, block.elements.map((part) => this.rich(part)));
      case "section": return this.section(block);
      case "header": return el("h3", { className: "header" }, block.text.text);
      case "divider": return el("hr");
      case "context": return el("p", { className: "context" }, block.elements.map((part) => el("span", {}, text(part, this.reader))));
      case "actions": return el("div", { className: "row actions" }, block.elements.map((part) => element(part, block, this.hands)));
      case "input": return this.hands.input?.(block) ?? null;
      default: return el("p", { className: "hint" }, `A block that this page does not draw: ${block.type}`);
    }
  }

  section(block) {
    const words = el("div", { className: "words" },
      block.text ? el("p", {}, text(block.text, this.reader)) : null,
      (block.fields ?? []).map((field) => el("p", {}, text(field, this.reader))));
    const beside = block.accessory ? element(block.accessory, block, this.hands) : null;
    return el("div", { className: "section" }, words, beside);
  }

  rich(part) {
    switch (part.type) {
      case "rich_text_list": return this.list(part);
      case "rich_text_quote": return el("blockquote", {}, this.inlines(part));
      case "rich_text_preformatted": return el("pre", {}, this.inlines(part));
      default: return el("p", {}, this.inlines(part));
    }
  }

  list(part) {
    const ordered = part.style === "ordered";
    const made = el(ordered ? "ol" : "ul", { className: `indent-${Math.min(part.indent ?? 0, 8)}` },
      part.elements.map((item) => el("li", {}, this.inlines(item))));
    if (ordered) made.start = (part.offset ?? 0) + 1;
    return made;
  }

  inlines(part) {
    return part.elements.map((one) => inline(one, this.reader));
  }
}
