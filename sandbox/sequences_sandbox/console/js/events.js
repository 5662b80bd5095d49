// The stream of what happens in the world: kept open while the page is seen, and opened again when it breaks.

import { stream } from "./api.js";
import { on, publish } from "./bus.js";
import { session } from "./session.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 3000;

let reading = null;

/** Keeps the stream open while the page is seen: browsers allow few connections to one server. */
export function listen() {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stop();
    else start();
  });
  on("fresh", ({ another }) => { if (another) { stop(); start(); } });
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
  let broken = false;
  while (!signal.aborted) {
    try {
      const response = await stream(token, last, signal);
      if (response.status === 401) {
        await session.lost(token);
        return;
      }
      if (response.ok) {
        wait = FIRST_WAIT;
        publish("live", true);
        // What happened between the last read and now was not heard.
        if (session.hasRead) publish("fresh", { another: false, why: broken ? "back" : "seen" });
        last = await dispatch(response.body, last, token);
      }
    } catch {
      // The sandbox does not answer; it is asked again below.
    }
    if (signal.aborted) return;
    broken = true;
    publish("live", false);
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

/** Publishes each event of a stream that `token` opened; returns the id of the last when the stream ends. */
async function dispatch(body, last, token) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
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
      dispatchOne(fields.event, JSON.parse(fields.data), token);
    }
  }
}

function dispatchOne(kind, data, token) {
  if (kind !== "world") publish(kind, data);
  else if (data.event === "deleted") session.lost(token);
  else publish("fresh", { another: false, why: data.event });
}

function pair(line) {
  const at = line.indexOf(": ");
  return [line.slice(0, at), line.slice(at + 2)];
}
