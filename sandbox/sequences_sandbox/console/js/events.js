// The stream of what happens in the world. A browser's EventSource can send no key, so the stream is read by fetch.

import { on, tell } from "./bus.js";
import { session } from "./session.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10000;

let reading = null;

/** Keeps the stream open while the page is seen: browsers allow few connections to one server. */
export function listen() {
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
  on("world", () => { stop(); start(); });
  start();
}

function start() {
  if (reading || document.hidden) return;
  reading = new AbortController();
  follow(reading.signal);
}

function stop() {
  reading?.abort();
  reading = null;
}

async function follow(signal) {
  const token = session.controlToken;
  let last = null;
  let wait = FIRST_WAIT;
  while (!signal.aborted) {
    try {
      const response = await fetch("/_sandbox/events", {
        headers: { Authorization: `Bearer ${token}`, ...(last === null ? {} : { "Last-Event-ID": last }) },
        cache: "no-store",
        signal,
      });
      if (response.status === 401) {
        await session.lost(token);
        return;
      }
      if (response.ok) {
        wait = FIRST_WAIT;
        tell("live", true);
        last = await dispatch(response.body, last, token);
      }
    } catch {
      if (signal.aborted) return;
    }
    tell("live", false);
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

/** Tells each event of a stream that `token` opened; returns the id of the last when the stream ends. */
async function dispatch(stream, last, token) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read().catch(() => ({ done: true }));
    if (done) return last;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").filter((line) => !line.startsWith(":")).map(pair));
      if (!fields.event) continue;
      last = fields.id;
      told(fields.event, JSON.parse(fields.data), token);
    }
  }
}

function told(kind, data, token) {
  if (kind !== "world") tell(kind, data);
  else if (data.event === "deleted") session.lost(token);
  else tell("begun", data.event);
}

function pair(line) {
  const at = line.indexOf(": ");
  return [line.slice(0, at), line.slice(at + 2)];
}
