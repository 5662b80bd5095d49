// The effects of a fault rule as fields of a form.

import { field, h, select } from "../dom.js";

const SHAPES = [["fixed_ms", "always the same"], ["uniform_ms", "anything between"], ["lognormal_ms", "mostly short, at times long"]];
const NAMED = { fixed_ms: ["Milliseconds"], uniform_ms: ["At least, ms", "At most, ms"], lognormal_ms: ["Median, ms", "Sigma"] };

export const EFFECTS = [
  ["status", "Fail with a status"], ["latency", "Respond slowly"], ["close", "Break the connection"],
  ["body", "Corrupt the body"], ["drip_seconds", "Let the response trickle"],
];

export const number = (attributes) => h("input", { type: "number", ...attributes });

/** For each effect its fields, what they make, and how they are set from an effect. */
export function effectFields() {
  return { status: statusFields(), latency: latencyFields(), close: closeFields(), body: bodyFields(), drip_seconds: dripFields() };
}

function statusFields() {
  const status = number({ min: "400", max: "599", step: "1", value: "503", required: true });
  const retry = number({ min: "0", step: "1", placeholder: "none" });
  const message = h("input", { placeholder: "the usual one", maxlength: "1000" });
  return {
    fields: [field("Status", status), field("Retry-After, seconds", retry), field("Message", message)],
    value: () => ({ status: Number(status.value), retry_after: retry.value ? Number(retry.value) : undefined, message: message.value || undefined }),
    set: (effect) => { status.value = effect.status; retry.value = effect.retry_after ?? ""; message.value = effect.message ?? ""; },
  };
}

function latencyFields() {
  const shape = select({ on: { change: () => arrange() } }, SHAPES);
  const first = number({ min: "0", value: "800", required: true });
  const second = number({ min: "0", step: "any", value: "2000" });
  const one = field("", first);
  const other = field("", second);
  const makes = {
    fixed_ms: () => Number(first.value),
    uniform_ms: () => [Number(first.value), Number(second.value)],
    lognormal_ms: () => ({ median: Number(first.value), sigma: Number(second.value) }),
  };

  function arrange(value) {
    const [label, further] = NAMED[shape.value];
    one.firstChild.textContent = label;
    other.firstChild.textContent = further ?? "";
    other.hidden = further === undefined;
    second.value = value ?? (shape.value === "lognormal_ms" ? "0.6" : "2000");
  }

  arrange();
  return {
    fields: [field("Delay", shape), one, other],
    value: () => ({ latency: { [shape.value]: makes[shape.value]() } }),
    set: ({ latency }) => {
      const [[name, value]] = Object.entries(latency);
      const [low, high] = name === "fixed_ms" ? [value] : Array.isArray(value) ? value : [value.median, value.sigma];
      shape.value = name;
      first.value = low;
      arrange(high);
    },
  };
}

const choice = (name, label, options) => {
  const input = select({}, options);
  return { fields: [field(label, input)], value: () => ({ [name]: input.value }), set: (effect) => { input.value = effect[name]; } };
};

const closeFields = () => choice("close", "Where", [["before", "before the response"], ["midway", "in the middle of it"]]);

const bodyFields = () => choice("body", "How", [["empty", "empty"], ["truncated", "cut off"], ["html", "HTML instead of JSON"]]);

function dripFields() {
  const drip = number({ min: "0", max: "600", step: "any", value: "5", required: true });
  return { fields: [field("Over how many seconds", drip)], value: () => ({ drip_seconds: Number(drip.value) }), set: (effect) => { drip.value = effect.drip_seconds; } };
}
