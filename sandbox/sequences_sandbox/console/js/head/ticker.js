// What happened in the world since the page was opened, newest first.

import { on } from "../bus.js";
import { contactName, readContacts } from "../directory.js";
import { fill, h } from "../dom.js";
import { brief } from "../format.js";
import { changePills, statusPill } from "../parts/status.js";
import { attach } from "../parts/popup.js";
import { session } from "../session.js";
import { every } from "../throttle.js";
import { worldNow } from "./time.js";

const MOST = 100;

/** The button in the header, and the list that it opens. */
export function tickerButton(panel) {
  let happened = [];
  let total = 0;
  const count = h("b", { class: "num" }, "0");
  const latest = h("span", { class: "latest" });
  const element = h("button", { type: "button", class: "ticker", title: "What happened" }, count, latest);
  attach(element, panel);

  function show() {
    count.textContent = total.toLocaleString("en");
    fill(latest, happened.length ? summary(happened[0]) : "changes since this page was opened");
    element.setAttribute("aria-label", `What happened: ${happened.length ? words(happened[0]) : "nothing since this page was opened"}`);
    if (panel.matches(":popover-open")) showPanel();
  }

  function showPanel() {
    fill(panel, h("h2", {}, "What happened"), happened.length
      ? h("ol", {}, happened.map((each) => h("li", { "data-id": each.sequence.id }, line(each))))
      : h("p", { class: "dim" }, "Every change of a run appears here as it happens. Move the clock, or let your program call."));
  }

  const later = every(250, show);
  const name = every(1000, async () => {
    if (await readContacts(happened.slice(0, 20).map((each) => each.sequence.contact_id))) show();
  });
  panel.addEventListener("toggle", (event) => { if (event.newState === "open") showPanel(); });
  panel.addEventListener("click", (event) => { if (event.target.closest("a")) panel.hidePopover(); });
  on("sequence", (event) => {
    if (event.sequence.organization_id !== session.organization.id) return;
    happened.unshift(event);
    happened.length = Math.min(happened.length, MOST);
    total += 1;
    later();
    name();
  });
  const clear = () => { happened = []; total = 0; show(); };
  on("fresh", ({ why }) => { if (why !== "seen") clear(); });
  on("key", () => { if (happened.some((each) => each.sequence.organization_id !== session.organization.id)) clear(); });
  show();
  return element;
}

const words = (each) => `${contactName(each.sequence.contact_id).name}, ${each.event}, ${each.to}`;

function summary(each) {
  return [h("span", { class: "who" }, contactName(each.sequence.contact_id).name, ":"), h("i", {}, each.event), statusPill(each.to)];
}

function line(each) {
  return h("a", { class: "happening", href: `/runs/${each.sequence.id}` },
    h("time", { class: "num dim" }, brief(Date.parse(each.at), worldNow())),
    h("span", {}, contactName(each.sequence.contact_id).name, ": ", h("i", {}, each.event)),
    h("span", { class: "change" }, changePills(each)));
}
