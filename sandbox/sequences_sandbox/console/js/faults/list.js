// The fault rules of the world: those that can fire, and apart those that are off, used up or expired.

import { button, fill, h } from "../dom.js";
import { copyButton } from "../parts/clipboard.js";
import { curl } from "../parts/snippets.js";
import { home } from "../root.js";
import { session } from "../session.js";
import { faultRules } from "./rules.js";
import { effectWords, matchWords, progressWords } from "./words.js";

const OVER = { disabled: "off", used_up: "used up", expired: "expired" };

/** Shows the rules in `place`. `act` does what a button of a rule says: turn, again, remove, clear. */
export function showRules(place, act, selected) {
  const rules = faultRules();
  const active = rules.filter(({ state }) => state === "active");
  const over = rules.filter(({ state }) => state !== "active");
  const list = (items) => h("ul", { class: "cards" }, items.map((rule) => card(rule, act, rule.id === selected)));
  const all = button("Remove all", act.clear);
  fill(place,
    h("div", { class: "acts between" }, h("h2", {}, "Active faults"), active.length > 0 && all),
    active.length ? list(active) : h("p", { class: "nothing" }, over.length ? "None can fire any more." : "Everything works. Add a fault and see how your program takes it."),
    over.length > 0 && [h("div", { class: "acts between" }, h("h2", {}, "Off, used up or expired"), active.length === 0 && all), list(over)]);
}

function card(rule, act, selected) {
  const { id, state } = rule;
  const active = state === "active";
  return h("li", { "data-id": id, class: active ? "" : "over", "data-selected": selected },
    h("div", {}, h("b", {}, effectWords(rule.effect)), h("p", { class: "dim" }, matchWords(rule))),
    h("span", { class: "hits num" }, active ? progressWords(rule) : `${OVER[state] ?? state}, ${progressWords(rule)}`),
    h("span", { class: "acts" },
      h("a", { class: "button", href: `/faults/${id}` }, "Edit"),
      turnButton(rule, act),
      copyButton("curl", () => curl(asCurl(rule)), { "aria-label": "Copy as curl" }),
      button("Remove", () => act.remove(rule), { class: "quiet" })));
}

/** Off, On or Again, whichever the rule's state leaves: one place for the focus. */
function turnButton(rule, act) {
  const [label, press] = { active: ["Off", () => act.turn(rule, false)], disabled: ["On", () => act.turn(rule, true)] }[rule.state]
    ?? ["Again", () => act.again(rule)];
  return button(label, press, { "data-place": "turn" });
}

/** The request that makes the rule. */
function asCurl({ match, times, for: lasting, effect }) {
  const body = { match, ...(times === null ? {} : { times }), ...(lasting === null ? {} : { for: lasting }), effect };
  return { method: "POST", url: `${home}/_sandbox/faults`, headers: { Authorization: `Bearer ${session.controlToken}`, "Content-Type": "application/json" }, body };
}
