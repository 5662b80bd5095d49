// The lifecycle as a drawing: statuses that go on are on the left, ended ones on the right; the current one and its ways on are lit.

import { svg } from "../dom.js";

const NODE = { width: 144, height: 28 };
const LEFT = 74;
const RIGHT = 296;
const GAP = 46;
// For the labels of the ways on the left, and of the topmost one.
const MARGIN = 16;
const TOP = 4;
const DASHES = { client: null, engine: "5 4", clock: "1 4" };

/** The drawing with one status lit. */
export function diagram(lifecycle, current) {
  const places = layout(lifecycle);
  const bottom = Math.max(...[...places.values()].map((place) => place.y)) + NODE.height + 2;
  const ways = merged(lifecycle.rows);
  const lit = ways.filter((way) => way.from === current);
  return svg("svg", { class: "diagram", viewBox: `${-MARGIN} ${-TOP} ${MARGIN + RIGHT + NODE.width + 2} ${TOP + bottom}`, role: "img", "aria-label": words(current, lit) },
    svg("defs", {}, marker("tip"), marker("tip-lit")),
    ways.filter((way) => way.from !== current).map((way) => line(way, places, false)),
    lit.map((way) => line(way, places, true)),
    [...places].map(([name, place]) => node(name, place, name === current, lit.some((way) => way.to === name))),
    lit.map((way) => label(way, places)));
}

/** Where each status stands: in two columns, in the order of their distance from the beginning. */
function layout(lifecycle) {
  const depths = lifecycle.depths();
  const ordered = [...lifecycle.statuses].sort((one, other) => (depths.get(one) ?? 99) - (depths.get(other) ?? 99));
  const going = ordered.filter((name) => !lifecycle.ended(name));
  const ended = lifecycle.statuses.filter((name) => lifecycle.ended(name));
  const tallest = Math.max(going.length, ended.length);
  const column = (names, x) => names.map((name, index) => {
    const y = 1 + index * GAP * ((tallest - 1) / Math.max(1, names.length - 1));
    return [name, { x, y, middle: y + NODE.height / 2, index, ended: x === RIGHT }];
  });
  return new Map([...column(going, LEFT), ...column(ended, RIGHT)]);
}

/** One way for all events that lead from one status to another. */
function merged(rows) {
  const ways = new Map();
  for (const { event, by, from, to } of rows) {
    const key = `${from} ${to}`;
    const way = ways.get(key) ?? { from, to, by, events: [] };
    way.events.push(event);
    ways.set(key, way);
  }
  return [...ways.values()];
}

function line(way, places, lit) {
  return svg("path", {
    class: lit ? "way lit" : "way", d: route(places.get(way.from), places.get(way.to)),
    "stroke-dasharray": DASHES[way.by], "marker-end": `url(#${lit ? "tip-lit" : "tip"})`,
  });
}

function route(from, to) {
  if (from === to) return `M${from.x} ${from.middle - 7} c-26 -8 -26 22 -3 14`;
  if (to.ended) {
    const start = from.x + NODE.width;
    return `M${start} ${from.middle} C${start + 44} ${from.middle} ${to.x - 44} ${to.middle} ${to.x - 3} ${to.middle}`;
  }
  const down = to.y > from.y;
  if (Math.abs(from.index - to.index) === 1) {
    const x = from.x + NODE.width / 2 + (down ? -14 : 14);
    return down ? `M${x} ${from.y + NODE.height} V${to.y - 3}` : `M${x} ${from.y} V${to.y + NODE.height + 3}`;
  }
  const bend = from.x - (down ? 48 : 34);
  const shift = down ? 4 : -4;
  return `M${from.x} ${from.middle + shift} C${bend} ${from.middle + shift} ${bend} ${to.middle + shift} ${to.x - 3} ${to.middle + shift}`;
}

function label(way, places) {
  const from = places.get(way.from);
  const to = places.get(way.to);
  const text = way.events.join(", ");
  const middle = (from.middle + to.middle) / 2 + 4;
  if (from === to) return written(from.x - 24, from.middle + 4, "end", text);
  if (to.ended) return written(to.x - 12, to.middle - 5, "end", text);
  if (Math.abs(from.index - to.index) === 1) return written(from.x + NODE.width / 2 + (to.y > from.y ? -22 : 22), middle, to.y > from.y ? "end" : "start", text);
  return written(from.x - 40, middle, "middle", text);
}

function written(x, y, anchor, text) {
  return svg("text", { class: "event", x, y, "text-anchor": anchor }, text);
}

function node(name, place, current, next) {
  return svg("g", { class: `node${current ? " current" : ""}${next ? " next" : ""}`, "data-status": name },
    svg("rect", { x: place.x, y: place.y, width: NODE.width, height: NODE.height, rx: 6 }),
    svg("text", { x: place.x + NODE.width / 2, y: place.middle + 4, "text-anchor": "middle" }, name));
}

function marker(id) {
  return svg("marker", { id, viewBox: "0 0 8 8", refX: "6", refY: "4", markerWidth: "7", markerHeight: "7", orient: "auto-start-reverse" },
    svg("path", { d: "M0 0 8 4 0 8z" }));
}

function words(current, ways) {
  if (!ways.length) return `The run is ${current}, for good.`;
  return `The run is ${current}. It can go to ${ways.map((way) => `${way.to} by ${way.events.join(" or ")}`).join(", ")}.`;
}
