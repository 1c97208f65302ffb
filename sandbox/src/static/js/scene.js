// What the page shows at one moment: the world, the sandbox, and whose screen this window is.
//
// The address holds the window's own part, `#alice/home` or `#bob/messages/ACCESS-1`, so that a reload, a second window
// and the browser's Back all lead where one was. Law: nothing here is drawn, and nothing here changes anything.

export const TABS = ["home", "messages", "audit"];

/** The part of an e-mail that names a person in the address. */
export function slug(person) {
  return person.slack.email.split("@")[0];
}

/** What the address says. */
export function place() {
  const [person = "", tab = "", ticket = ""] = location.hash.slice(1).split("/").map(decoded);
  return { person, tab: TABS.includes(tab) ? tab : "messages", ticket };
}

/** An address that somebody typed may be no address at all. */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

/** The address of a place. */
export function addressOf({ person, tab, ticket }) {
  return `#${[person, tab, ticket].filter(Boolean).map(encodeURIComponent).join("/")}`;
}

export class Scene {
  constructor(world, own, fetchedAt) {
    this.world = world;
    this.own = own;
    this.fetchedAt = fetchedAt;
    this.members = world.people.filter((person) => person.slack && !person.slack.deleted);
    const asked = place();
    this.me = this.members.find((person) => slug(person) === asked.person) ?? this.members[0];
    this.tab = asked.tab === "audit" && !this.seesChannels ? "messages" : asked.tab;
    this.ticket = asked.ticket;
  }

  /** Whose screen this is, by Slack id. */
  get user() {
    return this.me.slack.id;
  }

  get zone() {
    return this.me.slack.tz || "UTC";
  }

  /** The world's time, which goes on between two states. */
  get now() {
    return Date.parse(this.world.now) + (Date.now() - this.fetchedAt);
  }

  /** A guest sees no public channels. */
  get seesChannels() {
    return !this.me.slack.restricted && !this.me.slack.ultra_restricted;
  }

  get audit() {
    return this.world.slack.channels.find((channel) => channel.channel === "C0AUDIT");
  }

  get slackIsDown() {
    return this.world.down.includes("slack");
  }

  get running() {
    return this.own.bot.phase.phase === "running";
  }

  nameOfSlack(id) {
    return this.world.people.find((person) => person.slack?.id === id)?.name ?? (id === "U0JITBOT" ? "Jitney" : id);
  }

  nameOfOkta(id) {
    return this.world.people.find((person) => person.okta?.id === id)?.name ?? id;
  }

  /** The address of a place near this one. */
  at(change) {
    return addressOf({ person: slug(this.me), tab: this.tab, ticket: this.ticket, ...change });
  }

  /** Who reads, for drawing blocks. */
  get reader() {
    return {
      user: this.user, zone: this.zone, now: this.now,
      name: (id) => this.nameOfSlack(id),
      channel: (id) => this.world.slack.channels.find((channel) => channel.channel === id)?.name ?? id,
      ticket: (url) => this.ticketAt(url),
    };
  }

  /** Where this page shows a ticket of the local Jira; nothing for any other address. */
  ticketAt(url) {
    const base = `${this.world.jira.base_url}/browse/`;
    return url.startsWith(base) ? this.at({ ticket: url.slice(base.length) }) : null;
  }

  /** Messages and private answers that a person has not read, by conversation. */
  unread(user) {
    const slack = this.world.slack;
    const count = (conversation) => conversation?.messages.filter((message) => message.unread_by.includes(user)).length ?? 0;
    const notes = slack.ephemerals.filter((note) => note.user === user && note.unread).length;
    return { messages: count(slack.dms[user]) + notes, audit: count(this.audit) };
  }
}
