// When a paused run wakes. The contract keeps that to itself; the sandbox tells it.

import { session } from "../session.js";

/** Milliseconds, or null where nothing wakes it. */
export async function wakeTime(run, lifecycle) {
  if (!lifecycle.from(run.status).some((row) => row.by === "clock")) return null;
  const { next } = await session.control("GET", `/sequences/${run.id}/history?size=1`).catch(() => ({ next: null }));
  return next && Date.parse(next.at);
}
