// The world's time in the header: what it is, what comes next, and the buttons that move it.

import { on, tell } from "./bus.js";
import { fill, h, say, soon } from "./dom.js";
import { instant, nextMonday, span, weekday, wire } from "./format.js";
import { attach } from "./popup.js";
import { session } from "./session.js";
import { warn } from "./notice.js";

let base = Date.now();
let since = 0;
let frozen = false;
let due = null;

/** The world's time, in milliseconds. */
export const worldNow = () => base + (frozen ? 0 : performance.now() - since);

/** Fills the header's clock and keeps it going. `fired` is the button that tells what happened. */
export function startClock(place, fired) {
  const parts = {
    day: h("span", { class: "day" }), now: h("time", { class: "num" }),
    hold: button("", toggle), next: button("", () => advance({ next: true })),
  };
  const set = h("button", { type: "button" }, "To…");
  fill(place,
    h("span", { class: "reading" }, parts.day, parts.now, h("span", { class: "dim" }, "UTC")),
    h("span", { class: "movers" }, parts.hold, button("+1 hour", () => advance({ by: "PT1H" })),
      button("+1 day", () => advance({ by: "P1D" })), set, parts.next),
    fired);
  attach(set, place.parentElement.appendChild(setter()));
  setInterval(() => show(parts), 250);
  const later = soon(() => read(parts), 120);
  for (const kind of ["clock", "sequence", "ready"]) on(kind, later);
  on("live", (live) => {
    place.classList.toggle("asleep", !live);
    place.title = live ? "" : "The stream of events is closed; it is opened again and again.";
  });
  return read(parts);
}

async function read(parts) {
  try {
    const clock = await session.control("GET", "/clock");
    base = Date.parse(clock.now);
    since = performance.now();
    frozen = clock.frozen;
    due = clock.next_due;
    show(parts);
  } catch (error) {
    warn(error.message);
  }
}

function show(parts) {
  const now = worldNow();
  const text = instant(now);
  if (parts.now.textContent !== text) parts.now.textContent = text;
  parts.day.textContent = weekday(now);
  parts.hold.textContent = frozen ? "Run" : "Freeze";
  parts.hold.classList.toggle("on", frozen);
  parts.next.disabled = due === null;
  const next = due === null ? "Nothing due" : `Next due: ${due.event} in ${span(Date.parse(due.at) - now)}`;
  if (parts.next.textContent !== next) parts.next.textContent = next;
}

async function toggle() {
  await attempt(() => session.control("PATCH", "/clock", { frozen: !frozen }));
  say(frozen ? "Time runs again." : "Time stands still.");
  tell("clock");
}

async function advance(how) {
  const former = due;
  const answer = await attempt(() => session.control("POST", "/clock/advance", how));
  if (!answer) return;
  tell("clock");
  const what = how.next && former ? `${former.event}, ` : "";
  say(`It is ${what}${instant(Date.parse(answer.now))}. ${answer.fired_count} things happened.`);
}

async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    warn(error.message);
    return null;
  }
}

function setter() {
  const input = h("input", { type: "datetime-local", step: "1", "aria-label": "Instant, UTC" });
  const monday = h("button", { type: "button", on: { click: () => go(nextMonday(worldNow())) } }, "Next Monday, 09:00");
  const panel = h("div", { class: "menu setter", role: "dialog", "aria-label": "Set the time", popover: "auto" },
    h("h2", {}, "Set the time"),
    h("p", { class: "dim" }, "Forward only; what falls due on the way happens in order."),
    monday, h("form", { class: "acts", on: { submit } }, input, h("button", { class: "primary" }, "Go")));
  panel.addEventListener("toggle", () => { input.value = wire(worldNow() + 3600e3).slice(0, 19); });

  function submit(event) {
    event.preventDefault();
    if (input.value) go(Date.parse(`${input.value}Z`));
  }

  function go(milliseconds) {
    panel.hidePopover();
    advance({ to: wire(milliseconds) });
  }

  return panel;
}

function button(text, press) {
  return h("button", { type: "button", on: { click: press } }, text);
}
