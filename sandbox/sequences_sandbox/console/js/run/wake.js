// When a paused run wakes. The contract keeps that to itself; the sandbox knows it in two places.

import { nextDue } from "../head/time.js";
import { session } from "../session.js";

/** Milliseconds, or null where it is not known. */
export async function wakeTime(run, lifecycle) {
  if (!lifecycle.from(run.status).some((row) => row.by === "clock")) return null;
  return (await fromRequest(run).catch(() => null)) ?? fromClock(run);
}

/** What the latest pause asked for. */
async function fromRequest({ id }) {
  const { items } = await session.control("GET", `/sequences/${id}/history`);
  const last = items.findLast(({ event }) => event === "pause");
  if (!last?.request_id) return null;
  const entry = await session.control("GET", `/journal/${last.request_id}`);
  const { paused_until: until } = JSON.parse(entry.request.body ?? "{}");
  return until ? Date.parse(until) : null;
}

function fromClock({ id }) {
  const due = nextDue();
  return due?.sequence_id === id ? Date.parse(due.at) : null;
}
