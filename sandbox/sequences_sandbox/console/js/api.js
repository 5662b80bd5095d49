// Requests to the sandbox that served this page.

import { roundTrip } from "./format.js";
import { home, root } from "./root.js";

/** An error response of the control API, with the issue it carried. */
export class Rejected extends Error {
  constructor(exchange) {
    super(exchange.failure ?? exchange.json?.message ?? `The sandbox answered with status ${exchange.status}.`);
    this.status = exchange.status;
    this.exchange = exchange;
  }
}

// What the console reads for itself changes nothing: no fault, no limit and no journal entry meets such a request.
const OBSERVER = { "X-Sandbox-Observer": "console" };

/**
 * Sends a request and returns it with its response. It never throws: where no response came, `status` is 0 and `failure`
 * says so. `body` is sent as JSON, `raw` as it is. `observer` marks what the console reads for itself.
 */
export async function send({ method = "GET", path, token = null, body, raw, observer = false }) {
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  if (content !== undefined) headers["Content-Type"] = "application/json";
  const sent = { method, path, url: home + path, headers, body, raw };
  const began = performance.now();
  const elapsed = () => roundTrip(performance.now() - began);
  try {
    const response = await fetch(root + path, {
      method,
      headers: observer ? { ...headers, ...OBSERVER } : headers,
      body: content,
      cache: "no-store",
      credentials: "omit",
    });
    const text = await response.text();
    return { ...sent, status: response.status, answered: [...response.headers], text, json: parsed(text), duration: elapsed() };
  } catch {
    const failure = "No complete response came: the connection broke, or the sandbox is not running.";
    return { ...sent, status: 0, answered: [], text: "", json: null, duration: elapsed(), failure };
  }
}

/** What the control API returns. Reads are those of an observer. Throws Rejected. */
export async function control(token, method, path, body) {
  const exchange = await send({ method, path: `/_sandbox${path}`, token, body, observer: method === "GET" });
  if (exchange.status < 200 || exchange.status > 299) throw new Rejected(exchange);
  return exchange.json;
}

/** Opens the stream of a world's events. A browser's EventSource can send no key, so it is read by fetch. */
export function stream(token, last, signal) {
  const headers = { ...OBSERVER, Authorization: `Bearer ${token}` };
  if (last !== null) headers["Last-Event-ID"] = last;
  return fetch(`${root}/_sandbox/events`, { headers, cache: "no-store", signal });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
