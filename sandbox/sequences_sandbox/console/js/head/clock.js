// The world's time in the header: what it is, what comes next, and the buttons that move it.

import { on } from "../bus.js";
import { button, fill, h, say, write } from "../dom.js";
import { brief, count, nextMonday, span, timestamp, weekday } from "../format.js";
import { attempt } from "../parts/notice.js";
import { attach } from "../parts/popup.js";
import { timeField } from "../parts/timefield.js";
import { advance, freeze, isFrozen, nextDue, worldNow } from "./time.js";

/** Fills the header's clock and keeps it going. `ticker` is the button that shows what happened. */
export function startClock(place, ticker) {
  const day = h("span", { class: "day" });
  const now = h("time", { class: "num" });
  const hold = button("", toggle);
  const [first, what, wait, rest] = [h("span"), h("i"), h("span"), h("i")];
  const next = button([first, what, wait, rest], () => move({ next: true }));
  const set = button("Set…", () => {});
  fill(place,
    h("span", { class: "reading", title: "This world's own clock. Runs pause, wake and take their steps by it." },
      h("span", { class: "dim label" }, "World time"), day, now, h("span", { class: "dim" }, "UTC")),
    h("span", { class: "movers" }, hold, button("+1 hour", () => move({ by: "PT1H" })), button("+1 day", () => move({ by: "P1D" })), set, next),
    ticker);
  attach(set, place.parentElement.appendChild(setter()));

  function show() {
    const time = worldNow();
    write(now, timestamp(time));
    write(day, weekday(time));
    write(hold, isFrozen() ? "Run" : "Freeze");
    hold.classList.toggle("on", isFrozen());
    const due = nextDue();
    next.disabled = due === null;
    // A narrow window shows the first and the third part alone: "Next in 3 h".
    const [, most, least] = due === null ? ["", "", ""] : /^(\S+ \S+)(.*)$/.exec(span(Date.parse(due.at) - time));
    write(first, due === null ? "Nothing due" : "Next");
    write(what, due === null ? "" : `: ${due.event}`);
    write(wait, due === null ? "" : ` in ${most}`);
    write(rest, least);
  }

  setInterval(show, 250);
  on("time", show);
  on("live", (live) => place.classList.toggle("asleep", !live));
  show();
}

async function toggle() {
  await attempt(() => freeze(!isFrozen()));
  say(isFrozen() ? "The clock stands still." : "The clock runs.");
}

/** Moves the clock and says what happened. Returns whether it moved. */
export async function move(how) {
  const result = await attempt(() => advance(how));
  if (!result) return false;
  say(`It is ${timestamp(Date.parse(result.now))}. ${count(result.fired_count, "change")} on the way.`);
  return true;
}

function setter() {
  const time = timeField({ label: "Time, UTC", initial: () => worldNow() + 3600e3 });
  const monday = button("", () => go(nextMonday(worldNow())));
  const panel = h("div", { class: "menu setter", role: "dialog", "aria-label": "Set the time", popover: "auto" },
    h("h2", {}, "Set the time"),
    h("p", { class: "dim" }, "Forward only. What falls due on the way happens, in order."),
    monday, h("form", { on: { submit } }, time.element, h("div", { class: "acts end" }, h("button", { class: "primary" }, "Go"))));
  panel.addEventListener("toggle", () => {
    write(monday, `Next Monday: ${brief(nextMonday(worldNow()), worldNow())}`);
    time.reset();
  });

  function submit(event) {
    event.preventDefault();
    panel.hidePopover();
    move({ to: time.value() });
  }

  function go(milliseconds) {
    panel.hidePopover();
    move({ to: new Date(milliseconds).toISOString() });
  }

  return panel;
}
