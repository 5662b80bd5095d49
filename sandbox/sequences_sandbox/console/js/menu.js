// The world's menu: where it is, how it begins anew, and how its state is shared.

import { on, tell } from "./bus.js";
import { copyButton, download, fill, h, say, select } from "./dom.js";
import { ask, notice, warn } from "./notice.js";
import { attach } from "./popup.js";
import { session } from "./session.js";

const BEFORE_RESET = "before-reset";
const FIXTURES = [["demo", "demo: a busy week"], ["every_status", "every_status: one run of each"], ["contract", "contract: what the suite wants"], ["empty", "empty: no runs"]];

/** Fills the key switch and the menu. `base` is the API's base URL. */
export function startMenu(base) {
  const key = document.getElementById("key");
  const panel = document.getElementById("menu");
  attach(document.getElementById("open-menu"), panel);
  key.addEventListener("change", () => session.choose(key.value));
  const copy = document.getElementById("copy-key");
  copy.replaceWith(copyButton("Copy", () => session.token ?? "", { id: "copy-key", "aria-label": "Copy the key" }));
  const show = () => {
    fill(key, session.choices.map(([value, label]) => h("option", { value }, label)));
    key.value = session.chosen;
    document.getElementById("copy-key").disabled = session.token === null;
  };
  on("key", show);
  on("world", () => { show(); fill(panel, content(panel, base)); });
  show();
  fill(panel, content(panel, base));
}

function content(panel, base) {
  const fixture = select({ "aria-label": "Fixture" }, FIXTURES, FIXTURES.some(([name]) => name === session.world.fixture) ? session.world.fixture : "demo");
  const file = h("input", { type: "file", accept: ".json,application/json", class: "unseen", tabindex: "-1", "aria-label": "A state to load" });
  file.addEventListener("change", () => { load(file.files[0]); file.value = ""; });
  const token = h("input", { placeholder: "topo_…", "aria-label": "A key of another world", autocomplete: "off", spellcheck: "false" });
  const closing = (work) => () => { panel.hidePopover(); work(); };
  return [
    h("h2", {}, session.world.own ? "Your private world" : "A world opened by its key"),
    h("dl", { class: "facts" },
      h("dt", {}, "Base URL"), h("dd", {}, h("code", {}, base), copyButton("Copy", () => base, { "aria-label": "Copy the base URL" })),
      h("dt", {}, "Fixture"), h("dd", {}, session.world.fixture)),
    h("div", { class: "acts" },
      h("button", { type: "button", on: { click: closing(reset) } }, "Reset"),
      h("button", { type: "button", on: { click: closing(save) } }, "Download state"),
      h("button", { type: "button", on: { click: () => { panel.hidePopover(); file.click(); } } }, "Load state…"), file),
    h("hr", {}),
    h("form", { class: "acts", on: { submit: (event) => { event.preventDefault(); closing(() => renew(fixture.value))(); } } },
      fixture, h("button", {}, "New world")),
    h("form", { class: "acts", on: { submit: (event) => { event.preventDefault(); closing(() => adopt(token.value.trim()))(); } } },
      token, h("button", {}, "Open by key")),
    h("p", { class: "dim" }, "The key is kept in this browser only. A world that nobody uses for a while is removed."),
  ];
}

async function reset() {
  try {
    await session.control("PUT", `/snapshots/${BEFORE_RESET}`, {});
    await session.control("POST", "/world/reset", {});
    tell("begun");
    notice("The world began anew.", ["Undo", undo]);
  } catch (error) {
    warn(error.message);
  }
}

async function undo() {
  try {
    await session.control("POST", `/snapshots/${BEFORE_RESET}/restore`, {});
    tell("begun");
    say("The world is as it was before.");
  } catch (error) {
    warn(error.message);
  }
}

async function renew(fixture) {
  if (session.world.own && !(await ask("A new world?", "Your present world and its keys go for good; a client that uses them is refused from then on.", "New world"))) return;
  await attempt(() => session.renew(fixture), "This is a new world, with new keys.");
}

async function load(file) {
  if (!file) return;
  let document = null;
  try {
    document = JSON.parse(await file.text());
  } catch {
    warn(`${file.name} is no JSON. Load a state that was downloaded here, or a fixture written as JSON.`);
    return;
  }
  await attempt(() => session.renew(document), `${file.name} is loaded into a new world, with new keys.`);
}

async function adopt(token) {
  if (token) await attempt(() => session.openByKey(token), "You look at the world of that key now.");
}

async function attempt(work, done) {
  try {
    await work();
    notice(done);
  } catch (error) {
    warn(error.message);
  }
}

async function save() {
  try {
    download("sequences-world.json", JSON.stringify(await session.control("GET", "/world/export"), null, 2));
  } catch (error) {
    warn(error.message);
  }
}
