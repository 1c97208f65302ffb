// A conversation: what the bot posted, what it answered this person alone, threads, edits.

import { Drawing } from "/js/blocks.js";
import { clock, dayName, dayOf } from "/js/dates.js";
import { byId, el, keep } from "/js/dom.js";
import { onMessage } from "/js/hands.js";
import { ask } from "/js/wire.js";

export class Messages {
  constructor() {
    this.box = byId("messages");
    this.shown = "";
  }

  draw(scene) {
    const isChannel = scene.tab === "audit";
    this.box.hidden = scene.tab === "home";
    if (this.box.hidden) return;
    const place = isChannel ? scene.audit : scene.world.slack.dms[scene.user];
    const notes = isChannel ? [] : scene.world.slack.ephemerals.filter((note) => note.user === scene.user);
    const shown = `${scene.user}/${scene.tab}`;
    const moved = this.shown !== shown;
    const atEnd = moved || this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 60;
    const count = this.box.querySelectorAll("article").length;
    if (moved) this.begin();
    this.shown = shown;
    this.box.setAttribute("aria-label", isChannel ? `# ${scene.audit.name}` : "Messages with Jitney");
    keep(this.box, this.items(scene, place?.messages ?? [], notes));
    const more = !moved && this.box.querySelectorAll("article").length > count;
    if (atEnd || more) this.box.scrollTop = this.box.scrollHeight;
    // On a phone the page scrolls, and not the box.
    if (more) this.box.lastElementChild.scrollIntoView({ block: "nearest" });
    this.read(scene, place, notes);
  }

  /** Another conversation is not news: nothing of it is read out until it has been painted. */
  begin() {
    this.box.setAttribute("aria-live", "off");
    this.box.replaceChildren();
    requestAnimationFrame(() => setTimeout(() => this.box.setAttribute("aria-live", "polite")));
  }

  items(scene, messages, notes) {
    const top = [...messages.filter((message) => !message.thread_ts || message.broadcast), ...notes];
    top.sort((one, other) => Number(one.ts) - Number(other.ts));
    if (!top.length) return [["empty", scene.tab, () => empty(scene)]];
    let day = null;
    return top.flatMap((message) => {
      const at = Number(message.ts) * 1000;
      const today = dayOf(at, scene.zone);
      const divider = today === day ? [] : [[`day-${today}`, dayName(at, scene.now, scene.zone), () => dayLine(at, scene)]];
      day = today;
      return [...divider, this.item(scene, message, messages)];
    });
  }

  item(scene, message, messages) {
    const replies = messages.filter((reply) => reply.thread_ts === message.ts && !reply.broadcast);
    const parent = message.broadcast && messages.find((one) => one.ts === message.thread_ts);
    const rest = [message, ...replies].map(({ unread_by, unread, seen, ...shown }) => shown);
    const signature = JSON.stringify([rest, dayOf(scene.now, scene.zone)]);
    return [message.ts, signature, () => article(scene, message, replies, parent)];
  }

  /** What is on the screen is read; a window that is hidden reads nothing. */
  read(scene, place, notes) {
    const unread = place?.messages.some((message) => message.unread_by.includes(scene.user)) || notes.some((note) => note.unread);
    if (!unread || document.visibilityState !== "visible") return;
    const channel = place?.channel ?? notes[0].channel;
    ask("/control/act", { user: scene.user, act: "read", channel }).catch(console.error);
  }
}

function empty(scene) {
  const words = scene.tab === "audit"
    ? "Nothing has been decided yet. Jitney writes a line here for whatever is decided, opened and ended; never why somebody asked."
    : "No messages yet. Whatever Jitney has to tell you comes here.";
  return el("p", { className: "empty" }, words);
}

function dayLine(at, scene) {
  return el("p", { className: "day" }, el("span", {}, dayName(at, scene.now, scene.zone)));
}

function article(scene, message, replies, parent) {
  const isPrivate = "origin" in message;
  const itself = isPrivate && message.origin === "slack_itself";
  const edited = Array.isArray(message.edits) ? message.edits.length > 0 : message.edits > 0;
  const drawing = new Drawing(scene.reader, onMessage(scene.user, message));
  const at = Number(message.ts) * 1000;
  return el("article", { className: isPrivate ? "message private" : "message", dataset: { ts: message.ts } },
    itself ? el("span", { className: "avatar slackbot", "aria-hidden": "true" }, "S") : botAvatar(),
    el("div", { className: "body" },
      isPrivate ? el("p", { className: "only-you" }, "Only visible to you") : null,
      el("p", { className: "meta" }, el("strong", {}, itself ? "Slackbot" : "Jitney"), " ", el("span", { className: "app" }, "APP"), " ",
        el("time", { dateTime: new Date(at).toISOString() }, clock(at, scene.zone)), edited ? " (edited)" : ""),
      parent ? el("p", { className: "context" }, "replied to a thread: ", el("q", {}, firstSentence(parent.text))) : null,
      drawing.blocks(message.blocks, message.text),
      replies.length ? el("div", { className: "thread", role: "group", "aria-label": "Thread" }, replies.map((reply) => article(scene, reply, []))) : null));
}

function botAvatar() {
  return el("img", { className: "avatar", src: "/icon.svg", alt: "" });
}

function firstSentence(words) {
  const plain = words.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  const end = plain.indexOf(". ");
  return end > 0 ? plain.slice(0, end) : plain.slice(0, 80);
}
