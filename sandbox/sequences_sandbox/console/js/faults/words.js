// Fault rules and the rate limit in plain words.

import { span } from "../format.js";

/** What a rule does: "Fails with 429, Retry-After 2". */
export function effectWords({ status, retry_after: retry, latency, close, body, drip_seconds: drip }) {
  if (latency) return `Slow: ${Object.entries(latency).map(([name, value]) => delayWords(name, value)).join()}`;
  if (status) return `Fails with ${status}${retry === undefined || retry === null ? "" : `, Retry-After ${retry}`}`;
  if (close) return `The connection breaks ${close === "before" ? "before the response" : "midway"}`;
  if (body) return { empty: "The body is empty", truncated: "The body is cut off", html: "The body is HTML" }[body];
  return `The response trickles for ${drip} s`;
}

function delayWords(name, value) {
  if (name === "fixed_ms") return `${value} ms`;
  return name === "uniform_ms" ? `${value[0]} to ${value[1]} ms` : `around ${value.median} ms, at times far more`;
}

/** Which requests a rule is for: "listSequences · only the 3rd · key “Read only”". */
export function matchWords({ match, times, for: lasting }) {
  const { operation, method, path, key_name: key, nth, every, probability } = match;
  return [
    operation ?? (path ? null : "any operation"), method, path, key && `key “${key}”`,
    nth && `only the ${ordinal(nth)}`, every && `every ${ordinal(every)}`,
    probability !== undefined && probability !== null && `${Math.round(probability * 100)}% of them`,
    times && `at most ${times === 1 ? "once" : `${times} times`}`, lasting && `for ${durationWords(lasting)} of world time`,
  ].filter(Boolean).join(" · ");
}

/** How far a rule is: "2 of 3 calls seen". */
export function progressWords({ match, times, matched, fired }) {
  if (match.nth) return `${Math.min(matched, match.nth)} of ${match.nth} calls seen`;
  if (times) return `fired ${fired} of ${times}`;
  if (match.every || match.probability) return `fired ${fired} of ${matched} calls`;
  if (fired === 0) return "not fired yet";
  return `fired ${fired === 1 ? "once" : `${fired} times`}`;
}

/** "60 calls in 60 s for each key" */
export const limitWords = ({ limit, per_seconds: seconds }) => `${limit} ${limit === 1 ? "call" : "calls"} in ${seconds} s for each key`;

/** How much of a limit is left to the chosen key: "2 of 3 calls left"; nothing where `left` is null. */
export const leftWords = ({ burst }, left) => (left === null ? "" : `${left} of ${burst} calls left`);

/** PT10M as "10 min"; what is written otherwise stays. */
function durationWords(text) {
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text) ?? [];
  const length = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60e3 + Number(seconds) * 1e3;
  return length ? span(length) : text;
}

function ordinal(number) {
  const ending = { 1: "st", 2: "nd", 3: "rd" }[number % 10];
  return `${number}${ending && ![11, 12, 13].includes(number % 100) ? ending : "th"}`;
}
