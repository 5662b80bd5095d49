// The filters of the journal: free text, operation, method, status or class, key, run.

import { contract, operations } from "../contract.js";
import { field, fill, h, select } from "../dom.js";
import { afterwards } from "../throttle.js";
import { keyChoices } from "./keys.js";

const STATUSES = [["", "Any"], ["2xx", "2xx"], ["4xx", "4xx"], ["5xx", "5xx"], ...["200", "400", "401", "403", "404", "409", "422", "429", "503"].map((each) => [each, each]), ["0", "no response"]];
const METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"];

/** The form: {element, show}. `ask` is called with the filters that change. */
export async function journalFilters(ask) {
  const ids = operations(await contract()).map(({ id }) => [id, id]);
  const element = h("form", { class: "filters", "aria-label": "Filter", on: { submit: (event) => event.preventDefault() } });
  const text = typed("text", "path, body, program");
  const run = typed("sequence_id", "the id of a run");

  function typed(name, placeholder) {
    const input = h("input", { type: "search", placeholder, autocomplete: "off", spellcheck: "false" });
    input.addEventListener("input", afterwards(300, () => ask({ [name]: input.value.trim() })));
    return input;
  }

  function show(filters) {
    const choice = (name, options) => select({ on: { change: (event) => ask({ [name]: event.target.value }) } }, options, filters[name]);
    for (const [input, value] of [[text, filters.text], [run, filters.sequence_id]]) if (document.activeElement !== input) input.value = value;
    const known = STATUSES.some(([value]) => value === filters.status) ? [] : [[filters.status, filters.status]];
    const others = [
      field("Operation", choice("operation", [["", "Any"], ...ids])),
      field("Method", choice("method", [["", "Any"], ...METHODS.map((each) => [each, each])])),
      field("Status", choice("status", [...STATUSES, ...known])),
      field("Key", choice("key_id", [["", "Any"], ...keyChoices()])),
    ];
    if (element.children.length === 0) element.append(field("Text", text), h("div", { class: "filters" }), field("Run", run));
    fill(element.children[1], others);
  }

  return { element, show };
}
