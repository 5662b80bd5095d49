// The console's beginning: the world first, then header and view. Each view is built when it is first opened.

import { on } from "./bus.js";
import { basePath, contract } from "./contract.js";
import { fill, h } from "./dom.js";
import { listen } from "./events.js";
import { opening } from "./first.js";
import * as faults from "./faults/view.js";
import { startRules } from "./faults/rules.js";
import { startBanner } from "./head/banner.js";
import { startClock } from "./head/clock.js";
import { startKeys } from "./head/keys.js";
import { startOutage } from "./head/outage.js";
import { tickerButton } from "./head/ticker.js";
import { startTime } from "./head/time.js";
import * as journal from "./journal/view.js";
import { notice } from "./parts/notice.js";
import * as reference from "./reference/view.js";
import { home, root } from "./root.js";
import { onPlace, place, startRouter } from "./router.js";
import * as run from "./run/view.js";
import { startMoves } from "./run/moves.js";
import { closedPage } from "./world/closed.js";
import { NoWorld } from "./world/create.js";
import { followAddress } from "./world/link.js";
import { startMenu } from "./world/menu.js";
import { ENDED } from "./world/words.js";
import * as watch from "./watch/view.js";

// By the first part of the path: the title, the view, and the link in the header that stands for it.
const VIEWS = {
  "": ["Try", reference, "/"],
  try: ["Try", reference, "/"],
  watch: ["Watch", watch, "/watch"],
  runs: ["Run", run, "/watch"],
  faults: ["Faults", faults, "/faults"],
  journal: ["Journal", journal, "/journal"],
};
const ELSEWHERE = "Another tab went to another world; this tab followed. The one before is in “My worlds”.";

const main = document.getElementById("main");
const opened = new Map();
const element = (id) => document.getElementById(id);

start();

async function start() {
  followAddress();
  // Before the views: what they read first must be no older than the first event.
  opening.then(listen, () => {});
  try {
    const [api] = await Promise.all([contract(), opening]);
    startKeys(element("key"), element("copy-key"));
    startMenu(element("open-menu"), element("menu"), home + basePath(api));
    startBanner(element("banner"));
    startOutage(element("outage"));
    startMoves();
    startTime();
    startClock(element("clock"), tickerButton(element("fired")));
    on("closed", closed);
    on("fresh", ({ why }) => {
      if (why === "ended") notice(ENDED);
      if (why === "tab") notice(ELSEWHERE);
    });
    startRouter();
    startSkip();
    onPlace(follow);
    show(place());
    startRules();
  } catch (error) {
    closed(error instanceof NoWorld ? error : new NoWorld(error.message, false, 3));
  }
}

/** Shows the view of an address. A view that was opened stays as it was left. */
async function show(where) {
  const [title, module, link] = VIEWS[where.parts[0] ?? ""] ?? VIEWS[""];
  document.title = `${title} · Sequences sandbox`;
  fill(element("title"), title);
  for (const each of document.querySelectorAll(".views a")) {
    if (each.getAttribute("href") === root + link) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
  if (!opened.has(module)) {
    const section = main.appendChild(h("main", { class: "view", tabindex: "-1" }));
    opened.set(module, { section, view: module.open(section) });
  }
  for (const [each, { section }] of opened) section.hidden = each !== module;
  const view = await opened.get(module).view;
  view.show(where);
}

/** Shows the view of an address that was gone to. The focus does not stay on what is shown no more. */
async function follow(where) {
  await show(where);
  if (!document.activeElement?.checkVisibility() || document.activeElement === document.body) content().focus({ preventScroll: true });
}

/** What a view is about: beside the list of operations, the operation. */
const content = () => main.querySelector("main:not([hidden]) .stage") ?? main.querySelector("main:not([hidden])");

function startSkip() {
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    content().focus();
  });
}

function closed(error) {
  document.body.classList.add("closed");
  fill(main, closedPage(error));
}
