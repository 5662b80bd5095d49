// Faults: what goes wrong on purpose, how often each key may call, and a request to see it by.

import { send } from "../api.js";
import { on } from "../bus.js";
import { basePath, contract, operations } from "../contract.js";
import { copyButton, fill, h, say, select, soon } from "../dom.js";
import { exchangeView } from "../exchange.js";
import { warn } from "../notice.js";
import { session } from "../session.js";
import { curl } from "../snippets.js";
import { faultForm } from "./form.js";
import { rateLimit } from "./limit.js";

/** Builds the view. */
export async function open(section) {
  const api = await contract();
  const list = h("div", { class: "faults" });
  const shown = h("div", { class: "shown" });
  const limit = rateLimit();
  section.append(h("div", { class: "columns" },
    h("div", { class: "card" }, await faultForm(add)),
    h("div", { class: "stack" },
      h("section", { "aria-label": "In force" }, list),
      h("section", { "aria-label": "See it" }, h("h2", {}, "See it"), trial(api, (exchange) => { fill(shown, exchangeView(exchange)); load(); }), shown),
      limit.element)));

  async function load() {
    try {
      const { items } = await session.control("GET", "/faults");
      fill(list, h("div", { class: "acts between" }, h("h2", {}, "In force"), items.length > 0 && h("button", { type: "button", on: { click: clear } }, "Remove all")),
        items.length ? h("ul", { class: "cards" }, items.map(item)) : h("p", { class: "nothing" }, "Everything works. Add a fault and see how your client takes it."));
    } catch (error) {
      warn(error.message);
    }
  }

  async function add(fault) {
    await attempt("POST", "/faults", fault, "The fault is in force.");
  }

  async function clear() {
    await attempt("DELETE", "/faults", undefined, "No fault is left.");
  }

  async function attempt(method, path, body, done) {
    try {
      await session.control(method, path, body);
      say(done);
    } catch (error) {
      warn(error.message);
    }
    load();
  }

  function item(fault) {
    const { hits, id } = fault;
    const request = { method: "POST", url: `${location.origin}/_sandbox/faults`, headers: { Authorization: `Bearer ${session.controlToken}`, "Content-Type": "application/json" }, body: plain(fault) };
    return h("li", {},
      h("div", {}, h("b", {}, happens(fault.effect)), h("p", { class: "dim" }, where(fault))),
      h("span", { class: "hits num" }, `${hits} ${hits === 1 ? "hit" : "hits"}`),
      copyButton("curl", () => curl(request), { "aria-label": "Copy as curl" }),
      h("button", { type: "button", on: { click: () => attempt("DELETE", `/faults/${id}`, undefined, "The fault is gone.") } }, "Remove"));
  }

  const again = soon(() => { if (!section.hidden) load(); }, 150);
  on("request", again);
  on("ready", () => { fill(shown); again(); limit.show(); });
  return { show: () => { load(); limit.show(); } };
}

/** A fault as it was asked for. */
function plain({ match, times, for: lasting, effect }) {
  return { match, ...(times === null ? {} : { times }), ...(lasting === null ? {} : { for: lasting }), effect };
}

/** Sends a request of the visitor's choice with the chosen key: one that reads, and succeeds by itself. */
function trial(api, done) {
  const reads = operations(api).filter(({ method, path }) => method === "GET" && !path.includes("{"));
  const operation = select({ "aria-label": "Operation" }, reads.map(({ id, path }) => [path, id]));
  const button = h("button", { class: "primary" }, "Send");
  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    done(await send({ path: `${basePath(api)}${operation.value}?size=1`, token: session.token }));
    button.disabled = false;
  }
  return h("form", { class: "acts trial", on: { submit } }, operation, button, h("span", { class: "dim" }, "with the chosen key"));
}

function happens({ status, retry_after: retry, latency, close, body, drip_seconds: drip }) {
  if (latency) return `Answers come late: ${Object.entries(latency).map(([name, value]) => delay(name, value)).join()}`;
  if (status) return `Refused with ${status}${retry === undefined || retry === null ? "" : `, Retry-After ${retry}`}`;
  if (close) return `The connection breaks ${close === "before" ? "before the answer" : "midway"}`;
  if (body) return { empty: "The body is empty", truncated: "The body is cut off", html: "The body is HTML" }[body];
  return `The answer takes ${drip} s, in drops`;
}

function delay(name, value) {
  if (name === "fixed_ms") return `${value} ms`;
  return name === "uniform_ms" ? `${value[0]} to ${value[1]} ms` : `${value.median} ms and at times far more`;
}

function where({ match, times, for: lasting }) {
  const { operation, method, path, key_name: key, nth, every, probability } = match;
  const parts = [operation ?? "any operation", method, path, key && `key “${key}”`, nth && `only request no. ${nth}`, every && `every ${every}th request`,
    probability !== undefined && probability !== null && `${Math.round(probability * 100)} % of requests`, times && `${times} times at most`, lasting && `for ${lasting}`];
  return parts.filter(Boolean).join(" · ");
}
