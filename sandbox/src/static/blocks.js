// Block Kit as a browser shows it: the blocks that the bot really sent, in the reader's zone.
//
// It owns the drawing. It refuses to send anything: whoever draws says what a button does. Law: text is always set as
// text, never as markup.

const GLYPHS = {
  hourglass_flowing_sand: "⏳", large_green_circle: "🟢", alarm_clock: "⏰", warning: "⚠️", rotating_light: "🚨",
};

/** An element with properties and children; strings become text. */
export function el(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "dataset") Object.assign(made.dataset, value);
    else if (key.startsWith("aria-") || key === "role" || key === "for") made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Draws for one reader: `reader.zone`, `reader.now`, `reader.name(slackId)`. */
export class Drawing {
  /** `press(element, block)` is called for a button; `input(block)` draws an input block, in forms only. */
  constructor(reader, press, input = () => null) {
    this.reader = reader;
    this.press = press;
    this.input = input;
  }

  blocks(blocks, fallback = "") {
    if (!blocks?.length) return [el("p", {}, ...this.mrkdwn(fallback))];
    return blocks.map((block) => this.block(block));
  }

  block(block) {
    switch (block.type) {
      case "rich_text": return el("div", { className: "rich" }, block.elements.map((part) => this.rich(part)));
      case "section": return this.section(block);
      case "header": return el("h3", {}, block.text.text);
      case "divider": return el("hr");
      case "context": return el("p", { className: "context" }, block.elements.flatMap((part) => this.text(part)));
      case "actions": return el("div", { className: "row actions" }, block.elements.map((part) => this.button(part, block)));
      case "input": return this.input(block);
      default: return el("p", { className: "hint" }, `(${block.type})`);
    }
  }

  section(block) {
    const words = block.text ? this.text(block.text) : [];
    const fields = (block.fields ?? []).map((field) => el("p", {}, ...this.text(field)));
    const accessory = block.accessory?.type === "button" ? this.button(block.accessory, block) : null;
    return el("div", { className: "section" }, el("p", {}, ...words), fields, accessory);
  }

  button(element, block) {
    if (element.type !== "button") return el("span", { className: "hint" }, `(${element.type})`);
    const made = el("button", {
      type: "button", className: element.style ?? "",
      dataset: { action: element.action_id, value: element.value ?? "", block: block.block_id ?? "" },
    }, element.text.text);
    made.addEventListener("click", () => this.press(element, block));
    return made;
  }

  rich(part) {
    switch (part.type) {
      case "rich_text_list":
        return el(part.style === "ordered" ? "ol" : "ul", { start: (part.offset ?? 0) + 1 },
          part.elements.map((item) => el("li", {}, ...this.inlines(item))));
      case "rich_text_quote": return el("blockquote", {}, ...this.inlines(part));
      case "rich_text_preformatted": return el("pre", {}, ...this.inlines(part));
      default: return el("p", {}, ...this.inlines(part));
    }
  }

  inlines(part) {
    return part.elements.map((element) => this.inline(element));
  }

  inline(element) {
    switch (element.type) {
      case "text": return styled(element.text, element.style);
      case "user": return this.person(element.user_id);
      case "emoji": return emoji(element.name);
      case "link": return styled(element.text ?? element.url, element.style);
      case "date": return this.date(element.timestamp, element.format);
      case "channel": return `#${element.channel_id}`;
      default: return "";
    }
  }

  text(text) {
    return text.type === "mrkdwn" ? this.mrkdwn(text.text) : [text.text ?? ""];
  }

  /** The tokens and entities of mrkdwn; the bot writes no other markup. */
  mrkdwn(text) {
    return text.split(/(<[^>]+>)/).map((piece) => {
      const token = /^<(.+)>$/.exec(piece)?.[1];
      if (!token) return unescape(piece);
      if (token.startsWith("@")) return this.person(token.slice(1).split("|")[0]);
      const date = /^!date\^(\d+)\^([^|^]*)/.exec(token);
      if (date) return this.date(Number(date[1]), date[2]);
      return token.split("|").at(-1);
    });
  }

  person(id) {
    return el("span", { className: "person" }, `@${this.reader.name(id)}`);
  }

  date(seconds, format) {
    const words = dateIn(this.reader, seconds * 1000, format);
    return el("time", { dateTime: new Date(seconds * 1000).toISOString(), title: this.reader.zone }, words);
  }
}

function emoji(name) {
  return GLYPHS[name] ?? `:${name}:`;
}

function unescape(text) {
  const plain = text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  return plain.replace(/:([a-z_]+):/g, (whole, name) => GLYPHS[name] ?? whole);
}

function styled(text, style = {}) {
  let node = document.createTextNode(text);
  if (style.code) node = el("code", {}, node);
  if (style.bold) node = el("strong", {}, node);
  if (style.italic) node = el("em", {}, node);
  if (style.strike) node = el("s", {}, node);
  return node;
}

/** Parts of an instant in a zone, formatted in English as Slack does with a 24-hour clock. */
export function inZone(at, zone, options) {
  return new Intl.DateTimeFormat("en-US", { timeZone: zone || "UTC", hourCycle: "h23", ...options }).format(new Date(at));
}

function near(reader, at) {
  const day = (instant) => Date.parse(inZone(instant, reader.zone, { year: "numeric", month: "numeric", day: "numeric" }));
  return { "0": "today", "1": "tomorrow", "-1": "yesterday" }[Math.round((day(at) - day(reader.now)) / 86_400_000)];
}

function dateIn(reader, at, format) {
  const as = (options) => inZone(at, reader.zone, options);
  const short = { year: "numeric", month: "short", day: "numeric" };
  const long = { ...short, month: "long" };
  const full = { ...long, weekday: "long" };
  const soon = near(reader, at);
  const words = {
    date_short_pretty: soon ?? as(short), date_pretty: soon ?? as(long), date_long_pretty: soon ?? as(full),
    date_short: as(short), date: as(long), date_long: as(full), date_num: new Date(at).toISOString().slice(0, 10),
    time: as({ hour: "2-digit", minute: "2-digit" }), time_secs: as({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name) => words[name] ?? whole);
}
