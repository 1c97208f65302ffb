// A select whose options the bot is asked for while one types (`external_select`), after the ARIA pattern of a combobox.

import { el } from "/js/dom.js";

/** How long the hand must rest before the bot is asked. */
const REST = 200;

let made = 0;

export class Combobox {
  /** `offer(query)` gives Slack's options or groups of options; `chosen(option, query)` is told the choice. */
  constructor(part, offer, chosen) {
    made += 1;
    this.name = `offers-${made}`;
    this.part = part;
    this.offer = offer;
    this.chosen = chosen;
    this.options = [];
    this.at = -1;
    this.asked = 0;
    this.input = el("input", {
      type: "text", role: "combobox", autocomplete: "off", spellcheck: false, placeholder: part.placeholder?.text ?? "Search…",
      "aria-expanded": "false", "aria-controls": this.name, "aria-autocomplete": "list", value: part.initial_option?.text.text ?? "",
    });
    this.list = el("div", { role: "listbox", id: this.name, className: "offers", hidden: true, "aria-label": "What is offered" });
    this.root = el("span", { className: "combobox" }, this.input, this.list);
    this.listen();
  }

  listen() {
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("click", () => this.ask());
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), REST);
    });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.shut());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  key(event) {
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      return this.shut();
    }
    if (event.key === "Enter") {
      event.preventDefault();
      if (!this.list.hidden && this.at >= 0) this.choose(this.options[this.at]);
      return;
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    if (this.list.hidden) this.ask();
    else this.mark((this.at + by + this.options.length) % Math.max(1, this.options.length));
  }

  async ask() {
    clearTimeout(this.timer);
    const query = this.input.value === this.held ? "" : this.input.value;
    const least = this.part.min_query_length ?? 3;
    if (query.length < least) return this.show([], `Type at least ${least} letters`);
    this.asked += 1;
    const mine = this.asked;
    const came = await this.offer(query);
    if (mine !== this.asked || document.activeElement !== this.input) return;
    this.query = query;
    const groups = came?.option_groups ?? [{ label: null, options: came?.options ?? [] }];
    this.show(groups, came ? "Nothing matches" : "No answer came. Type again.");
  }

  show(groups, empty) {
    this.options = groups.flatMap((group) => group.options);
    let number = 0;
    const parts = groups.filter((group) => group.options.length).map((group) => el("div", { role: "group", "aria-label": group.label?.text ?? "" },
      group.label ? el("p", { className: "offers-label", "aria-hidden": "true" }, group.label.text) : null,
      group.options.map((option) => this.option(option, number++))));
    this.list.replaceChildren(...(parts.length ? parts : [el("p", { className: "hint", role: "status" }, empty)]));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark(this.options.length ? 0 : -1);
  }

  option(option, number) {
    const shown = el("div", { role: "option", id: `${this.name}-${number}`, "aria-selected": "false", dataset: { value: option.value } },
      el("span", {}, option.text.text), option.description ? el("span", { className: "hint" }, option.description.text) : null);
    shown.addEventListener("click", () => this.choose(option));
    return shown;
  }

  mark(at) {
    this.at = at;
    for (const option of this.list.querySelectorAll("[role=option]")) {
      const on = option.id === `${this.name}-${at}`;
      option.setAttribute("aria-selected", String(on));
      if (on) option.scrollIntoView({ block: "nearest" });
    }
    if (at < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `${this.name}-${at}`);
  }

  choose(option) {
    this.hold(option.text.text);
    this.shut();
    this.chosen(option, this.query);
  }

  /** Shows what is chosen. */
  hold(words) {
    this.held = words;
    this.input.value = words;
  }

  shut() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    if (this.held !== undefined) this.input.value = this.held;
  }
}
