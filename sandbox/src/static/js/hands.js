// What the person whose screen this is does, as Slack's client would send it.
//
// Law: what cannot be done is said where it can be read, and never silently dropped.

import { confirmed } from "/js/confirm.js";
import { byId } from "/js/dom.js";
import { ask } from "/js/wire.js";

const TIMED_OUT = "Slack: Jitney did not answer in time.";

/** Says something to the person; a form that is open covers the rest. */
export function notice(words) {
  byId("notice").textContent = words;
  const above = byId("modal-notice");
  if (above) above.textContent = words;
}

/** Does something, and says so where it cannot be done. */
export async function attempt(doing) {
  notice("");
  try {
    return await doing();
  } catch (error) {
    notice(error instanceof TypeError ? "The sandbox does not answer." : error.message);
    return null;
  }
}

/** A person's doing. */
export async function act(user, what) {
  const came = await ask("/control/act", { user, ...what });
  if (came?.timed_out && what.act !== "slash") notice(TIMED_OUT);
  return came;
}

async function press(part, block, pick, send) {
  if (part.confirm && !(await confirmed(part.confirm))) return null;
  const pressed = { action_id: part.action_id, block_id: block.block_id, value: part.value, pick };
  return attempt(() => send(pressed));
}

/** The hands of a person on a message. */
export function onMessage(user, message) {
  const send = (pressed) => act(user, { act: "click", channel: message.channel, ts: message.ts, press: pressed });
  return { press: (part, block, pick) => press(part, block, pick, send), offer: async () => null };
}

/** The hands of a person on their App Home. */
export function onHome(user) {
  const send = (pressed) => act(user, { act: "click_in_home", press: pressed });
  return { press: (part, block, pick) => press(part, block, pick, send), offer: async () => null };
}

/** The hands of a person on the modal on top; `then` keeps their doings in order. */
export function onModal(user, then) {
  const send = (pressed) => act(user, { act: "click_in_view", press: pressed });
  const fill = (part, block, pick) => act(user, { act: "fill", block_id: block.block_id, action_id: part.action_id, value: pick });
  return {
    press: (part, block, pick) => then(() => press(part, block, pick, (pressed) => (pick === undefined ? send(pressed) : fill(part, block, pick)))),
    offer: (part, block, query) => offers(user, part, block, query),
  };
}

/** What the bot offers for this text; nothing where it does not answer. */
export async function offers(user, part, block, query) {
  const asked = { act: "options", block_id: block.block_id, action_id: part.action_id, query };
  return ask("/control/act", { user, ...asked }).catch(() => null);
}
