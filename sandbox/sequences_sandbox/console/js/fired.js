// What happened in the world since the page was opened, newest first.

import { on } from "./bus.js";
import { contactOf } from "./directory.js";
import { fill, h } from "./dom.js";
import { brief } from "./format.js";
import { attach } from "./popup.js";
import { worldNow } from "./clock.js";

const MOST = 100;

/** The button in the header, and the list that it opens. `open` is called with the id of a run that is chosen. */
export function firedButton(panel, open) {
  let happened = [];
  const count = h("b", { class: "num" }, "0");
  const latest = h("span", { class: "latest" });
  const button = h("button", { type: "button", class: "ticker", "aria-label": "What happened" }, count, latest);
  attach(button, panel);

  function show() {
    count.textContent = happened.length === MOST ? `${MOST}+` : String(happened.length);
    fill(latest, happened.length ? summary(happened[0]) : "nothing happened yet");
    button.setAttribute("aria-label", `What happened: ${happened.length ? words(happened[0]) : "nothing yet"}`);
    fill(panel, h("h2", {}, "What happened"), happened.length
      ? h("ol", {}, happened.map((each) => h("li", {}, line(each, () => { panel.hidePopover(); open(each.sequence.id); }))))
      : h("p", { class: "dim" }, "Move the time, or let a client call: every change of a run appears here as it happens."));
  }

  on("sequence", (happening) => { happened = [happening, ...happened].slice(0, MOST); show(); });
  on("ready", () => { happened = []; show(); });
  show();
  return button;
}

/** A change of status as a coloured pair. */
export function change(happening) {
  if (happening.from === happening.to) return status(happening.to);
  return [happening.from ? status(happening.from) : null, h("span", { class: "dim" }, "→"), status(happening.to)];
}

/** A status as a coloured word. */
export const status = (name) => h("span", { class: "status", "data-status": name }, name);

const words = (each) => `${contactOf(each.sequence.contact_id).name}, ${each.event}, ${each.to}`;

function summary(each) {
  return [h("span", { class: "who" }, contactOf(each.sequence.contact_id).name), h("i", {}, each.event), status(each.to)];
}

function line(each, press) {
  return h("button", { type: "button", class: "happening", on: { click: press } },
    h("time", { class: "num dim" }, brief(each.at, worldNow())),
    h("span", {}, contactOf(each.sequence.contact_id).name, " ", h("i", {}, each.event)),
    h("span", { class: "change" }, change(each)));
}
