// A request and its answer, as a developer would see them.

import { copied, h } from "./dom.js";
import { took } from "./format.js";
import { snippets, wireForm } from "./snippets.js";
import { tabs } from "./tabs.js";

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** An exchange as `send` returns it: a head line, then tabs for answer, request and code. */
export function exchangeView(exchange) {
  const codes = snippets(exchange);
  return h("div", { class: "exchange" },
    h("p", { class: "asks" },
      h("b", { class: "method" }, exchange.method),
      h("code", { class: "path" }, exchange.path),
      verdict(exchange)),
    tabs("Request and answer", [
      ["Answer", () => answer(exchange)],
      ["Request", () => code(wireForm(exchange))],
      ...codes.map(([name, text]) => [name, () => [copying(name, text), code(text)]]),
    ]));
}

/** The status of an answer, coloured by its class. */
export function statusMark(status, text = null) {
  return h("span", { class: "outcome", "data-class": String(status)[0] }, text ?? (status === 0 ? "no answer" : String(status)));
}

/** Text that is shown as it is, JSON in colours. */
function code(text, json = false) {
  return h("pre", { tabindex: "0", class: json ? "wrapped" : null }, json ? coloured(text) : text);
}

/** JSON in the form that is read best; other text unchanged. */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function verdict(exchange) {
  return h("span", { class: "verdict" }, statusMark(exchange.status), h("span", { class: "dim num" }, took(exchange.milliseconds)));
}

function answer(exchange) {
  if (exchange.failure) return h("p", { class: "failure" }, exchange.failure);
  const headers = exchange.answered.filter(([name]) => /^(x-|retry|ratelimit|allow$|www-|content-type)/.test(name));
  return [
    h("dl", { class: "headers" }, headers.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    exchange.text ? code(pretty(exchange.text), exchange.json !== null) : h("p", { class: "dim" }, "No body."),
  ];
}

function copying(name, text) {
  return h("button", { type: "button", class: "quiet copy", "aria-label": `Copy as ${name}`, on: { click: (event) => copied(event.target, text) } }, "Copy");
}

function coloured(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    const kind = match[2] ? "json-key" : match[1] ? "json-text" : "json-value";
    parts.push(h("span", { class: kind }, match[1] ?? match[0]), match[2] ?? "");
  }
  return [...parts, text.slice(end)];
}
