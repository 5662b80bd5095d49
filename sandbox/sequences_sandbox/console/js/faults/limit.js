// How often each key of the world may call.

import { fill, h } from "../dom.js";
import { warn } from "../notice.js";
import { session } from "../session.js";

/** The form of the rate limit. */
export function rateLimit() {
  const calls = h("input", { type: "number", min: "1", step: "1", value: "60", required: true, "aria-label": "Calls" });
  const seconds = h("input", { type: "number", min: "1", step: "1", value: "60", required: true, "aria-label": "Seconds" });
  const present = h("p", { class: "dim" });
  const element = h("section", { "aria-label": "Rate limit" }, h("h2", {}, "Rate limit"), present,
    h("form", { class: "acts limit", on: { submit } }, calls, h("span", {}, "calls in"), seconds, h("span", {}, "seconds"),
      h("button", {}, "Limit every key"), h("button", { type: "button", on: { click: () => change("DELETE") } }, "Lift")));

  function submit(event) {
    event.preventDefault();
    change("PUT", { limit: Number(calls.value), per_seconds: Number(seconds.value) });
  }

  async function change(method, body) {
    try {
      await session.control(method, "/rate-limit", body);
    } catch (error) {
      warn(error.message);
    }
    show();
  }

  async function show() {
    const { rate_limit: limit } = await session.control("GET", "/rate-limit").catch(() => ({ rate_limit: null }));
    fill(present, limit ? `Each key may call ${limit.limit} times in ${limit.per_seconds} s; more is answered 429.` : "Keys may call as often as they like.");
  }

  return { element, show };
}
