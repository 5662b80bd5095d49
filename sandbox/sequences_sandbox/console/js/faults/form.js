// The form for a fault rule, new or to be changed: which requests, how often, and what happens to them.

import { contract, operations } from "../contract.js";
import { button, field, fill, h, select, write } from "../dom.js";
import { session } from "../session.js";
import { effectFields, EFFECTS, number } from "./effects.js";

const WHEN = [["", "each one"], ["nth", "only the nth"], ["every", "every nth"], ["probability", "by chance"]];
const COUNTED = { nth: ["Which one", "3"], every: ["Every how many", "3"], probability: ["Chance, 0 to 1", "0.2"] };
const METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"].map((each) => [each, each]);
const PRESETS = [
  ["429 on the third call", { match: { nth: 3 }, effect: { status: 429, retry_after: 2 } }],
  ["Slow for a minute", { for: "PT1M", effect: { latency: { fixed_ms: 800 } } }],
  ["One in five fails", { match: { probability: 0.2 }, effect: { status: 503, retry_after: 1 } }],
  ["Next response breaks off", { times: 1, effect: { close: "midway" } }],
];

/** The part of a match that says which calls; "" for each one. */
const countOf = (match) => Object.keys(COUNTED).find((name) => name in match) ?? "";

/** The form: {element, edit, keys}. `save` is called with the rule, and with the id of the one that is changed. */
export async function faultForm(save, cancel) {
  const ids = operations(await contract()).map(({ id }) => [id, id]);
  const input = {
    operation: select({}, [["", "any operation"], ...ids]), method: select({}, [["", "any"], ...METHODS]),
    path: h("input", { placeholder: "any, or such as /v1/sequences/*", maxlength: "500", spellcheck: "false" }), key: select({}, []),
    when: select({ on: { change: arrange } }, WHEN), count: number({}),
    times: number({ min: "1", step: "1", placeholder: "no end" }), lasting: h("input", { placeholder: "no end, or PT10M", spellcheck: "false" }),
    effect: select({ on: { change: arrange } }, EFFECTS),
  };
  const effects = effectFields();
  const details = h("div", { class: "pair" });
  const title = h("h2", {}, "Add a fault");
  const submitter = h("button", { class: "primary" }, "Add the fault");
  const leave = button("Cancel", cancel, { hidden: true });
  let editing = null;
  const presets = h("div", { class: "presets-part" }, h("p", { class: "dim" }, "Ready-made, for any operation:"),
    h("div", { class: "acts presets" }, PRESETS.map(([label, rule]) => button(label, () => save(rule, null)))), h("hr"));
  const element = h("form", { class: "fault-form", on: { submit } }, title, presets,
    field("Operation", input.operation),
    h("details", { class: "more" }, h("summary", {}, "By key, method or path"), h("div", { class: "pair" }, field("Key named", input.key), field("Method", input.method), field("Path", input.path))),
    h("div", { class: "pair" }, field("Which calls", input.when), field("", input.count)),
    h("div", { class: "pair" }, field("Stop after so many times", input.times), field("Stop after (world time)", input.lasting)),
    field("What happens", input.effect), details,
    h("div", { class: "acts" }, submitter, leave));

  function arrange() {
    const [label, usual] = COUNTED[input.when.value] ?? ["", ""];
    const count = input.count.closest(".field");
    count.hidden = input.when.value === "";
    count.firstChild.textContent = label;
    input.count.value ||= usual;
    input.count.required = input.when.value !== "";
    input.count.step = input.when.value === "probability" ? "any" : "1";
    input.count.max = input.when.value === "probability" ? "1" : "";
    fill(details, effects[input.effect.value].fields);
  }

  function submit(event) {
    event.preventDefault();
    // What the form does not show, the API may have set: it stays.
    const { match = {}, effect = {} } = editing ?? {};
    const kind = input.effect.value;
    const rule = {
      match: {
        ...match, [countOf(match)]: undefined,
        operation: input.operation.value || undefined, method: input.method.value || undefined, path: input.path.value || undefined, key_name: input.key.value || undefined,
        ...(input.when.value ? { [input.when.value]: Number(input.count.value) } : {}),
      },
      effect: { ...(kind in effect ? effect : {}), ...effects[kind].value() },
      times: input.times.value ? Number(input.times.value) : undefined, for: input.lasting.value || undefined,
    };
    save(rule, editing?.id ?? null);
  }

  /** Shows a rule to be changed; null for a new one. */
  function edit(rule) {
    editing = rule;
    const { match = {}, effect = { status: 503 }, times, for: lasting } = rule ?? {};
    const when = countOf(match);
    Object.entries({ operation: match.operation, method: match.method, path: match.path, key: match.key_name, when, count: match[when], times, lasting })
      .forEach(([name, value]) => { input[name].value = value ?? ""; });
    input.effect.value = EFFECTS.map(([name]) => name).find((name) => name in effect);
    effects[input.effect.value].set(effect);
    element.querySelector(".more").open = Boolean(match.method || match.path || match.key_name);
    write(title, rule ? "Change the fault" : "Add a fault");
    write(submitter, rule ? "Save" : "Add the fault");
    leave.hidden = rule === null;
    presets.hidden = rule !== null;
    arrange();
  }

  /** The keys of the world, by name. The one that is chosen stays so where the world has it. */
  function keys() {
    const chosen = input.key.value;
    const names = [...new Set(session.world.keys.map(({ name }) => name))];
    fill(input.key, [["", "any key"], ...names.map((name) => [name, name])].map(([value, label]) => h("option", { value }, label)));
    input.key.value = names.includes(chosen) ? chosen : "";
  }

  keys();
  arrange();
  return { element, edit, keys };
}
