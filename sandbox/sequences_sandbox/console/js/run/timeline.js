// The time axis of a run, newest first: what comes next, now, and what happened, with the gaps between.

import { on } from "../bus.js";
import { button, fill, h, write } from "../dom.js";
import { dayIn, dayOf, span, timeOf } from "../format.js";
import { worldNow } from "../head/time.js";
import { changePills } from "../parts/status.js";
import { statusMark } from "../parts/exchange.js";
import { every } from "../throttle.js";
import { LANES, merged, requestWords } from "./lanes.js";

const GAP = 3600e3;

/**
 * The axis: {element, show}. `show` takes a run and reads what is on it; `due` returns what falls due for it, {at, event}, or
 * null.
 */
export function timeline(due) {
  const axis = h("ol", { class: "axis" });
  const switches = h("div", { class: "acts lanes" });
  const hidden = new Set();
  const unreadable = new Set();
  let items = [];
  let run = null;
  const element = h("section", { class: "timeline", "aria-label": "Timeline" }, h("div", { class: "acts between" }, h("h3", {}, "Timeline"), switches), axis);

  async function show(shown) {
    run = shown;
    items = [];
    const read = await Promise.all(LANES.map((lane) => lane.read(shown).then((found) => { unreadable.delete(lane); return found; }, () => { unreadable.add(lane); return []; })));
    if (run !== shown) return;
    const heard = items; // while the lanes were read, so that their responses may be older
    items = distinct(read.flat());
    heard.forEach(add);
    draw();
  }

  function add(item) {
    if (!items.some(({ id }) => id === item.id)) items.push(item);
  }

  function draw() {
    if (!run) return;
    drawSwitches();
    const rows = merged(items.filter(({ lane }) => !hidden.has(lane)));
    const now = worldNow();
    fill(axis, next(now), h("li", { class: "now" }, h("time", { class: "num" }, timeOf(now)), h("span", { class: "dot" }), h("b", {}, "Now")),
      rows.map((item, index) => [
        item.at <= now && gap((rows[index - 1]?.at ?? now) - item.at),
        entry(item, index === 0 || dayOf(rows[index - 1].at) !== dayOf(item.at)),
      ]));
  }

  function drawSwitches() {
    fill(switches, LANES.filter(({ label }) => label !== null).map((lane) => button(
      unreadable.has(lane) ? `${lane.label} (not readable)` : lane.label,
      () => { hidden[hidden.has(lane.name) ? "delete" : "add"](lane.name); draw(); },
      { class: "chip", "aria-pressed": String(!hidden.has(lane.name)) })));
  }

  /** What is known of the time to come. */
  function next(now) {
    const coming = due();
    if (coming === null || coming.at <= now) return null;
    const { at, event } = coming;
    return h("li", { class: "future" }, h("time", { class: "num" }, h("span", { class: "dim" }, dayIn(at, now)), timeOf(at)), h("span", { class: "dot" }),
      h("div", {}, h("b", {}, event), h("span", { class: "dim" }, ` in ${span(at - now)}`)));
  }

  function entry(item, day) {
    return h("li", { class: `item by-${item.tone}`, "data-id": item.id },
      h("time", { class: "num" }, day && h("span", { class: "dim" }, dayIn(item.at, worldNow())), timeOf(item.at)), h("span", { class: "dot" }),
      h("div", {}, h("span", { class: "what" }, item.href ? h("a", { href: item.href }, item.title) : h("b", {}, item.title), item.status !== undefined && statusMark(item.status),
        item.change && h("span", { class: "change" }, changePills(item.change))),
      item.request ? h("a", { class: "note", href: item.request.href }, requestWords(item.request)) : item.note && h("span", { class: "note dim" }, item.note)));
  }

  const drawSoon = every(250, draw);
  const hear = (kind) => on(kind, (data) => {
    if (!run) return;
    for (const lane of LANES) {
      const item = lane.event(kind, data, run);
      if (item) add(item);
    }
    drawSoon();
  });
  for (const kind of ["sequence", "request", "jump"]) hear(kind);
  on("time", drawSoon);
  setInterval(() => { const time = axis.querySelector(".now time"); if (time) write(time, timeOf(worldNow())); }, 1000);
  return { element, show, draw };
}

/** Without what a field tells of a change that the history has too. */
function distinct(items) {
  const known = new Set(items.filter(({ tone }) => tone !== "fact").map(({ at }) => at));
  return items.filter(({ tone, at }) => tone !== "fact" || !known.has(at));
}

function gap(milliseconds) {
  return milliseconds >= GAP && h("li", { class: "gap" }, h("span", { class: "dim" }, span(milliseconds)));
}
