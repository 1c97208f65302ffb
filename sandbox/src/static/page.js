// The page: draws what the sandbox says, and does what a person does.
//
// It keeps nothing of its own but whose screen is shown and what is being typed. Law: everything on it comes from
// /control/state and /sandbox/state; what did not change is not drawn again, so that focus stays where it is.

import { Drawing, el, inZone } from "/blocks.js";
import { Modal } from "/modal.js";

const byId = (id) => document.getElementById(id);

const page = { user: "", world: null, own: null, fetchedAt: 0 };

// ---- the wire

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  };
  const reply = await fetch(path, options);
  const text = await reply.text();
  if (!reply.ok) throw new Error(errorIn(text) || `${path}: ${reply.status}`);
  return text ? JSON.parse(text) : null;
}

function errorIn(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return text;
  }
}

/** Where it can be read: a form that is open covers the rest. */
function notice(words) {
  byId("notice").textContent = words;
  const above = byId("modal-notice");
  if (above) above.textContent = words;
}

/** Does something, and says so where it cannot be done. */
async function attempt(doing) {
  notice("");
  try {
    return await doing();
  } catch (error) {
    notice(error.message);
    return null;
  }
}

function act(what) {
  return ask("/control/act", { user: page.user, ...what });
}

async function follow() {
  for (;;) {
    try {
      const [world, own] = await Promise.all([ask("/control/state"), ask("/sandbox/state")]);
      Object.assign(page, { world, own, fetchedAt: Date.now() });
      byId("link").hidden = true;
      draw();
      await ask(`/sandbox/changes?since=${own.mark}`);
    } catch (error) {
      console.error(error);
      byId("link").hidden = false;
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

// ---- people

function members() {
  return page.world.people.filter((person) => person.slack && !person.slack.deleted);
}

function reader() {
  const person = page.world.people.find((one) => one.slack?.id === page.user);
  return { zone: person?.slack.tz || "UTC", now: now(), name: nameOfSlack };
}

function nameOfSlack(id) {
  return page.world.people.find((person) => person.slack?.id === id)?.name ?? id;
}

function now() {
  return Date.parse(page.world.now) + (Date.now() - page.fetchedAt);
}

/** Bumps when "today" or "tomorrow" means another day. */
function dayOf(zone) {
  return inZone(now(), zone, { dateStyle: "short" });
}

// ---- drawing

/** Keeps the children that did not change; `items` are [key, signature, make]. */
function keep(parent, items) {
  const had = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach(([key, signature, make], index) => {
    let child = had.get(String(key));
    had.delete(String(key));
    if (!child || child.signature !== signature) {
      const fresh = make(child);
      fresh.dataset.key = key;
      fresh.signature = signature;
      child?.replaceWith(fresh);
      child = fresh;
    }
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
  had.forEach((child) => child.remove());
}

function draw() {
  if (!members().some((person) => person.slack.id === page.user)) become(members()[0].slack.id);
  drawPeople();
  drawMessages();
  drawClock();
  drawGroups();
  drawBot();
  drawBroken();
  drawJournal();
  modal.draw(page.world.slack.modals[page.user]?.at(-1) ?? null, reader());
  readAll();
}

function become(user) {
  page.user = user;
  notice("");
  location.hash = user;
}

function unread(user) {
  const slack = page.world.slack;
  const messages = Object.values(slack.dms).flatMap((dm) => dm.messages).filter((message) => message.unread_by.includes(user));
  return messages.length + slack.ephemerals.filter((note) => note.user === user && note.unread).length;
}

function readAll() {
  if (document.visibilityState === "visible" && unread(page.user)) act({ act: "read" }).catch(console.error);
}

function drawPeople() {
  const owners = { "U0ALICE": "asks for access", "U0BOB": "owns both applications", "U0DANA": "owns the database", "U0CAROL": "admin" };
  keep(byId("people"), members().map((person) => {
    const id = person.slack.id;
    const count = id === page.user ? 0 : unread(id);
    const facts = owners[id] ?? oddity(person);
    return [id, `${count}${id === page.user}${facts}`, () => {
      const badge = count ? el("span", { className: "badge", "aria-label": `${count} unread` }, String(count)) : null;
      const made = el("button", { type: "button", dataset: { user: id }, "aria-pressed": String(id === page.user) },
        el("span", { className: "name" }, person.name, " ", badge), el("span", { className: "hint" }, facts));
      made.addEventListener("click", () => {
        become(id);
        draw();
        document.querySelector(`[data-user="${id}"]`)?.focus();
      });
      return made;
    }];
  }));
}

/** What is unusual about somebody, in a word or two. */
function oddity(person) {
  const twins = page.world.people.filter((one) => one.okta?.email === person.slack.email).length;
  if (person.slack.restricted || person.slack.ultra_restricted) return "guest";
  if (!person.okta) return "no Okta user";
  if (person.okta.status !== "ACTIVE") return `Okta: ${person.okta.status.toLowerCase()}`;
  return twins > 1 ? "two Okta users" : "";
}

function drawMessages() {
  byId("slack-title").textContent = `Slack: ${nameOfSlack(page.user)} and Jitney`;
  const box = byId("messages");
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  const count = box.children.length;
  const messages = page.world.slack.dms[page.user]?.messages ?? [];
  const notes = page.world.slack.ephemerals.filter((note) => note.user === page.user);
  const top = [...messages.filter((message) => !message.thread_ts || message.broadcast), ...notes];
  top.sort((one, other) => Number(one.ts) - Number(other.ts));
  const day = dayOf(reader().zone);
  keep(box, top.length ? top.map((message) => {
    const replies = messages.filter((reply) => reply.thread_ts === message.ts && !reply.broadcast);
    const shown = [message, ...replies].map(({ unread_by, unread, ...rest }) => rest);
    return [`${page.user}/${message.ts}`, JSON.stringify(shown) + day, () => drawMessage(message, replies)];
  }) : [["empty", page.user, () => el("p", { className: "hint" }, "No messages yet.")]]);
  if (atEnd || box.children.length !== count) box.scrollTop = box.scrollHeight;
}

function drawMessage(message, replies) {
  const drawing = new Drawing(reader(), (element, block) => press(message, element, block));
  const isPrivate = "origin" in message;
  const name = isPrivate && message.origin === "slack_itself" ? "Slackbot" : "Jitney";
  const when = inZone(Number(message.ts) * 1000, reader().zone, { hour: "2-digit", minute: "2-digit" });
  const edited = message.edits?.length || message.edits > 0 ? " (edited)" : "";
  return el("article", { className: isPrivate ? "message private" : "message", dataset: { ts: message.ts } },
    el("p", { className: "meta" }, el("strong", {}, name), ` ${when}${edited}`, isPrivate ? " · only visible to you" : ""),
    drawing.blocks(message.blocks, message.text),
    replies.length ? el("div", { className: "thread", "aria-label": "Thread" }, replies.map((reply) => drawMessage(reply, []))) : null);
}

async function press(message, element, block) {
  if (element.confirm && !(await confirmed(element.confirm))) return;
  const pressed = { action_id: element.action_id, block_id: block.block_id, value: element.value };
  const came = await attempt(() => act({ act: "click", channel: message.channel, ts: message.ts, press: pressed }));
  if (came?.timed_out) notice("Slack: the app did not answer in time. ⚠️");
}

function confirmed(words) {
  const dialog = byId("confirm");
  const title = el("h2", { id: "confirm-title" }, words.title.text);
  const yes = el("button", { type: "submit", value: "yes", className: words.style ?? "primary", id: "confirm-yes" }, words.confirm.text);
  const no = el("button", { type: "submit", value: "no", id: "confirm-no" }, words.deny.text);
  dialog.replaceChildren(el("form", { method: "dialog" }, title, el("p", {}, words.text.text), el("div", { className: "row end" }, no, yes)));
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    done(dialog.returnValue === "yes");
  }, { once: true }));
}

function drawClock() {
  const zone = reader().zone;
  byId("now").textContent = inZone(now(), zone, { weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  byId("now").dateTime = new Date(now()).toISOString();
  const ahead = page.world.offset_secs;
  byId("offset").textContent = `${zone}${ahead ? ` · ${lengthOf(ahead)} ahead of real time` : ""}`;
}

function lengthOf(secs) {
  const parts = [[Math.floor(secs / 86400), "d"], [Math.floor(secs / 3600) % 24, "h"], [Math.floor(secs / 60) % 60, "min"]];
  return parts.filter(([count]) => count).map(([count, unit]) => `${count} ${unit}`).join(" ");
}

function drawGroups() {
  const granting = page.world.okta.groups.filter((group) => ["00gPRODRW", "00gPRODRO", "00gSTAGING"].includes(group.id));
  keep(byId("groups"), granting.map((group) => [group.id, JSON.stringify(group), () => {
    const names = group.members.map((id) => el("li", { dataset: { member: id } }, nameOfOkta(id)));
    const list = names.length ? el("ul", {}, names) : el("p", { className: "hint" }, "nobody");
    return el("div", { className: "group", dataset: { group: group.id } }, el("h3", {}, group.name, " ", el("span", { className: "hint" }, group.id)), list);
  }]));
}

function nameOfOkta(id) {
  return page.world.people.find((person) => person.okta?.id === id)?.name ?? id;
}

function drawBot() {
  const { phase, pid, how } = page.own.bot.phase;
  const sockets = page.world.slack.sockets.length;
  const words = { running: `Running, process ${pid}, ${sockets || "no"} connection${sockets === 1 ? "" : "s"} to Slack`, stopped: "Stopped", crashed: `Ended: ${how}` };
  const shown = byId("bot-state");
  if (shown.textContent !== words[phase]) shown.textContent = words[phase];
  Object.assign(shown.dataset, { phase, pid: pid ?? "", sockets });
  for (const button of document.querySelectorAll("[data-bot]")) button.disabled = (button.dataset.bot === "start") === (phase === "running");
  const log = byId("log-lines");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  log.textContent = page.own.bot.log.join("\n");
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function drawBroken() {
  for (const button of document.querySelectorAll("[data-vendor]")) {
    const down = page.world.down.includes(button.dataset.vendor);
    button.setAttribute("aria-pressed", String(down));
    button.textContent = `${button.dataset.vendor === "okta" ? "Okta" : "Slack"} ${down ? "up again" : "down"}`;
  }
  const down = page.world.down.map((name) => name[0].toUpperCase() + name.slice(1));
  byId("broken").textContent = down.length ? `${down.join(" and ")} ${down.length > 1 ? "do" : "does"} not answer.` : "";
}

function drawJournal() {
  const zone = reader().zone;
  keep(byId("lines"), [...page.own.journal].reverse().map((line) => [line.seq, zone, () => {
    const at = inZone(line.at, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    const { seq, events, effects, words } = line;
    return el("details", { dataset: { seq } },
      el("summary", {}, el("span", { className: "seq" }, `${seq}`), el("time", { dateTime: line.at }, at), ` ${[...events.map(eventName), ...effects.map((effect) => `→ ${eventName(effect)}`)].join(", ") || "—"}`),
      el("pre", { tabIndex: 0 }, JSON.stringify({ at: line.at, events, effects, words }, null, 2)));
  }]));
}

function eventName(said) {
  return (said.event ?? said.effect ?? "?").replaceAll("_", " ");
}

// ---- what a person does

const modal = new Modal(byId("modal"), { act, attempt, confirmed });

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const [command, ...rest] = byId("command").value.trim().split(/ /);
  if (!command.startsWith("/")) return notice("A slash command begins with a slash, such as /jit. Jitney does not read other messages.");
  attempt(() => act({ act: "slash", command, text: rest.join(" ") }));
});

byId("command-hint").addEventListener("click", (event) => {
  if (!event.target.matches(".try")) return;
  byId("command").value = event.target.textContent;
  byId("command").focus();
});

document.addEventListener("click", (event) => {
  const { advance, bot, vendor } = event.target.dataset ?? {};
  if (advance) attempt(() => ask("/sandbox/clock", { advance: Number(advance) }));
  if (bot) attempt(() => ask(`/sandbox/bot/${bot}`, {}));
  if (vendor) attempt(() => ask(`/control/vendors/${vendor}/${page.world.down.includes(vendor) ? "up" : "down"}`, {}));
  if (event.target.id === "drop") attempt(() => ask("/control/sockets", { order: "drop" }));
});

document.addEventListener("visibilitychange", () => page.world && readAll());
page.user = location.hash.slice(1);
setInterval(() => page.world && drawClock(), 1000);
follow();
