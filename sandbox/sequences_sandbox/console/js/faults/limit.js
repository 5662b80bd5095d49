// How often each key of the world may call.

import { on } from "../bus.js";
import { button, h, write } from "../dom.js";
import { attempt } from "../parts/notice.js";
import { changeRules, liftLimit, operatorsLimit, rateLimit } from "./rules.js";
import { limitWords } from "./words.js";

/** The form of the rate limit. */
export function limitForm() {
  const calls = h("input", { type: "number", min: "1", step: "1", value: "60", required: true, "aria-label": "Calls" });
  const seconds = h("input", { type: "number", min: "1", step: "1", value: "60", required: true, "aria-label": "Seconds" });
  const current = h("p", { class: "dim" });
  const lift = button("Off", () => attempt(liftLimit));
  function draw() {
    const limit = rateLimit();
    lift.hidden = !limit || operatorsLimit();
    if (limit === undefined) return;
    write(current, limit ? `Now: ${limitWords(limit)}${operatorsLimit() ? ", set by the operator of the sandbox" : ""}; more is 429. The console's own reads do not count.` : "Keys may call as often as they like.");
  }

  on("rules", draw);
  draw();

  function submit(event) {
    event.preventDefault();
    attempt(() => changeRules("PUT", "/rate-limit", { limit: Number(calls.value), per_seconds: Number(seconds.value) }));
  }

  return h("section", { "aria-label": "Rate limit" }, h("h2", {}, "Rate limit"), current,
    h("form", { class: "acts limit", on: { submit } }, calls, h("span", {}, "calls in"), seconds, h("span", {}, "seconds"), h("button", {}, "Limit every key"), lift));
}
