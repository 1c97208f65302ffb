// Words within a block: the parts of rich text, and mrkdwn with its tokens.
//
// Law: whatever people wrote is a text node.

import { dateWords } from "/js/dates.js";
import { el } from "/js/dom.js";
import { glyph } from "/js/glyphs.js";

const NAMED = {
  white_check_mark: "✅", x: "❌", no_entry: "⛔", lock: "🔒", unlock: "🔓", bell: "🔔", eyes: "👀", tada: "🎉",
  information_source: "ℹ️", "+1": "👍", wave: "👋", calendar: "📆", memo: "📝", link: "🔗", key: "🔑",
};

/** One element of rich text. */
export function inline(element, reader) {
  switch (element.type) {
    case "text": return styled(element.text, element.style);
    case "user": return person(element.user_id, reader);
    case "emoji": return emoji(element.name, element.unicode);
    case "link": return link(element.url, element.text || element.url, reader, element.style);
    case "date": return date(element.timestamp, element.format, element.fallback, reader);
    case "channel": return el("span", { className: "mention" }, `#${reader.channel(element.channel_id)}`);
    case "usergroup": return el("span", { className: "mention" }, `@${element.usergroup_id}`);
    case "broadcast": return el("span", { className: "mention" }, `@${element.range}`);
    case "color": return el("code", {}, element.value);
    default: return "";
  }
}

function person(id, reader) {
  return el("span", { className: id === reader.user ? "mention me" : "mention" }, `@${reader.name(id)}`);
}

function date(seconds, format, fallback, reader) {
  const at = seconds * 1000;
  return el("time", { dateTime: new Date(at).toISOString(), title: reader.zone }, dateWords(at, reader, format, fallback));
}

/** A ticket opens on this page's own board; any other address in a window of its own. */
function link(url, words, reader, style) {
  const here = reader.ticket(url);
  if (here) return el("a", { href: here, title: url, dataset: { ticket: words } }, styled(words, style));
  if (!/^https?:\/\//.test(url)) return styled(words, style);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, styled(words, style));
}

/** A name that is not known stands as it was written. */
function emoji(name, unicode) {
  const words = name.replaceAll("_", " ");
  const drawn = glyph(name, words);
  if (drawn) return drawn;
  const letter = unicode ? String.fromCodePoint(...unicode.split("-").map((part) => parseInt(part, 16))) : NAMED[name];
  return letter ? el("span", { role: "img", "aria-label": words }, letter) : `:${name}:`;
}

function styled(text, style = {}) {
  let node = document.createTextNode(text);
  for (const [name, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"]]) {
    if (style[name]) node = el(tag, {}, node);
  }
  return node;
}

/** A text object, as a list of nodes. */
export function text(object, reader) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text, reader) : [object.text ?? ""];
}

/** mrkdwn: tokens first, since they may hold what looks like a style. */
export function mrkdwn(words, reader) {
  return words.split(/(<[^<>]+>)/).flatMap((piece) => {
    const token = /^<(.+)>$/s.exec(piece)?.[1];
    return token ? [tokenNode(token, reader)] : styles(piece);
  });
}

function tokenNode(token, reader) {
  const [head, ...rest] = token.split("|");
  const label = plain(rest.join("|"));
  if (head.startsWith("@")) return person(head.slice(1), reader);
  if (head.startsWith("#")) return el("span", { className: "mention" }, `#${reader.channel(head.slice(1))}`);
  const when = /^!date\^(\d+)\^([^^]*)/.exec(head);
  if (when) return date(Number(when[1]), when[2], label, reader);
  if (head.startsWith("!")) return el("span", { className: "mention" }, label || `@${head.slice(1)}`);
  return link(plain(head), label || plain(head), reader);
}

const STYLE = /(^|[\s(])(\*[^\s*](?:[^*\n]*[^\s*])?\*|_[^\s_](?:[^_\n]*[^\s_])?_|~[^\s~](?:[^~\n]*[^\s~])?~|`[^`\n]+`)(?=$|[\s).,;:!?])/g;
const TAGS = { "*": "strong", _: "em", "~": "s", "`": "code" };

function styles(piece) {
  const nodes = [];
  let from = 0;
  for (const found of piece.matchAll(STYLE)) {
    const start = found.index + found[1].length;
    nodes.push(emojis(piece.slice(from, start)), el(TAGS[found[2][0]], {}, emojis(found[2].slice(1, -1))));
    from = start + found[2].length;
  }
  return [...nodes, emojis(piece.slice(from))].flat();
}

function emojis(words) {
  return words.split(/(:[a-z0-9_+-]+:)/).map((part) => {
    const name = /^:(.+):$/.exec(part)?.[1];
    return name ? emoji(name) : plain(part);
  });
}

/** Entities undone. */
function plain(words) {
  return words.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
