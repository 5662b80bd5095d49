// One request of the journal: what was sent, what came back, its run, and how to send it again.

import { send } from "../api.js";
import { button, facts, fill, h, say } from "../dom.js";
import { dayOf, onServer, receivedAt, timeOf, timestamp } from "../format.js";
import { exchangeView } from "../parts/exchange.js";
import { home } from "../root.js";
import { session } from "../session.js";
import { copyLink, copyLinkWithKey } from "../world/share.js";
import { keyOf, keyWords } from "./keys.js";

// What every client sends of itself or works out anew.
const IDLE = /^(host|connection|content-length|accept.*|user-agent|referer|origin|pragma|cache-control|priority|sec-.*)$/;
const RUN = /\/sequences\/([0-9a-f-]{36})/i;

/** The panel: {element, show, hide}. `close` returns the address without it. */
export function entryPanel(close) {
  const element = h("aside", { class: "entry", "aria-label": "The selected request", tabindex: "-1", hidden: true });
  let wanted = null;

  async function show(id) {
    element.hidden = false;
    if (wanted === id) return;
    wanted = id;
    try {
      const entry = await session.control("GET", `/journal/${encodeURIComponent(id)}`);
      if (wanted === id) fill(element, head(entry.operation ?? "No operation"), content(entry));
    } catch (error) {
      if (wanted === id) fill(element, head("This request cannot be shown"), h("div", { class: "entry-body" }, h("p", {}, error.message), h("p", { class: "dim" }, "The journal keeps the newest requests of a world; a reset empties it.")));
    }
  }

  function content(entry) {
    const exchange = exchangeOf(entry);
    const again = h("div", { class: "outcome-place" });
    const run = RUN.exec(entry.path)?.[1];
    return h("div", { class: "entry-body" },
      isForeign(entry) && h("p", { class: "dim" }, "The key that this was sent with is not in this browser. Open the world with that key, or send it with the key chosen above."),
      h("div", { class: "acts" }, button(isForeign(entry) ? "Send with the chosen key" : "Send again", () => resend(entry, exchange, again), { class: "primary" }),
        run && h("a", { class: "button", href: `/runs/${run}` }, "Open its run"),
        copyLinkWithKey(`/journal/${entry.request_id}`), copyLink(`/journal/${entry.request_id}`)),
      again, described(entry), exchangeView(exchange),
      h("h3", {}, "Headers of the request"),
      h("p", { class: "dim" }, "Those that hold no secret; the option --journal-headers of serve keeps more."), listed(entry.request.headers));
  }

  async function resend(entry, exchange, place) {
    const token = isForeign(entry) ? session.token : keyOf(entry.key_id)?.token;
    const response = await send({ ...exchange, token });
    fill(place, h("h3", {}, "Sent again just now"), exchangeView(response));
    say(`Sent again: ${response.status || "no response"}`);
  }

  function head(text) {
    return h("header", { class: "entry-head" }, h("h2", {}, text), h("a", { class: "close", href: close(), "aria-label": "Close the request" }, "×"));
  }

  return { element, show, hide: () => { element.hidden = true; wanted = null; } };
}

function described(entry) {
  const { request, response } = entry;
  const received = receivedAt(entry.request_id);
  const kept = (message) => new TextEncoder().encode(message.body ?? "").length;
  const size = (message) => `${message.body_size} bytes${kept(message) < message.body_size ? ", not all of it kept" : ""}`;
  return facts([
    ["Received", h("span", { class: "num" }, `${dayOf(received)}, ${timeOf(received)} UTC`)],
    ["World time", h("span", { class: "num" }, `${timestamp(Date.parse(entry.at))} UTC`)],
    ["Key", keyWords(entry)],
    ["Fault", entry.fault ?? "none"], ["Sent", size(request)], ["Returned", size(response)],
    ["Request id", h("code", {}, entry.request_id)],
  ]);
}

function listed(headers) {
  return h("dl", { class: "headers" }, Object.entries(headers).flatMap(([name, value]) => [value].flat().map((each) => [h("dt", {}, name), h("dd", {}, each)])));
}

/** Whether an entry was sent with a key that this browser does not have. */
const isForeign = ({ key_id: id }) => id !== null && !keyOf(id);

/** An entry in the form that `send` gives to requests. The journal keeps no token: that of its key is put in. */
function exchangeOf({ method, path, query, key_id: id, status, milliseconds, request, response }) {
  const key = keyOf(id);
  const address = query ? `${path}?${query}` : path;
  const headers = id === null ? {} : { Authorization: `Bearer ${key?.token ?? "<key>"}` };
  for (const [header, value] of Object.entries(request.headers)) {
    if (!IDLE.test(header)) headers[header === "content-type" ? "Content-Type" : header] = [value].flat().join(", ");
  }
  return {
    method, path: address, url: home + address, headers, ...content(request.body),
    status, duration: onServer(milliseconds), answered: Object.entries(response.headers).flatMap(([header, value]) => [value].flat().map((each) => [header, each])), text: response.body ?? "", json: parsed(response.body),
    failure: status === 0 ? "No response was sent: a fault broke the connection." : undefined,
  };
}

function content(body) {
  if (body === null) return {};
  const json = parsed(body);
  return json === null ? { raw: body } : { body: json };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
