// The choice of a run by the name of its contact, beside its id.

import { on } from "../bus.js";
import { contactName, readContacts } from "../directory.js";
import { fill, h } from "../dom.js";
import { shortId } from "../format.js";

const OTHER = "";

/** {element, read, write, offer}: `offer` takes the runs to choose from and begins with the first, or with `wanted`. */
export function runPicker(label, changed) {
  const input = h("input", { "aria-label": label, spellcheck: "false", autocomplete: "off", placeholder: "the id of a run", on: { input: typed } });
  const choice = h("select", { "aria-label": "Run", on: { change: chosen } });
  let runs = [];

  function draw() {
    fill(choice, runs.map((run) => h("option", { value: run.id }, words(run))), h("option", { value: OTHER }, "another id"));
    choice.value = runs.some((run) => run.id === input.value) ? input.value : OTHER;
  }

  function chosen() {
    input.value = choice.value;
    if (choice.value === OTHER) input.focus();
    changed();
  }

  function typed() {
    choice.value = runs.some((run) => run.id === input.value) ? input.value : OTHER;
    changed();
  }

  // A choice says the run's status as it is.
  on("sequence", ({ sequence }) => {
    const at = runs.findIndex(({ id }) => id === sequence.id);
    if (at < 0) return;
    const { status } = runs[at];
    runs[at] = sequence;
    if (status !== sequence.status) draw(); // drawing it closes a list that is open
  });

  async function offer(offered, wanted = null) {
    runs = [...offered];
    input.value = wanted ?? runs[0]?.id ?? "";
    draw();
    changed();
    if (await readContacts(runs.map((run) => run.contact_id))) draw();
  }

  const write = (value) => { input.value = value; draw(); };
  return { element: h("div", { class: "runpicker" }, choice, input), read: () => input.value || undefined, write, offer };
}

function words(run) {
  const { name, company } = contactName(run.contact_id);
  return [name, company, run.status, shortId(run.id)].filter(Boolean).join(" · ");
}
