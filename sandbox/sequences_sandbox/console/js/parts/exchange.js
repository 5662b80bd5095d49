// A request and its response, as a developer would see them.

import { h } from "../dom.js";
import { copyButton } from "./clipboard.js";
import { json } from "./json.js";
import { LANGUAGES, snippet } from "./snippets.js";
import { tabs } from "./tabs.js";

const SHOWN_HEADERS = /^(x-(?!content-type-options)|retry|ratelimit|allow$|www-|content-type)/;

/** An exchange as `send` returns it: a head line, then tabs for response, request and code. */
export function exchangeView(exchange) {
  return h("div", { class: "exchange" }, requestLine(exchange, verdict(exchange)),
    tabs("Request and response", [["Response", () => responseBody(exchange)], ...requestTabs(() => exchange)]));
}

/** The response alone. */
export function responseView(exchange) {
  return h("div", { class: "exchange response" },
    h("p", { class: "asks" }, h("b", { class: "path" }, "Response"), verdict(exchange)),
    h("div", { class: "panel", tabindex: "0", role: "region", "aria-label": "Response" }, responseBody(exchange)));
}

/** The method of a request, coloured as everywhere. */
export const methodMark = (method) => h("b", { class: "method", "data-method": method }, method);

/** Method and path; `more` stands at the end of the line. */
export function requestLine({ method, path }, ...more) {
  return h("p", { class: "asks" }, methodMark(method), h("code", { class: "path" }, path), more);
}

/** A tab for each way to write a request; `request` is asked when one is opened. */
export function codeTabs(request) {
  return LANGUAGES.map((language) => [language, () => {
    const text = snippet(language, request());
    return [copyButton("Copy", () => text, { class: "quiet copy", "aria-label": `Copy as ${language}` }),
      h("pre", { tabindex: "0" }, text)];
  }]);
}

/** The same, first as it goes over the wire: what was sent is what one asks for first. */
function requestTabs(request) {
  const code = codeTabs(request);
  const [, wire] = code.pop();
  return [["Request", wire], ...code];
}

/** The status of a response, coloured by its class. */
export function statusMark(status) {
  return h("span", { class: "outcome", "data-class": String(status)[0] }, status === 0 ? "no response" : String(status));
}

function verdict(exchange) {
  return h("span", { class: "verdict" }, statusMark(exchange.status), h("span", { class: "dim num" }, exchange.duration));
}

function responseBody(exchange) {
  if (exchange.failure) return h("p", { class: "failure" }, exchange.failure);
  const headers = exchange.answered.filter(([name]) => SHOWN_HEADERS.test(name));
  return [
    exchange.status >= 400 && exchange.json?.message ? h("p", { class: "lesson" }, exchange.json.message) : null,
    exchange.text ? h("pre", { class: "wrapped", tabindex: "0" }, json(exchange.text)) : h("p", { class: "dim" }, "No body."),
    h("dl", { class: "headers" }, headers.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
  ];
}
