// What is made to go wrong at present, in every view: the active fault rules and the rate limit, each with its Off.

import { on } from "../bus.js";
import { button, fill, h, say } from "../dom.js";
import { activeRules, callsLeft, changeRules, liftLimit, operatorsLimit, rateLimit } from "../faults/rules.js";
import { effectWords, leftWords, limitWords, matchWords, progressWords } from "../faults/words.js";
import { attempt } from "../parts/notice.js";

const MOST = 3;

/** Fills the banner and keeps it true. */
export function startBanner(place) {
  on("rules", () => {
    const rules = activeRules();
    const limit = rateLimit();
    place.hidden = rules.length === 0 && limit === null;
    fill(place, h("b", {}, "Active now"), h("ul", {}, rules.slice(0, MOST).map(ruleItem), limit && limitItem(limit),
      rules.length > MOST && h("li", {}, h("a", { href: "/faults" }, `and ${rules.length - MOST} more`))));
  });
}

function ruleItem(rule) {
  const words = effectWords(rule.effect);
  return h("li", { "data-id": rule.id }, h("a", { href: `/faults/${rule.id}` }, words),
    h("span", { class: "dim" }, matchWords(rule)), h("span", { class: "counter num" }, progressWords(rule)),
    button("Off", () => off(words, "PATCH", `/faults/${rule.id}`, { enabled: false }), { "aria-label": `Turn off: ${words}` }));
}

function limitItem(limit) {
  return h("li", { "data-id": "limit" }, h("a", { href: "/faults" }, "Rate limit"), h("span", { class: "dim" }, limitWords(limit)),
    h("span", { class: "counter num" }, leftWords(limit, callsLeft())),
    operatorsLimit() ? h("span", { class: "dim" }, "set by the operator")
      : button("Off", () => attempt(liftLimit), { "aria-label": "Turn off the rate limit" }));
}

async function off(what, ...change) {
  await attempt(() => changeRules(...change));
  say(`Off: ${what}`);
}
