// What can be done to a run: the client's operations as the contract has them, and the engine's events.

import { send } from "../api.js";
import { worldNow } from "../clock.js";
import { basePath } from "../contract.js";
import { fill, h, say, select } from "../dom.js";
import { exchangeView } from "../exchange.js";
import { nextMonday, wire } from "../format.js";
import { session } from "../session.js";

/** The buttons, and below them the last request with its answer. `current` returns the run; `done` hears each answer. */
export function moves(api, lifecycle, current, done) {
  const shown = h("div", { class: "shown" });
  const engine = h("div", { class: "acts" });
  const hint = h("p", { class: "dim" });
  const forms = [...changes(api)].map((operation) => form(operation, current, perform));
  const element = h("div", { class: "moves" },
    h("h3", {}, "As a client, with the chosen key"), hint, forms.map((each) => each.element),
    h("h3", {}, "As the engine"), engine, shown);

  async function perform(name, request) {
    const exchange = await send(request);
    fill(shown, exchangeView(exchange));
    say(`${name}: ${exchange.status || "no answer"}. ${exchange.json?.message ?? ""}`);
    done(exchange);
  }

  function show() {
    const { id, status } = current();
    const refused = forms.map((each) => each.show(lifecycle.from(status))).includes(false);
    hint.textContent = refused ? `What stands in grey is refused from ${status}; press it to see how.` : "";
    const rows = lifecycle.from(status).filter((row) => row.by === "engine");
    fill(engine, rows.length ? rows.map(({ event, to }) => h("button", {
      type: "button", title: `to ${to}`, on: { click: () => perform(event, asEngine(id, event)) },
    }, event)) : h("p", { class: "dim" }, "Nothing: this run has ended."));
  }

  /** Another run: its moves begin afresh. */
  function begin() {
    fill(shown);
    for (const each of forms) each.begin();
    show();
  }

  return { element, show, begin };
}

function asEngine(id, event) {
  return { method: "POST", path: `/_sandbox/sequences/${id}/events`, token: session.controlToken, body: { event } };
}

/** The operations that change one run. */
function* changes(api) {
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of ["post", "patch", "put"].filter((name) => item[name] && path.includes("{sequence_id}"))) {
      const { operationId, summary, requestBody, "x-event": event = null } = item[method];
      const name = requestBody?.content["application/json"].schema.$ref.split("/").pop();
      const properties = Object.entries(name ? (api.components.schemas[name].properties ?? {}) : {});
      yield { id: operationId, path: basePath(api) + path, method: method.toUpperCase(), summary, event, properties };
    }
  }
}

/** One operation as a form: a button with the operation's fields beside it. */
function form({ id, path, method, summary, event, properties }, current, perform) {
  const controls = properties.map(([name, schema]) => ({ name, schema, input: control(schema) }));
  const button = h("button", {}, summary.split(" ")[0]);

  function press(submitted) {
    submitted.preventDefault();
    const body = Object.fromEntries(controls.map(({ name, schema, input }) => [name, value(schema, input)]));
    perform(summary, {
      method, path: path.replace("{sequence_id}", current().id), token: session.token, body: controls.length ? body : undefined,
    });
  }

  /** Returns whether it is permitted. What is not can be pressed too: how it is refused is worth seeing. */
  function show(rows) {
    const legal = event === null || rows.some((row) => row.event === event);
    button.className = event === null ? "" : legal ? "primary" : "illegal";
    return legal;
  }

  function begin() {
    for (const { schema, input } of controls) {
      if (schema.format === "date-time") input.value = wire(nextMonday(worldNow())).slice(0, 19);
    }
  }

  const fields = controls.map(({ name, input }) => h("label", { class: "beside" }, h("span", {}, name), input));
  const element = h("form", { class: "move", "data-operation": id, on: { submit: press } }, button, fields);
  return { element, show, begin };
}

function control(schema) {
  if (schema.enum) return select({}, schema.enum.map((each) => [each, each]));
  if (schema.format === "date-time") return h("input", { type: "datetime-local", step: "1", title: "UTC" });
  return h("input", { value: '{"opening_line": "Congratulations!"}', spellcheck: "false", title: "JSON" });
}

/** What a control holds, as the body takes it. Text that is no JSON is sent as it is: the API says what is wrong with it. */
function value(schema, input) {
  if (schema.format === "date-time") return input.value && wire(Date.parse(`${input.value}Z`));
  if (schema.type !== "object") return input.value;
  try {
    return JSON.parse(input.value);
  } catch {
    return input.value;
  }
}
