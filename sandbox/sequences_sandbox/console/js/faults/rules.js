// The world's fault rules and rate limit, as they are now: read again while requests come, shown in every view.

import { on, publish } from "../bus.js";
import { session } from "../session.js";
import { every } from "../throttle.js";

const PAUSE = 400;
const LOOK = 5000;

let rules = [];
let limit;

/** The fault rules, in the order in which they are tried. */
export const faultRules = () => rules;

/** The rules that can fire. */
export const activeRules = () => rules.filter(({ state }) => state === "active");

/** The rate limit; null for none, undefined before it was read. */
export const rateLimit = () => limit;

/** Keeps them true from now on; publishes `rules` after every reading. */
export function startRules() {
  const again = every(PAUSE, () => read().catch(() => null));
  for (const kind of ["request", "fresh", "faults", "jump"]) on(kind, again);
  // A rule that a program adds is no event of the stream, and one that expires does so by itself.
  setInterval(() => { if (!document.hidden) again(); }, LOOK);
  again();
}

/** Changes a rule, or the limit, and lets every part of the page know. Throws Rejected. */
export async function changeRules(method, path, body) {
  await session.control(method, path, body);
  publish("faults");
}

/** Turns the world's rate limit off. Throws Rejected, or an Error where the operator's own limit holds. */
export async function liftLimit() {
  await changeRules("DELETE", "/rate-limit");
  await read();
  if (limit !== null) throw new Error("This limit is set by the operator of the sandbox and cannot be turned off here.");
}

async function read() {
  const [faults, limited] = await Promise.all([session.control("GET", "/faults"), session.control("GET", "/rate-limit")]);
  rules = faults.items;
  limit = limited.rate_limit;
  publish("rules");
}
