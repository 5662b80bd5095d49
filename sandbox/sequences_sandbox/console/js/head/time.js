// The world's clock as this page knows it: read once, then carried on by the clock events.

import { on, publish } from "../bus.js";
import { session } from "../session.js";
import { every } from "../throttle.js";

// A jump that is smaller than this is how long the event took to arrive.
const JUMP = 2000;

const state = { base: Date.now(), since: 0, frozen: false, due: null, known: false, heard: 0 };

/** The world's time, in milliseconds. */
export const worldNow = () => state.base + (state.frozen ? 0 : performance.now() - state.since);

export const isFrozen = () => state.frozen;

/** What falls due next: {at, event, sequence_id}, or null. */
export const nextDue = () => state.due;

/** Reads the clock, and again whenever a change of a run may have moved what falls due next. */
export function startTime() {
  const again = every(1000, () => read().catch(() => null));
  on("clock", (clock) => { state.heard += 1; set(clock); });
  on("sequence", again);
  on("fresh", () => { state.known = false; again(); });
  again();
}

async function read() {
  const { heard } = state;
  const clock = await session.control("GET", "/clock");
  // An event that came meanwhile may be newer than the response.
  if (heard === state.heard) set(clock);
}

function set(clock) {
  const now = Date.parse(clock.now);
  const before = worldNow();
  const jumped = state.known && Math.abs(now - before) > JUMP;
  const changed = !state.known || jumped || state.frozen !== clock.frozen;
  Object.assign(state, { base: now, since: performance.now(), frozen: clock.frozen, due: clock.next_due, known: true });
  if (jumped) publish("jump", { from: before, to: now });
  if (changed) publish("time");
}

/** Moves the clock: {by}, {to} or {next: true}, however many requests that takes. Returns what fired. Throws Rejected. */
export async function advance(how) {
  let reached = await session.control("POST", "/clock/advance", how);
  let count = reached.fired_count;
  while (reached.left !== null) {
    reached = await session.control("POST", "/clock/advance", reached.left);
    count += reached.fired_count;
  }
  return { ...reached, fired_count: count };
}

/** Stops the clock, or lets it run. Throws Rejected. */
export async function freeze(frozen) {
  set(await session.control("PATCH", "/clock", { frozen }));
}
