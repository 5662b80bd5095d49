// What falls due next for a run. The contract keeps that to itself; the sandbox tells it.

import { session } from "../session.js";

/** {at, event}, with milliseconds; null where nothing does. */
export async function nextOf(run) {
  const { next } = await session.control("GET", `/sequences/${run.id}/history?size=1`).catch(() => ({ next: null }));
  return next && { at: Date.parse(next.at), event: next.event };
}
