// A time as the API takes it, in UTC and 24 hours, with what it means beside it. A prefilled time follows the world's clock
// until it is edited.

import { on } from "../bus.js";
import { fill, h } from "../dom.js";
import { brief, span, wire } from "../format.js";
import { worldNow } from "../head/time.js";

/**
 * The field: `initial` returns the milliseconds to begin with, or null for an empty field. `changed` is called after every
 * change.
 */
export function timeField({ label, initial = () => null, changed = () => {} }) {
  const meaning = h("small", { class: "dim" });
  const input = h("input", {
    "aria-label": label, class: "time", spellcheck: "false", autocomplete: "off", placeholder: "2026-11-30T09:00:00Z",
    on: { input: () => { edited = true; show(); changed(); } },
  });
  let edited = false;

  function show() {
    const time = Date.parse(input.value);
    fill(meaning, input.value && (Number.isNaN(time) ? "Not a date and time." : relative(time)));
  }

  function write(value) {
    edited = true;
    input.value = value;
    show();
  }

  function reset() {
    edited = false;
    follow();
  }

  function follow() {
    if (edited) return;
    const milliseconds = initial();
    input.value = milliseconds === null ? "" : wire(milliseconds);
    show();
  }

  on("time", () => { follow(); show(); changed(); });
  follow();
  return { element: h("div", { class: "timefield" }, input, meaning), input, value: () => input.value, write, reset };
}

function relative(time) {
  const now = worldNow();
  const away = time < now ? `${span(now - time)} ago` : `in ${span(time - now)}`;
  return `${brief(time, now)} UTC, ${away}`;
}
