// Requests to the sandbox that served this page.

/** A refusal by the control API, with the issue it sent. */
export class Refused extends Error {
  constructor(exchange) {
    super(exchange.failure ?? exchange.json?.message ?? `The sandbox answered ${exchange.status}.`);
    this.status = exchange.status;
    this.exchange = exchange;
  }
}

const MARK = "x-sandbox-console";

/** Whether a journal's entry is one of the console's own readings. */
export const isOwn = (entry) => MARK in entry.request.headers;

/**
 * Sends a request and returns it with its answer. It never throws: where no answer came, `status` is 0 and `failure` says so.
 * `own` marks what the console asks for itself, so that the journal can leave it out.
 */
export async function send({ method = "GET", path, token = null, body, own = false }) {
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const sent = { method, path, url: location.origin + path, headers, body };
  const began = performance.now();
  try {
    const response = await fetch(path, {
      method,
      headers: own ? { ...headers, [MARK]: "1" } : headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
    });
    const text = await response.text();
    const milliseconds = performance.now() - began;
    return { ...sent, status: response.status, answered: [...response.headers], text, json: parsed(text), milliseconds };
  } catch {
    const milliseconds = performance.now() - began;
    const failure = "No whole answer came: the connection broke, or the sandbox does not run.";
    return { ...sent, status: 0, answered: [], text: "", json: null, milliseconds, failure };
  }
}

/** What the control API answers. Throws Refused. */
export async function control(token, method, path, body) {
  const exchange = await send({ method, path: `/_sandbox${path}`, token, body });
  if (exchange.status < 200 || exchange.status > 299) throw new Refused(exchange);
  return exchange.json;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
