// The parts that can be broken, and how each stands: the bot's process, Slack, Okta, Jira.

import { byId, say } from "/js/dom.js";
import { attempt } from "/js/hands.js";
import { ask } from "/js/wire.js";

export class Parts {
  constructor() {
    byId("controls").addEventListener("click", (event) => {
      const { bot, vendor } = event.target.dataset;
      if (bot) attempt(() => ask(`/sandbox/bot/${bot}`, {}));
      if (vendor) attempt(() => ask(`/control/vendors/${vendor}/${this.scene.world.down.includes(vendor) ? "up" : "down"}`, {}));
    });
    byId("drop").addEventListener("click", () => attempt(() => ask("/control/sockets", { order: "drop" })));
  }

  draw(scene) {
    this.scene = scene;
    this.bot(scene);
    this.vendors(scene);
  }

  bot(scene) {
    const { phase, pid, how } = scene.own.bot.phase;
    const words = { running: `Running, process ${pid}`, stopped: "Stopped", crashed: `Ended: ${how}` }[phase];
    state("bot", words, { running: "well", stopped: "off", crashed: "broken" }[phase]);
    byId("bot-state").dataset.pid = pid ?? "";
    for (const button of document.querySelectorAll("[data-bot]")) {
      button.disabled = (button.dataset.bot === "start") === (phase === "running");
    }
  }

  vendors(scene) {
    const sockets = scene.world.slack.sockets.length;
    const reached = sockets ? `Up, ${sockets} socket${sockets === 1 ? "" : "s"}` : "Up, the bot is not connected";
    this.vendor(scene, "slack", reached, sockets ? "well" : "off");
    this.vendor(scene, "okta", "Up", "well");
    this.vendor(scene, "jira", "Up", "well");
    byId("drop").disabled = !sockets;
  }

  vendor(scene, name, words, mood) {
    const down = scene.world.down.includes(name);
    const refused = down ? cutSince(scene, name) : 0;
    state(name, down ? `Down${refused ? `, ${refused} cut off` : ""}` : words, down ? "broken" : mood);
    const button = document.querySelector(`[data-vendor="${name}"]`);
    say(button, down ? "Bring back" : "Take down");
    button.setAttribute("aria-label", `${down ? "Bring" : "Take"} ${name[0].toUpperCase()}${name.slice(1)} ${down ? "back" : "down"}`);
  }
}

/** Of the calls on screen: those at the end that were never answered. */
function cutSince(scene, vendor) {
  const calls = scene.world.calls.filter((call) => call.vendor === vendor);
  return calls.length - 1 - calls.findLastIndex((call) => call.status !== null);
}

function state(name, words, mood) {
  const node = byId(`${name}-state`);
  say(node, words);
  node.dataset.mood = mood;
}
