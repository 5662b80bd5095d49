// The world's fault rules and rate limit, as they are now: read again while requests come, shown in every view.

import { on, publish } from "../bus.js";
import { session } from "../session.js";
import { every } from "../throttle.js";

const PAUSE = 400;
const LOOK = 5000;

let rules = [];
let limit;
let setBy = null;
let called = [];

/** The fault rules, in the order in which they are tried. */
export const faultRules = () => rules;

/** The rules that can fire. */
export const activeRules = () => rules.filter(({ state }) => state === "active");

/** The rate limit; null for none, undefined before it was read. */
export const rateLimit = () => limit;

/** Whether the limit is the operator's, which nobody can turn off here. */
export const operatorsLimit = () => setBy === "operator";

/** How many calls the chosen key may make at once now; null where there is no limit or no key. */
export function callsLeft() {
  if (!limit || !session.key) return null;
  return called.find(({ id }) => id === session.key.id)?.remaining ?? limit.burst;
}

/** Keeps them true from now on; publishes `rules` after every reading. */
export function startRules() {
  const again = every(PAUSE, () => read().catch(() => null));
  for (const kind of ["request", "fresh", "faults", "jump", "key"]) on(kind, again);
  // A rule that a program adds is no event of the stream, and one that expires does so by itself.
  setInterval(() => { if (!document.hidden) again(); }, LOOK);
  again();
}

/** Changes a rule, or the limit, and lets every part of the page know. Throws Rejected. */
export async function changeRules(method, path, body) {
  await session.control(method, path, body);
  publish("faults");
}

/** Turns the world's rate limit off; the operator's holds again, where there is one. Throws Rejected. */
export const liftLimit = () => changeRules("DELETE", "/rate-limit");

async function read() {
  const [faults, limited] = await Promise.all([session.control("GET", "/faults"), session.control("GET", "/rate-limit")]);
  rules = faults.items;
  ({ rate_limit: limit, set_by: setBy, keys: called } = limited);
  publish("rules");
}
