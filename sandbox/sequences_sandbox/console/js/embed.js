// One operation, ready to send, for a frame in a page of documentation:
// /embed/{operationId}?theme=dark&height=480&run=…&language=python&example=lost

import { on } from "./bus.js";
import { basePath, contract, operation, operations } from "./contract.js";
import { button, fill, h } from "./dom.js";
import { listen } from "./events.js";
import { keyOptions } from "./head/keys.js";
import { startOutage } from "./head/outage.js";
import { startTime } from "./head/time.js";
import { notice } from "./parts/notice.js";
import { operationPage } from "./reference/operation.js";
import { unknown } from "./reference/view.js";
import { home } from "./root.js";
import { session } from "./session.js";
import { NoWorld } from "./world/create.js";
import { reset } from "./world/state.js";

const THEMES = ["light", "dark"];
const LEAST = 240;
const ENDED = "The world of this example has ended. This is a new one.";

const root = document.documentElement;
const main = document.getElementById("main");
const query = new URLSearchParams(location.search);

start(decodeURIComponent(location.pathname.split("/").at(-1)));

async function start(id) {
  if (THEMES.includes(query.get("theme"))) root.dataset.theme = query.get("theme");
  fit(Number(query.get("height")));
  try {
    const api = await contract();
    const found = operation(api, id);
    if (!found) {
      fill(main, h("main", {}, unknown(id, operations(api), (each) => `/embed/${each}${location.search}`)));
      return;
    }
    document.title = `${found.summary} · Sequences sandbox`;
    if (await session.open()) notice(ENDED);
    startOutage(document.getElementById("outage"));
    startTime();
    const page = operationPage(api, found, { run: query.get("run"), language: query.get("language"), example: query.get("example"), target: "_blank", world: linked });
    fill(main, head(home + basePath(api)), h("main", {}, page.element));
    page.show();
    on("fresh", ({ why, another }) => {
      if (why === "ended") notice(ENDED);
      if (another) fill(main, head(home + basePath(api)), h("main", {}, page.element));
    });
    on("key", () => document.getElementById("whole").replaceWith(wholeConsole()));
    on("closed", closed);
    listen();
  } catch (error) {
    closed(error);
  }
}

function head(base) {
  const key = h("select", { id: "key", on: { change: () => session.choose(key.value) } }, keyOptions());
  key.value = session.chosen;
  return h("header", { class: "embed-head" },
    h("h1", { class: "unseen" }, "Sequences sandbox"),
    h("span", { class: "brand" }, h("img", { src: "/console/mark.svg", alt: "", width: "18", height: "18" }), h("span", { class: "simulation" }, "Simulation: nothing is sent"), h("code", { class: "dim" }, base)),
    h("label", { class: "dim", for: "key" }, "Key"), key,
    button("Reset", reset), wholeConsole());
}

// Browsers keep apart what a frame and a tab keep: without its key a link would lead to another world.
const linked = () => (session.world ? `#key=${session.widestToken}` : "");

const wholeConsole = () => h("a", { id: "whole", href: `/${linked()}`, target: "_blank", rel: "noopener" }, "Open the console");

/** Why it cannot be tried; it tries again by itself where that may help. */
function closed(error) {
  const retry = error instanceof NoWorld ? error.retry : 3;
  fill(main, h("main", { class: "blank" }, h("h2", {}, "This cannot be tried now"), h("p", {}, error.message),
    h("p", {}, retry === null ? null : `It tries again in ${retry} s. `, wholeConsole())));
  if (retry !== null) setTimeout(again, retry * 1000);
}

async function again() {
  const answers = await fetch(`${home}/_sandbox/health`, { cache: "no-store" }).then((response) => response.ok, () => false);
  if (answers) location.reload();
  else setTimeout(again, 5000);
}

/**
 * With a height in pixels the content scrolls within it. Without one the page around is told how high the content is, as
 * a message {type: "sequences-sandbox", height}, and may fit the frame to it.
 */
function fit(height) {
  if (height >= LEAST) {
    root.dataset.height = "fixed";
    document.body.style.setProperty("height", `${height}px`);
    return;
  }
  new ResizeObserver(() => parent.postMessage({ type: "sequences-sandbox", height: Math.ceil(document.body.getBoundingClientRect().height) }, "*")).observe(document.body);
}
