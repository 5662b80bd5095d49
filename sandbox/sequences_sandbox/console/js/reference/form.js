// The form of one operation: an input for each parameter and each field of the body, or the body as text.

import { button, fill, h, write } from "../dom.js";
import { inline } from "../parts/markdown.js";
import { exampleBody, requestOf } from "./draft.js";
import { inputOf } from "./inputs.js";
import { runPicker } from "./runpicker.js";

const RUN = "sequence_id";

/**
 * The form: {element, request, offer, suggest, write, given, run}. `offer` takes the runs to choose from, and a run to begin with
 * where none was given; `suggest` takes values for what is empty, `write` the values that an address gives to parameters by
 * name, and `given` returns those and what the visitor filled in. `changed` is called after every change.
 */
export function operationForm(api, operation, { example = null, changed }) {
  const parameters = operation.parameters.map((each) => ({ ...each, input: parameterInput(api, each, changed) }));
  const body = operation.body ? bodyPart(api, operation, example, changed) : null;
  const picker = parameters.find(({ name }) => name === RUN)?.input ?? null;
  const given = new Set();
  // While the event is on its way to the input, so that `changed` finds it noted.
  for (const { name, input } of parameters) input.element.addEventListener("input", () => given.add(name), { capture: true });
  const element = h("div", { class: "operation-form" },
    parameters.length > 0 && h("section", { class: "inputs" }, h("h3", {}, "Parameters"), parameters.map((each) => row(each, each.schema, each.input.element))),
    body?.element);

  function request() {
    const values = Object.fromEntries(parameters.map(({ name, input }) => [name, input.read()]));
    return requestOf(api, operation, values, body?.read());
  }

  function write(values) {
    given.delete(RUN); // another one may suit by now
    for (const { name, input } of parameters) if (values[name]) { input.write(values[name]); given.add(name); }
  }

  return {
    element, request, write,
    wantsRun: picker !== null,
    offer: (runs, wanted) => picker.offer(runs, given.has(RUN) ? picker.read() : wanted),
    suggest: (values) => { for (const { name, input } of parameters) if (values[name] && !input.read()) input.write(values[name]); changed(); },
    given: () => Object.fromEntries(parameters.filter(({ name }) => given.has(name)).map(({ name, input }) => [name, input.read()])),
    run: () => picker?.read() ?? null,
  };
}

function parameterInput(api, { name, schema, required }, changed) {
  if (name === RUN) return runPicker(name, changed);
  return inputOf(api, name, schema, { optional: !required, changed });
}

/** The body: fields by the schema, or the text. */
function bodyPart(api, operation, example, changed) {
  const { schema, required } = operation.body;
  const initial = exampleBody(operation, example);
  const fields = Object.entries(schema.properties ?? {}).map(([name, each]) => ({
    name, schema: each, required: schema.required?.includes(name),
    input: inputOf(api, name, each, { initial: initial?.[name], optional: !schema.required?.includes(name), changed }),
  }));
  const text = h("textarea", { rows: "6", spellcheck: "false", "aria-label": "Body as JSON", on: { input: changed } });
  const place = h("div", {});
  const toggle = button("", () => show(!asText));
  let asText = false;

  const values = () => Object.fromEntries(fields.map(({ name, input }) => [name, input.read()]).filter(([, value]) => value !== undefined));
  const element = h("section", { class: "inputs" }, h("div", { class: "acts between" }, h("h3", {}, "Body"), toggle), place);

  function show(wanted) {
    if (wanted) text.value = fields.length || required ? JSON.stringify(values(), null, 2) : "";
    asText = wanted;
    write(toggle, asText ? "Edit as fields" : "Edit as JSON");
    toggle.className = "quiet";
    fill(place, asText ? text : fields.length ? fields.map((each) => row(each, each.schema, each.input.element)) : h("p", { class: "dim" }, "None is needed."));
    changed();
  }

  function read() {
    if (asText) return text.value === "" ? {} : { raw: text.value };
    return fields.length ? { body: values() } : {};
  }

  queueMicrotask(() => show(false));
  return { element, read };
}

function row({ name, required, description }, schema, input) {
  const kind = [schema.type ?? "string", schema.format].filter(Boolean).join(", ");
  return h("div", { class: "input-row" },
    h("p", { class: "input-name" }, h("code", {}, name), h("span", { class: "dim" }, kind), required && h("span", { class: "required" }, "required")),
    input, h("p", { class: "dim hint" }, inline(description ?? schema.description ?? "")));
}
