// What can be done to a run: one main action, the others beside it, what the engine would do, and Stop set apart.

import { send } from "../api.js";
import { operations } from "../contract.js";
import { button, fill, h, say, write } from "../dom.js";
import { exchangeView } from "../parts/exchange.js";
import { inputOf } from "../reference/inputs.js";
import { workWith } from "../reference/pick.js";
import { requestOf } from "../reference/draft.js";
import { session } from "../session.js";

const EXAMPLE = { variables: { opening_line: "Congratulations!" } };
// The operation that ends a run for good is set apart.
const ENDS = "stop";

/** The actions: {element, show, begin}. `current` returns the run, `done` is called with each exchange. */
export function runActions(api, lifecycle, current, done) {
  const outcome = h("div", { class: "outcome-place" });
  const main = h("div", { class: "moves" });
  const warning = h("p", { class: "dim" });
  const engine = h("div", { class: "acts" });
  const rejected = h("div", { class: "moves" });
  const end = h("div", { class: "moves" });
  const forms = operations(api).filter(({ method, path }) => method !== "GET" && path.includes("{sequence_id}")).map((each) => form(api, each, current, perform));
  const rejectedPart = h("details", {}, h("summary", {}, "Not possible now"), h("p", { class: "dim" }, "Try one to see the error that a program gets."), rejected);
  const endPart = h("section", { class: "apart" }, h("h3", {}, "End this run"), end);
  const element = h("section", { class: "actions", "aria-label": "Actions" }, h("h3", {}, "What you can do, with the chosen key"), warning, main, outcome,
    h("h3", {}, "What the engine would do"), engine, rejectedPart, endPart);

  async function perform(name, request) {
    workWith(current().id);
    const exchange = await send(request);
    fill(outcome, exchangeView(exchange));
    outcome.scrollIntoView({ block: "nearest" });
    say(`${name}: ${exchange.status || "no response"}. ${exchange.json?.message ?? ""}`);
    done(exchange);
  }

  function show() {
    const { id, status } = current();
    const possible = forms.filter((each) => lifecycle.allows(each.event, status));
    // The main action is the one that the status is known for: what leads on from it by an event of a client.
    const leading = possible.find((each) => each.event !== null && each.event !== ENDS && lifecycle.from(status).some((row) => row.event === each.event && row.to !== status));
    for (const each of forms) each.mark(each === leading ? "primary" : each.event === ENDS ? "danger" : "");
    place(main, [leading, ...possible.filter((each) => each !== leading && each.event !== ENDS)].filter(Boolean));
    place(end, possible.filter((each) => each.event === ENDS));
    place(rejected, forms.filter((each) => !possible.includes(each)));
    write(warning, mayWrite());
    endPart.hidden = end.children.length === 0;
    rejectedPart.hidden = rejected.children.length === 0;
    const rows = lifecycle.from(status).filter((row) => row.by === "engine");
    fill(engine, rows.length ? rows.map(({ event, to }) => button(event, () => perform(event, asEngine(id, event)), { title: `to ${to}` })) : h("p", { class: "dim" }, "Nothing: this run has ended."));
  }

  /** Another run: its actions begin afresh. */
  function begin() {
    fill(outcome);
    for (const each of forms) each.begin();
    show();
  }

  return { element, show, begin };
}

/** What the chosen key gets, where that is an error each time; empty where it may write. */
function mayWrite() {
  if (session.key === null) return "No key is chosen: each of these gets 401.";
  return session.key.scopes.includes("sequences:write") ? "" : "The chosen key may not write: each of these gets 403.";
}

/** Puts forms in a place, and moves none that is there already: what is typed and focused stays. */
function place(element, forms) {
  const wanted = forms.map((each) => each.element);
  if (wanted.length !== element.children.length || wanted.some((each, index) => element.children[index] !== each)) fill(element, wanted);
}

function asEngine(id, event) {
  return { method: "POST", path: `/_sandbox/sequences/${id}/events`, token: session.controlToken, body: { event } };
}

/** One operation as a form: a button with the operation's fields beside it. */
function form(api, operation, current, perform) {
  const fields = Object.entries(operation.body?.schema.properties ?? {}).map(([name, schema]) => ({
    name, input: inputOf(api, name, schema, { initial: EXAMPLE[name] ?? (schema.format === "date-time" ? "" : undefined), optional: false, changed: () => {} }),
  }));
  const press = h("button", { title: operation.summary }, operation.summary.split(" ")[0]);

  function submit(event) {
    event.preventDefault();
    const body = fields.length ? Object.fromEntries(fields.map(({ name, input }) => [name, input.read()])) : undefined;
    perform(operation.summary, requestOf(api, operation, { sequence_id: current().id }, { body }));
  }

  const element = h("form", { class: "move", "data-operation": operation.id, on: { submit } }, press,
    fields.map(({ name, input }) => h("div", { class: "beside" }, h("span", {}, name), input.element)));
  return {
    element, event: operation.event,
    mark: (kind) => { press.className = kind; },
    begin: () => { for (const { name, input } of fields) if (EXAMPLE[name] || input.element.className === "timefield") input.write(EXAMPLE[name]); },
  };
}
