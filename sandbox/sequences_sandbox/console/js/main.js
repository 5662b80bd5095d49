// The console's beginning: the world first, then header and view. Each view is loaded when it is first opened.

import { on, tell } from "./bus.js";
import { startClock } from "./clock.js";
import { basePath, contract } from "./contract.js";
import { readDirectory } from "./directory.js";
import { fill, h } from "./dom.js";
import { listen } from "./events.js";
import { firedButton } from "./fired.js";
import { startMenu } from "./menu.js";
import { notice, warn } from "./notice.js";
import { NoWorld, session } from "./session.js";

// Each view with its title, its module and its element: the reference component brings a `main` of its own.
const VIEWS = {
  "/": ["Try", () => import("./reference/view.js"), "div"],
  "/watch": ["Watch", () => import("./watch/view.js"), "main"],
  "/faults": ["Faults", () => import("./faults/view.js"), "main"],
  "/journal": ["Journal", () => import("./journal/view.js"), "main"],
};
const GONE = "Your earlier world is gone: it was not used for a while, or the sandbox was started anew. This is a new one, with new keys.";

const main = document.getElementById("main");
const opened = new Map();

start();

async function start() {
  try {
    const [api, renewed] = await Promise.all([contract(), session.open()]);
    if (renewed) notice(GONE);
    await readDirectory();
    startMenu(location.origin + basePath(api));
    const fired = firedButton(document.getElementById("fired"), (id) => go(`/watch?run=${id}`));
    startClock(document.getElementById("clock"), fired);
    on("lost", () => notice(GONE));
    on("closed", closed);
    on("world", () => know(true));
    on("begun", () => know(false));
    route();
    listen();
  } catch (error) {
    if (!(error instanceof NoWorld)) throw error;
    closed(error);
  }
}

/** Learns who is who in a world that is new or began anew, and tells the views. */
async function know(another) {
  await readDirectory().catch((error) => warn(error.message));
  tell("ready", another);
}

/** Shows the view of the address. A view that was opened stays as it was left. */
async function route() {
  const path = location.pathname in VIEWS ? location.pathname : "/";
  const [title, load, element] = VIEWS[path];
  document.title = `${title} · Sequences sandbox`;
  fill(document.getElementById("title"), title);
  for (const link of document.querySelectorAll(".views a")) {
    if (link.dataset.view === path) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (!opened.has(path)) {
    const section = main.appendChild(h(element, { class: "view" }));
    opened.set(path, { section, view: load().then((view) => view.open(section)) });
  }
  for (const [each, { section }] of opened) section.hidden = each !== path;
  const { show } = await opened.get(path).view;
  if (location.pathname === path) show?.(new URLSearchParams(location.search));
}

/** Goes to an address of the console without leaving the page. */
function go(address) {
  history.pushState(null, "", address);
  route();
}

function closed(error) {
  document.body.classList.add("closed");
  const token = h("input", { id: "given-key", placeholder: "topo_…", autocomplete: "off", spellcheck: "false" });
  const enter = async (event) => {
    event.preventDefault();
    try {
      await session.openByKey(token.value.trim());
      location.reload();
    } catch (refused) {
      warn(refused.message);
    }
  };
  fill(main, h("main", { class: "blank" },
    h("h2", {}, error.closed ? "No world for you here" : "The sandbox does not answer"),
    h("p", {}, error.message, " ", error.closed ? "With a key of a world that exists you can go on." : "Once it runs, load this page again."),
    error.closed
      ? h("form", { class: "acts", on: { submit: enter } }, h("label", { for: "given-key" }, "API key"), token, h("button", { class: "primary" }, "Open"))
      : h("button", { type: "button", class: "primary", on: { click: () => location.reload() } }, "Load again")));
}

addEventListener("popstate", route);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-view]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(link.dataset.view);
});
