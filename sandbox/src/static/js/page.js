// The page: draws what the sandbox says.
//
// It keeps nothing of its own: whose screen is shown stands in the address, what is typed in drafts.js. Law: everything
// on it comes from /control/state and /sandbox/state, and each part is drawn by the file that owns it.

import { Clock } from "/js/clock.js";
import { Composer } from "/js/composer.js";
import { byId } from "/js/dom.js";
import { Home } from "/js/home.js";
import { Tickets, drawBoard } from "/js/jira.js";
import { drawJournal } from "/js/journal.js";
import { Messages } from "/js/messages.js";
import { Modal } from "/js/modal.js";
import { drawGroups } from "/js/okta.js";
import { Parts } from "/js/parts.js";
import { drawPeople } from "/js/people.js";
import { Scene } from "/js/scene.js";
import { housekeeping, panes, theme } from "/js/settings.js";
import { Walk } from "/js/walk.js";
import { follow } from "/js/wire.js";

theme();
housekeeping();
const show = panes();
const parts = [new Messages(), new Home(), new Composer(), new Clock(), new Parts(), new Tickets(), new Modal(byId("modal")), new Walk(show)];
const drawings = [drawPeople, drawGroups, drawBoard, drawJournal];

let last = null;

function draw(world, own) {
  last = { world, own, at: Date.now() };
  drawAgain();
}

function drawAgain() {
  if (!last) return;
  const scene = new Scene(last.world, last.own, last.at);
  for (const drawing of drawings) drawing(scene);
  for (const part of parts) part.draw(scene);
}

window.addEventListener("hashchange", () => {
  document.body.dataset.pane = "slack";
  show("slack");
  drawAgain();
});
document.addEventListener("visibilitychange", drawAgain);
window.addEventListener("storage", drawAgain);
byId("skip").addEventListener("click", () => document.querySelector("#messages:not([hidden]), #home:not([hidden])").focus());

follow(draw, (isLost) => {
  byId("link").hidden = !isLost;
});
