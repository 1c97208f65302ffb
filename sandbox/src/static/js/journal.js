// The journal as it grows, and the bot's own log.

import { clockWithSeconds } from "/js/dates.js";
import { byId, el, keep } from "/js/dom.js";
import { isQuiet, nameOf, requestOf } from "/js/facts.js";

const SHORT = 7;

export function drawJournal(scene) {
  const { zone } = scene;
  keep(byId("lines"), [...scene.own.journal].reverse().map((line) => [line.seq, zone, () => lineOf(line, scene)]));
  const log = byId("log-lines");
  const words = scene.own.bot.log.join("\n");
  if (log.textContent === words) return;
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  log.textContent = words;
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function lineOf(line, scene) {
  const { zone } = scene;
  const { seq, at, events, effects, words, prev, hash } = line;
  const promised = effects.map((effect) => el("span", { className: "promise" }, `→ ${nameOf(effect, scene)}`));
  return el("details", { className: isQuiet(line) ? "line quiet-line" : "line", dataset: { seq } },
    el("summary", {},
      el("span", { className: "seq" }, String(seq)), el("time", { dateTime: at }, clockWithSeconds(at, zone)),
      el("span", { className: "what" }, events.map((event) => el("span", {}, nameOf(event, scene))), promised),
      el("span", { className: "about" }, requestOf(line)),
      el("code", { className: "hash", title: `hash of this line: ${hash}` }, String(hash).slice(0, SHORT))),
    el("pre", { tabIndex: 0 }, JSON.stringify({ prev, hash, at, events, effects, words }, null, 2)));
}
