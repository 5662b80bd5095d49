// One input for each parameter or field, by its schema.

import { deref } from "../contract.js";
import { h, select } from "../dom.js";
import { nextMonday } from "../format.js";
import { timeField } from "../parts/timefield.js";
import { worldNow } from "../head/time.js";

/**
 * The input of a value: {element, read, write}. `read` returns what is sent, undefined for nothing; `initial` is the value to
 * begin with, and a time begins anew when undefined is written. `changed` is called after every change.
 */
export function inputOf(api, name, schema, { initial, optional, changed, label = name }) {
  const kind = deref(api, schema);
  if (kind.enum) return choice(kind, label, initial, optional, changed);
  if (kind.format === "date-time") return time(label, initial, changed);
  if (kind.type === "object") return object(label, initial, changed);
  return text(kind, label, initial, changed);
}

function choice({ enum: values }, label, initial, optional, changed) {
  const none = optional ? [["", "not sent"]] : [];
  const element = select({ "aria-label": label, on: { change: changed } }, [...none, ...values.map((each) => [each, each])], initial ?? (optional ? "" : values[0]));
  return { element, read: () => element.value || undefined, write: (value) => { element.value = value ?? ""; } };
}

function time(label, initial, changed) {
  const field = timeField({ label, initial: () => (initial === undefined ? null : nextMonday(worldNow())), changed });
  return { element: field.element, read: () => field.value() || undefined, write: (value) => (value === undefined ? field.reset() : field.write(value)) };
}

function object(label, initial, changed) {
  const element = h("textarea", { "aria-label": label, rows: "3", spellcheck: "false", on: { input: changed } });
  const write = (value) => { element.value = JSON.stringify(value ?? {}, null, 1).replaceAll(/\n\s*/g, " "); };
  write(initial);
  return { element, read: () => parsed(element.value), write };
}

function text({ type, format, default: standard, minimum, maximum }, label, initial, changed) {
  const placeholder = standard === undefined ? (format === "uuid" ? "an id" : "not sent") : `${standard} if not sent`;
  const element = h("input", {
    "aria-label": label, placeholder, spellcheck: "false", autocomplete: "off", value: initial,
    inputmode: type === "integer" ? "numeric" : null, title: maximum === undefined ? null : `${minimum} to ${maximum}`,
    on: { input: changed },
  });
  return { element, read: () => element.value || undefined, write: (value) => { element.value = value ?? ""; } };
}

/** Text that is not JSON is sent as it is: the API says what is wrong with it. */
function parsed(value) {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
