// One request of the journal: what was sent, what was answered, and how to send it again.

import { fill, h } from "../dom.js";
import { exchangeView } from "../exchange.js";
import { instant } from "../format.js";
import { session } from "../session.js";

// What every client sends of itself or works out anew.
const IDLE = /^(host|connection|content-length|accept.*|user-agent|referer|origin|pragma|cache-control|priority|sec-.*|x-sandbox-console)$/;

/** The panel of the selected request. */
export function entryPanel(close) {
  const element = h("aside", { class: "run", "aria-label": "The selected request", hidden: true });

  async function show(id) {
    element.hidden = false;
    try {
      const entry = await session.control("GET", `/journal/${id}`);
      fill(element, head(entry.operation ?? "No operation"), h("div", { class: "run-body" },
        facts(entry), exchangeView(exchange(entry)),
        h("h3", {}, "Headers as they came"), listed(entry.request.headers)));
    } catch (error) {
      fill(element, head("This request cannot be shown"), h("p", { class: "run-body" }, error.message));
    }
  }

  function head(text) {
    return h("header", { class: "run-head" }, h("div", {}, h("h2", {}, text)),
      h("button", { type: "button", class: "quiet close", "aria-label": "Close the request", on: { click: close } }, "×"));
  }

  return { element, show, hide: () => { element.hidden = true; } };
}

function facts(entry) {
  const { request, response } = entry;
  const kept = (message) => new TextEncoder().encode(message.body ?? "").length;
  const size = (message) => `${message.body_size} bytes${kept(message) < message.body_size ? ", not all of it kept" : ""}`;
  return h("dl", { class: "facts" },
    h("dt", {}, "World time"), h("dd", { class: "num" }, instant(Date.parse(entry.at))),
    h("dt", {}, "Key"), h("dd", {}, entry.key_name ?? "none"),
    h("dt", {}, "Fault"), h("dd", {}, entry.fault ?? "none"),
    h("dt", {}, "Sent"), h("dd", {}, size(request)),
    h("dt", {}, "Answered"), h("dd", {}, size(response)),
    h("dt", {}, "Request id"), h("dd", {}, h("code", {}, entry.request_id)));
}

function listed(headers) {
  return h("dl", { class: "headers" }, Object.entries(headers).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

/** An entry in the form that `send` gives to requests. The journal keeps no key; one of the same name stands in. */
function exchange({ method, path, query, key_name: name, status, milliseconds, request, response }) {
  const token = session.world.keys.find((key) => key.name === name)?.token ?? (name === null ? null : "<key>");
  const address = query ? `${path}?${query}` : path;
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  for (const [header, value] of Object.entries(request.headers)) {
    if (!IDLE.test(header)) headers[header === "content-type" ? "Content-Type" : header] = value;
  }
  return {
    method, path: address, url: location.origin + address, headers, ...content(request.body),
    status, milliseconds, answered: Object.entries(response.headers), text: response.body ?? "", json: true,
    failure: status === 0 ? "No answer was sent: a fault broke the connection." : undefined,
  };
}

function content(body) {
  if (body === null) return {};
  try {
    return { body: JSON.parse(body) };
  } catch {
    return { raw: body };
  }
}
