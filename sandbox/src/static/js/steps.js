// The steps of the first walk: what each says, where it is done, and how the page sees that it was.
//
// Law: a step is judged by what happened in the world, never by what was pressed, so that any way to it counts.

import { eventsOf } from "/js/facts.js";

const ALICE = "U0ALICE";
const BOB = "U0BOB";
const GROUP = "00gPRODRW";

/** What happened since the walk began, as the steps need it. */
function seen(scene, since) {
  const events = eventsOf(scene.own).filter((event) => event.seq > since);
  const asked = events.filter((event) => event.event === "request_received" && event.asker === ALICE).map((event) => event.request);
  const has = (name, request) => events.find((event) => event.event === name && event.request === request);
  const opened = asked.filter((request) => has("grant_opened", request));
  const first = opened[0] ?? null;
  return {
    scene, first, second: opened.find((request) => request !== first) ?? null,
    waiting: asked.some((request) => has("request_pending", request) && !over(has, request) && !has("grant_opened", request)),
    asks: asked.some((request) => !over(has, request)), refused: asked.some((request) => over(has, request)),
    ends: first ? Date.parse(has("grant_opened", first).ends) : null,
    over: (request) => Boolean(request && has("grant_ended", request)),
    returned: (request) => Boolean(request && has("grant_returned", request)),
    inside: scene.world.okta.groups.some((group) => group.id === GROUP && group.members.includes("00uALICE")),
    form: Boolean(scene.world.slack.modals[ALICE]?.length),
  };
}

function over(has, request) {
  return ["request_denied", "request_cancelled", "request_lapsed", "request_refused", "grant_failed"].some((name) => has(name, request));
}

/** The step from which on access was open. */
const OPENED = 4;

const at = (person, tab) => ({ person, tab, ticket: "" });

/** `target` is what the page beckons to, the first of several on the page; `place` whose screen it is on; `pane` which part of a narrow screen. */
const STEPS = [
  {
    title: "Ask, as Alice",
    words: "You are Alice. Type /jit and press Send, or choose Request access in the menu of shortcuts beside it. A form opens.",
    place: at("alice", "messages"), pane: "slack", target: "#send",
    done: ({ form, asks }) => form || asks,
  },
  {
    title: "Say what, how long and why",
    words: "Choose Read-Write of the Production Database and 2 hours. Below, the form says who will be asked. Say why, and send it.",
    place: at("alice", "messages"), pane: "slack", target: "#modal-submit, #send",
    done: ({ waiting, first }) => waiting || first,
  },
  {
    title: "Become Bob",
    words: "Bob owns the database. A message waits for him: choose him among the people, or open him in a window of his own.",
    place: at("bob", "messages"), pane: "slack", target: "[data-user='U0BOB']",
    done: ({ scene, first }) => scene.user === BOB || first,
  },
  {
    title: "Approve",
    words: "Read the card as Bob does: who asks, for what, until when, and why in her own words. Press Approve; it asks back, because the access is sensitive.",
    place: at("bob", "messages"), pane: "slack", target: "#messages [data-action='approve']",
    done: ({ first }) => first,
  },
  {
    title: "See what it did",
    words: "Alice now stands in the Okta group prod-db-rw, the ticket moved to In Progress, and # access-audit has a line. Open the ticket, on the board or from a card’s last line, and read its comments.",
    place: at("bob", "messages"), pane: "jira", target: "[data-column='In Progress'] .ticket",
    done: ({ scene, over: isOver, first }) => scene.ticket !== "" || isOver(first),
  },
  {
    title: "Kill the bot",
    words: "Now press kill -9 while Alice still has access. Nobody is left to take it from her.",
    pane: "controls", target: "[data-bot='kill']",
    done: ({ scene, over: isOver, first }) => !scene.running || isOver(first),
  },
  {
    title: "Let the time pass",
    words: "Move the clock by two hours. The access is over, and yet Alice stays in the group: no program runs.",
    pane: "controls", target: "[data-advance='7200']",
    done: ({ scene, ends, over: isOver, first }) => isOver(first) || (ends !== null && scene.now > ends),
  },
  {
    title: "Start it again",
    words: "Press Start and watch the group. Before it does anything else, the bot takes Alice out. The journal says when that was due.",
    pane: "controls", target: "[data-bot='start']",
    done: ({ scene, inside, over: isOver, first }) => scene.running && !inside && isOver(first),
  },
  {
    title: "Once more",
    words: "Ask again as Alice, and approve it as Bob. /jit prod-db/ro 45m Once more asks in one line, for less: another 2 hours of Read-Write would be looked at by the SOC too.",
    place: at("alice", "messages"), pane: "slack", target: "#command",
    done: ({ second }) => second,
  },
  {
    title: "Give it back",
    words: "As Alice, open the Home tab. It lists what she has and how long it lasts. Press Return access: she is out at once, long before the end.",
    place: at("alice", "home"), pane: "slack", target: "#home [data-action='return']",
    done: ({ second, returned, over: isOver }) => returned(second) && isOver(second),
  },
];

/** Whether what the walk was about came to nothing before it opened, so that Alice must ask again; `begun`: a form was open. */
function isLost({ at, begun }, { refused, asks, form }) {
  return at > 0 && at < OPENED && (refused || begun) && !asks && !form;
}

const END = {
  title: "That is all of it",
  words: "Asked, approved, opened, ended, whatever happened in between. Now break more: take Okta or Jira down while something ends, drop Slack’s sockets, deny a request, become a guest. Or ask for Admin of the database, which the SOC decides too.",
};

export const FIRST = { title: "First walk", steps: STEPS, end: END, seen, isLost };
