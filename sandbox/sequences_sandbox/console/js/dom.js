// Elements from values. Whatever is shown goes through a text node or an attribute, never through markup.

import { root } from "./root.js";

const SVG = "http://www.w3.org/2000/svg";

let fields = 0;

/** An element; `attributes` may hold `on` (listeners by event), and false or null leaves an attribute out. */
export function h(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for a drawing. */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, { on = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, isPath(name, value) ? root + value : value);
  }
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  element.append(...nodes(children));
  return element;
}

/** Whether an attribute names something of this sandbox by its path. */
const isPath = (name, value) => (name === "href" || name === "src") && String(value).startsWith("/");

/** Replaces the content of `element`. Where the focus was on something that is there again, or on what has its `data-place`
 * by now, it stays on that. */
export function fill(element, ...children) {
  const focused = document.activeElement;
  const held = focused !== element && element.contains(focused) ? mark(focused) : null;
  element.replaceChildren(...nodes(children));
  if (held !== null) {
    const again = [...element.querySelectorAll("a, button, select, input, summary")].find((each) => mark(each) === held);
    (again ?? element.closest("[tabindex='-1']"))?.focus({ preventScroll: true });
  }
  return element;
}

function mark(element) {
  const row = element.closest("[data-id]")?.dataset.id;
  return [row, element.tagName, element.dataset.place ?? element.getAttribute("aria-label") ?? element.textContent].join("|");
}

function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Sets a text where it is another one, so that nothing is painted or read out again for nothing. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A button. `attributes` may say more, `press` is called when it is pressed. */
export function button(label, press, attributes = {}) {
  return h("button", { type: "button", ...attributes, on: { click: press } }, label);
}

/** A select whose options are [value, label] pairs. */
export function select(attributes, options, chosen) {
  const element = h("select", attributes, options.map(([value, label]) => h("option", { value }, label)));
  if (chosen !== undefined && chosen !== null) element.value = chosen;
  return element;
}

/** A labelled control, the label above it. */
export function field(label, control) {
  control.id ||= `field-${fields += 1}`;
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control);
}

/** Pairs of a term and what it is, as a description list. */
export function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.filter(Boolean).map(([term, ...value]) => [h("dt", {}, term), h("dd", {}, value)]));
}

/** Announces something to whoever listens to the page. */
export function say(text) {
  document.getElementById("said").textContent = text;
}
