// What the journal's lines say, as far as the page needs it: names, who waits.
//
// Law: it reads events and nothing else, as the bot itself does.

/** Every event that is on screen, oldest first, each with the line it stands in. */
export function eventsOf(own) {
  return own.journal.flatMap((line) => line.events.map((event) => ({ ...event, seq: line.seq, at: line.at })));
}

const QUIET = new Set(["view_shown", "person_identified", "person_bound", "approvers_sought", "standing_doubted", "effect_withdrawn"]);
const LOUD = new Set(["added", "removed"]);

/** Whether a line holds nothing that anyone but the bot cares for. */
export function isQuiet(line) {
  return line.events.every((event) => (event.event === "effect_settled" ? !LOUD.has(event.outcome.outcome) : QUIET.has(event.event)));
}

/** request_received → "Request received"; with what came of it, or who sees it. */
export function nameOf(said, scene) {
  if (said.event === "effect_settled") return `${promised(scene.own, said.effect)}: ${words(said.outcome.outcome)}`;
  if (said.event === "view_shown") return `View shown to ${said.view.slack ? scene.nameOfSlack(said.view.slack) : "requester"}`;
  if (said.event === "effect_failing") return `${promised(scene.own, said.effect)}: failing, ${said.tries} ${said.tries === 1 ? "try" : "tries"}`;
  return begun(words(said.event ?? said.effect));
}

/** What an effect promised, by the line and the place that name it; the name itself where that line is not on screen. */
function promised(own, id) {
  const [seq, place] = id.split(".").map(Number);
  const effect = own.journal.find((line) => line.seq === seq)?.effects[place];
  return effect ? begun(words(effect.effect)) : id;
}

function begun(name) {
  return name[0].toUpperCase() + name.slice(1);
}

function words(name) {
  return String(name ?? "?").replaceAll("_", " ");
}

/** The request a line is about, if it is about one. */
export function requestOf(line) {
  return [...line.events, ...line.effects].map((said) => said.request ?? said.view?.request).find(Boolean) ?? "";
}
