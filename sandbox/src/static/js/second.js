// The second walk: rules, people who are away, more time, break-glass and a freeze. The README tells the same steps in its words.
//
// Law: as for the first, a step is judged by what happened in the world.

import { eventsOf } from "/js/facts.js";

const ALICE = "U0ALICE";
const DANA = "U0DANA";

/** What happened since the walk began, as the steps need it. */
function seen(scene, since) {
  const events = eventsOf(scene.own).filter((event) => event.seq > since);
  const has = (name, request) => events.some((event) => event.event === name && event.request === request);
  const any = (name) => events.some((event) => event.event === name);
  const received = events.filter((event) => event.event === "request_received");
  const asked = (who) => received.filter((event) => event.asker === who && !event.purpose).map((event) => event.request);
  const routed = events.filter((event) => event.event === "request_pending" && event.steps.length > 1).map((event) => event.request);
  const long = asked(ALICE).filter((request) => routed.includes(request)).at(-1);
  const more = received.filter((event) => event.purpose?.of !== undefined && event.purpose.of === long).at(-1)?.request;
  return {
    long: (name) => long !== undefined && has(name, long),
    lost: ["request_denied", "request_cancelled", "request_lapsed", "grant_failed"].some((name) => has(name, long)),
    more: (name) => more !== undefined && has(name, more),
    asked: long !== undefined, any,
    waits: asked(DANA).some((request) => has("request_approved", request)),
  };
}

/** The step from which on access was open. */
const OPENED = 4;

const at = (person, tab) => ({ person, tab, ticket: "" });

const STEPS = [
  {
    title: "Ask for long, as Alice",
    words: "Send /jit prod-db/rw 3h Move the big table. A rule wants the SOC to look at more than 2 hours at a stretch: her message says so.",
    place: at("alice", "messages"), pane: "slack", target: "#command",
    done: ({ asked, lost }) => asked && !lost,
  },
  {
    title: "Nobody answers",
    words: "Bob is away, and Dana says nothing. Move the clock by two hours: the SOC is asked in their place, too.",
    pane: "controls", target: "[data-advance='7200']",
    done: ({ long }) => long("fallback_asked") || long("step_approved"),
  },
  {
    title: "Stand in, as Carol",
    words: "Carol is the SOC. Approve as Carol: that counts for the owners. One person meets one step, so that the SOC’s own is left to Nora.",
    place: at("carol", "messages"), pane: "slack", target: "#messages [data-action='approve']",
    done: ({ long }) => long("step_approved"),
  },
  {
    title: "Approve, as Nora",
    words: "Nora is the SOC’s other half. When she has approved, Alice stands in the group.",
    place: at("nora", "messages"), pane: "slack", target: "#messages [data-action='approve']",
    done: ({ long }) => long("grant_opened"),
  },
  {
    title: "Be warned",
    words: "Move the clock by two hours, and by 30 minutes. Half an hour before the end Alice is told that it ends.",
    place: at("alice", "messages"), pane: "controls", target: "[data-advance='1800']",
    done: ({ long }) => long("grant_ends_soon") || long("grant_ended"),
  },
  {
    title: "Ask for more time",
    words: "Press Extend…, in the warning or beside the access, and say why. It is a request of its own, put to the rules as all the time together.",
    place: at("alice", "messages"), pane: "slack", target: "#modal-submit, #messages [data-action='extend']",
    done: ({ more, long }) => more("request_received") || long("grant_ended"),
  },
  {
    title: "Agree, as Bob",
    words: "Bob is back. He approves for the owners, and then it is the SOC’s turn.",
    place: at("bob", "messages"), pane: "slack", target: "#messages [data-action='approve']",
    done: ({ more, long }) => more("step_approved") || long("grant_ended"),
  },
  {
    title: "Agree, as Carol",
    words: "When Carol has approved, Alice’s access has a later end. Nothing was taken out of the group, and nothing put in.",
    place: at("carol", "messages"), pane: "slack", target: "#messages [data-action='approve']",
    done: ({ long }) => long("grant_extended") || long("grant_ended"),
  },
  {
    title: "Give it back, as Alice",
    words: "Alice is done before the end: press Return access. She is out of the group at once.",
    place: at("alice", "messages"), pane: "slack", target: "#messages [data-action='return']",
    done: ({ long }) => long("grant_ended"),
  },
  {
    title: "Break the glass",
    words: "Something breaks. As Alice send /jit emergency, choose Read-Write and say what is happening. Nobody has to approve; the owners and the SOC are told.",
    place: at("alice", "messages"), pane: "slack", target: "#modal-submit, #command",
    done: ({ any }) => any("emergency_taken"),
  },
  {
    title: "Sign the review, as Carol",
    words: "Press Sign review… and write what was done. Alice could not: it is never who took it.",
    place: at("carol", "messages"), pane: "slack", target: "#messages [data-action='sign_review']",
    done: ({ any }) => any("review_signed"),
  },
  {
    title: "Freeze",
    words: "Carol is an admin. As Carol send /jit admin freeze: from now on nothing is opened.",
    place: at("carol", "messages"), pane: "slack", target: "#command",
    done: ({ any }) => any("granting_frozen"),
  },
  {
    title: "Wait, as Dana",
    words: "Dana is on call, and a rule gives her staging without anybody’s yes. As Dana send /jit staging/admin 1h Try the new build: approved, it waits.",
    place: at("dana", "messages"), pane: "slack", target: "#command",
    done: ({ waits }) => waits,
  },
  {
    title: "Unfreeze",
    words: "As Carol send /jit admin unfreeze. What waited is opened: Dana stands in staging-admin.",
    place: at("carol", "messages"), pane: "slack", target: "#command",
    done: ({ any }) => any("granting_resumed"),
  },
];

/** Whether what Alice asked for came to nothing before it opened, so that she must ask again. */
function isLost(state, { asked, lost }) {
  return state.at > 0 && state.at < OPENED && asked && lost;
}

const END = {
  title: "That is all of it",
  words: "Who may ask, who must agree, and what happens where nobody does. The rules are in sandbox/src/static/policy.cedar.",
};

export const SECOND = { title: "Second walk", steps: STEPS, end: END, seen, isLost };
