// The world's menu: what this world is, when it ends, how it begins again, and the other worlds of this browser.

import { on } from "../bus.js";
import { button, facts, field, fill, h, select } from "../dom.js";
import { copyButton } from "../parts/clipboard.js";
import { ask, attempt, notice } from "../parts/notice.js";
import { attach } from "../parts/popup.js";
import { session } from "../session.js";
import { readKept } from "./kept.js";
import { copyLinkWithKey } from "./share.js";
import { snapshotPart } from "./snapshots.js";
import { reset, save, stateInput } from "./state.js";
import { endWords, limitWords } from "./words.js";

const FIXTURES = [["demo", "demo: a busy week"], ["every_status", "every_status: one run of each"], ["contract", "contract: what the suite needs"], ["empty", "empty: no runs"]];

/** Fills the menu and keeps it true. `base` is the API's base URL. */
export function startMenu(opener, panel, base) {
  attach(opener, panel);
  const closing = (work) => () => { panel.hidePopover(); work(); };
  // What was typed into a form outlives what is told anew around it.
  const [snapshots, showSnapshots] = snapshotPart();
  const forms = { snapshots, made: newWorld(closing), opened: byKey(closing) };
  const show = () => {
    if (!panel.matches(":popover-open")) return;
    fill(panel, content(closing, base, forms));
    showSnapshots();
  };
  panel.addEventListener("toggle", show);
  on("fresh", show);
  on("worlds", show);
  show();
}

function content(closing, base, forms) {
  const { world } = session;
  const limits = limitWords(world);
  const file = stateInput();
  return [
    h("h2", {}, world.own ? "Your private world" : "A world opened by its key"),
    facts([
      ["Base URL", h("code", {}, base), copyButton("Copy", () => base, { "aria-label": "Copy the base URL" })],
      ["Fixture", world.fixture], ["Lifetime", endWords(world)], limits && ["Limits", limits],
    ]),
    h("div", { class: "acts" }, button("Reset", closing(reset)), copyLinkWithKey("/"),
      button("Download state", closing(save)), button("Load state…", closing(() => file.click())), file),
    forms.snapshots,
    h("h3", {}, "My worlds"), worldList(closing),
    forms.made, forms.opened,
    h("p", { class: "dim" }, "Worlds and their keys are kept in this browser only."),
  ];
}

function worldList(closing) {
  const { worlds } = readKept();
  return h("ul", { class: "worlds" }, worlds.map((each) => h("li", { "data-id": each.id },
    h("span", {}, h("b", {}, each.fixture), h("span", { class: "dim" }, ` ${each.created_at.slice(0, 19).replace("T", " ")} UTC${each.own ? "" : ", by key"}`)),
    each.id === session.world.id
      ? h("span", { class: "dim" }, "open now")
      : [button("Open", closing(() => attempt(() => session.switchTo(each.id)))),
        button(each.own ? "Delete" : "Forget", () => remove(each), { class: "quiet" })])));
}

async function remove(world) {
  if (world.own && !(await ask("Delete this world?", "Its runs, snapshots and keys go for good; a program that uses one of its keys gets 401.", "Delete"))) return;
  await session.remove(world);
}

function newWorld(closing) {
  const fixture = select({ "aria-label": "Fixture" }, FIXTURES, "demo");
  const make = closing(() => attempt(async () => {
    await session.make({ fixture: fixture.value });
    notice("This is a new world with new keys. The one before is in “My worlds”.");
  }));
  return form(make, field("A new world of", fixture), h("button", {}, "New world"));
}

function byKey(closing) {
  const token = h("input", { placeholder: "topo_…", required: true, "aria-label": "A key of another world", autocomplete: "off", spellcheck: "false" });
  const open = closing(() => attempt(async () => {
    await session.openByKey(token.value.trim());
    token.value = "";
    notice("You are in the world of that key. The one before is in “My worlds”.");
  }));
  return form(open, field("The world of a key", token), h("button", {}, "Open by key"));
}

function form(submit, ...content) {
  return h("form", { class: "acts fields-row", on: { submit: (event) => { event.preventDefault(); submit(); } } }, content);
}
