// What stands on a run's time axis. A lane reads its items once and adds those that events bring:
//
//   {id, at, lane, title, tone, change, note, href, request_id}   `at` in milliseconds of world time
//
// Tasks, activities and deliveries become further lanes.

import { onServer, span } from "../format.js";
import { keyWords } from "../journal/keys.js";
import { session } from "../session.js";
import { clockMoves } from "./moves.js";

const MOST = 100;
const BY = { client: "by a request", clock: "by the clock", engine: "by the engine" };

const changes = {
  name: "changes",
  label: "Changes",
  async read({ id }) {
    const { items } = await session.control("GET", `/sequences/${id}/history`);
    return items.map(changeItem);
  },
  event: (kind, data, { id }) => (kind === "sequence" && data.sequence.id === id ? changeItem(data) : null),
};

// What a run's own fields tell: its history begins with the world's timeline, the run may be older.
const fields = {
  name: "changes",
  label: null,
  read: async (run) => [
    { id: "created", at: Date.parse(run.created_at), lane: "changes", title: "created", tone: "fact", note: "the run began" },
    run.last_step_executed_at && { id: "last-step", at: Date.parse(run.last_step_executed_at), lane: "changes", title: "last step executed", tone: "fact", note: "" },
  ].filter(Boolean),
  event: () => null,
};

const requests = {
  name: "requests",
  label: "Requests",
  async read({ id }) {
    const { items } = await session.control("GET", `/journal?sequence_id=${id}&size=${MOST}`);
    return items.map(requestItem);
  },
  event: (kind, data, { id }) => (kind === "request" && data.path.includes(id) ? requestItem(data) : null),
};

const clock = {
  name: "clock",
  label: "Clock moves seen here",
  read: async ({ created_at: created }) => clockMoves().filter(({ to }) => to > Date.parse(created)).map(moveItem),
  event: (kind, data) => (kind === "jump" ? moveItem(data) : null),
};

export const LANES = [fields, changes, requests, clock];

function changeItem({ at, event, by, from, to, request_id: request }) {
  return {
    id: `change-${at}-${event}-${to}`, at: Date.parse(at), lane: "changes", title: event, tone: by,
    change: from === to ? null : { from, to }, note: BY[by] ?? `by ${by}`, request_id: request,
  };
}

function requestItem(entry) {
  const { request_id: id, at, method, path, status, milliseconds, key_name: key, fault } = entry;
  const short = path.replace(/([0-9a-f]{8})-[0-9a-f-]{27}/gi, "$1…");
  const note = [onServer(milliseconds), key ? `key “${keyWords(entry)}”` : "no key", fault && `fault: ${fault}`].filter(Boolean).join(" · ");
  return {
    id, at: Date.parse(at), lane: "requests", title: `${method} ${short}`, tone: status >= 400 || status === 0 ? "failed" : "request",
    status, note, href: `/journal/${id}`, request_id: id,
  };
}

function moveItem({ from, to }) {
  // What falls due on the way comes after it.
  return { id: `move-${from}-${to}`, at: from, lane: "clock", title: `The clock was moved forward by ${span(to - from)}`, tone: "clock", note: "" };
}

/** Items in order of time, newest first; a request and the change that it made are one. */
export function merged(items) {
  const byRequest = new Map(items.filter(({ lane }) => lane === "requests").map((item) => [item.request_id, item]));
  const joined = new Set();
  const rows = items.filter(({ lane }) => lane !== "requests").map((item) => {
    const request = item.request_id ? byRequest.get(item.request_id) : undefined;
    if (!request) return item;
    joined.add(request.id);
    return { ...item, tone: "client", request };
  });
  // The sort is stable: what came later in the reading came later in the world.
  return [...rows, ...items.filter(({ id, lane }) => lane === "requests" && !joined.has(id))]
    .map((item, place) => ({ item, place }))
    .sort((one, other) => other.item.at - one.item.at || other.place - one.place)
    .map(({ item }) => item);
}

/** What a change's request was, in words. */
export const requestWords = ({ title, status, note }) => `${title} · ${status} · ${note}`;

