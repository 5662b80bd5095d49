// The form for a fault: which requests, how often, and what happens to them.

import { contract, operations } from "../contract.js";
import { field, fill, h, select } from "../dom.js";

const WHEN = [["", "every one"], ["nth", "only the nth"], ["every", "every nth"], ["probability", "by chance"]];
const EFFECTS = [
  ["status", "Refuse with a status"], ["latency", "Answer late"], ["close", "Break the connection"],
  ["body", "Spoil the body"], ["drip_seconds", "Answer in drops"],
];
const PRESETS = [
  ["429 on the third call", { match: { nth: 3 }, effect: { status: 429, retry_after: 2 } }],
  ["Slow for a minute", { for: "PT1M", effect: { latency: { fixed_ms: 800 } } }],
  ["One in five fails", { match: { probability: 0.2 }, effect: { status: 503, retry_after: 1 } }],
  ["Next answer breaks off", { times: 1, effect: { close: "midway" } }],
];

/** The form; `add` is called with the fault that it describes. */
export async function faultForm(add) {
  const names = operations(await contract()).map(({ id }) => [id, id]);
  const operation = select({}, [["", "any operation"], ...names]);
  const when = select({ on: { change: arrange } }, WHEN);
  const count = number({});
  const times = number({ min: "1", step: "1", placeholder: "no end" });
  const lasting = number({ min: "1", step: "1", placeholder: "no end" });
  const effect = select({ on: { change: arrange } }, EFFECTS);
  const details = h("div", { class: "pair" });
  const effects = effectFields();
  const presets = h("div", { class: "acts presets" }, PRESETS.map(([label, fault]) => h("button", { type: "button", on: { click: () => add(fault) } }, label)));
  const form = h("form", { class: "fault-form", on: { submit } },
    h("h2", {}, "Add a fault"),
    h("p", { class: "dim" }, "Ready ones, for any operation:"), presets, h("hr", {}),
    field("Requests", operation),
    h("div", { class: "pair" }, field("Of those", when), field("Number, or chance up to 1", count)),
    h("div", { class: "pair" }, field("Ends after, times", times), field("Ends after, minutes", lasting)),
    field("What happens", effect), details,
    h("div", {}, h("button", { class: "primary" }, "Add the fault")));

  function arrange() {
    count.closest("label").hidden = when.value === "";
    count.required = when.value !== "";
    count.step = when.value === "probability" ? "any" : "1";
    count.max = when.value === "probability" ? "1" : "";
    fill(details, effects[effect.value].fields);
  }

  function submit(event) {
    event.preventDefault();
    const match = { operation: operation.value || undefined, [when.value || "nth"]: when.value ? Number(count.value) : undefined };
    add({
      match, effect: effects[effect.value].value(),
      times: times.value ? Number(times.value) : undefined,
      for: lasting.value ? `PT${lasting.value}M` : undefined,
    });
  }

  arrange();
  return form;
}

/** For each effect its fields, and what they make. */
function effectFields() {
  const status = number({ min: "400", max: "599", step: "1", value: "503", required: true });
  const retry = number({ min: "0", step: "1", placeholder: "none" });
  const message = h("input", { placeholder: "the usual one", maxlength: "1000" });
  const shape = select({ on: { change: name } }, [["fixed_ms", "always the same"], ["uniform_ms", "anything between"], ["lognormal_ms", "mostly short, at times long"]]);
  const first = number({ min: "0", value: "800", required: true });
  const second = number({ min: "0", step: "any", value: "2000" });
  const close = select({}, [["before", "before the answer"], ["midway", "in the middle of it"]]);
  const body = select({}, [["empty", "empty"], ["truncated", "cut off"], ["html", "HTML instead of JSON"]]);
  const drip = number({ min: "0", max: "600", step: "any", value: "5", required: true });
  const one = field("", first);
  const other = field("", second);
  const named = { fixed_ms: ["Milliseconds"], uniform_ms: ["At least, ms", "At most, ms"], lognormal_ms: ["Median, ms", "Sigma"] };
  function name() {
    const [label, further] = named[shape.value];
    one.firstChild.textContent = label;
    other.firstChild.textContent = further ?? "";
    other.hidden = further === undefined;
    second.value = shape.value === "lognormal_ms" ? "0.6" : "2000";
  }
  name();
  const latencies = {
    fixed_ms: () => Number(first.value),
    uniform_ms: () => [Number(first.value), Number(second.value)],
    lognormal_ms: () => ({ median: Number(first.value), sigma: Number(second.value) }),
  };
  return {
    status: {
      fields: [field("Status", status), field("Retry-After, seconds", retry), field("Message", message)],
      value: () => ({ status: Number(status.value), retry_after: retry.value ? Number(retry.value) : undefined, message: message.value || undefined }),
    },
    latency: {
      fields: [field("Delay", shape), one, other],
      value: () => ({ latency: { [shape.value]: latencies[shape.value]() } }),
    },
    close: { fields: [field("Where", close)], value: () => ({ close: close.value }) },
    body: { fields: [field("How", body)], value: () => ({ body: body.value }) },
    drip_seconds: { fields: [field("Over so many seconds", drip)], value: () => ({ drip_seconds: Number(drip.value) }) },
  };
}

function number(attributes) {
  return h("input", { type: "number", ...attributes });
}
