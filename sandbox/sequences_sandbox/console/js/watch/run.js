// One run: its status in the lifecycle, what can be done to it, its ten fields and its history.

import { worldNow } from "../clock.js";
import { basePath } from "../contract.js";
import { contactOf, readDirectory, templateName, wakesAt } from "../directory.js";
import { copyButton, fill, h } from "../dom.js";
import { exchangeView } from "../exchange.js";
import { change, status } from "../fired.js";
import { brief, instant, span } from "../format.js";
import { session } from "../session.js";
import { diagram } from "./diagram.js";
import { moves } from "./moves.js";

/** The panel of the selected run. `close` is called when the visitor leaves it, `changed` when a request was answered. */
export function runPanel(api, lifecycle, close, changed) {
  let run = null;
  const head = h("header", { class: "run-head" });
  const drawing = h("div", { class: "drawing" });
  const fields = h("dl", { class: "fields" });
  const history = h("ol", { class: "history" });
  const trouble = h("div", { class: "run-body", hidden: true });
  const acts = moves(api, lifecycle, () => run, (exchange) => {
    if (exchange.json?.id === run.id) update(exchange.json);
    changed();
  });
  const body = h("div", { class: "run-body" }, drawing, acts.element, h("h3", {}, "Fields"), fields, h("h3", {}, "History"), history);
  const element = h("aside", { class: "run", "aria-label": "The selected run", tabindex: "-1", hidden: true }, head, trouble, body);

  /** Shows the run of an id; `known` is the run where the page has it already. */
  async function show(id, known = null) {
    element.hidden = false;
    if (known === null) {
      const exchange = await session.read(`${basePath(api)}/sequences/${encodeURIComponent(id)}`);
      body.hidden = exchange.status !== 200;
      trouble.hidden = !body.hidden;
      if (body.hidden) {
        fill(trouble, exchangeView(exchange));
        return fill(head, h("div", {}, h("h2", {}, "This run cannot be shown")), closing());
      }
      known = exchange.json;
    }
    body.hidden = false;
    trouble.hidden = true;
    const another = run?.id !== known.id;
    run = known;
    if (another) acts.begin();
    return update(known);
  }

  function update(now) {
    run = now;
    const { name, company } = contactOf(run.contact_id);
    fill(head, h("div", {}, h("h2", {}, name), h("p", { class: "dim" }, [company, templateName(run.sequence_template_id)].filter(Boolean).join(" · "))),
      status(run.status), closing());
    fill(drawing, diagram(lifecycle, run.status), h("p", { class: "dim wake" }));
    acts.show();
    fill(fields, Object.entries(run).map(([field, value]) => [h("dt", {}, field), h("dd", {}, shown(field, value))]));
    return Promise.all([readHistory(run.id), readWake(run)]);
  }

  async function readHistory(id) {
    const { items } = await session.control("GET", `/sequences/${id}/history`).catch(() => ({ items: [] }));
    if (run.id !== id) return;
    fill(history, items.length ? items.toReversed().map((item) => h("li", {},
      h("time", { class: "dim num", title: item.at }, brief(item.at, worldNow())),
      h("span", {}, h("b", {}, item.event), h("span", { class: "dim" }, ` by ${item.by}`)),
      h("span", { class: "change" }, change(item))))
      : h("li", { class: "dim" }, "Nothing since this timeline began."));
  }

  /** The contract keeps the instant at which a pause ends to itself; the sandbox knows it. */
  async function readWake({ id, status: now }) {
    if (!lifecycle.from(now).some((row) => row.by === "clock")) return;
    await readDirectory().catch(() => null);
    const wakes = wakesAt(id);
    if (wakes === null || run.id !== id || run.status !== now) return;
    drawing.querySelector(".wake").textContent = `Wakes ${instant(wakes)}, in ${span(wakes - worldNow())}.`;
  }

  function closing() {
    return h("button", { type: "button", class: "quiet close", "aria-label": "Close the run", on: { click: close } }, "×");
  }

  return {
    element, show,
    hide: () => { element.hidden = true; run = null; },
    hear: (now) => { if (run?.id === now.id) update(now); },
    isShown: (id) => run?.id === id,
  };
}

function shown(field, value) {
  if (field === "status") return status(value);
  if (value === null) return h("span", { class: "dim" }, "null");
  if (typeof value === "object") return h("code", {}, JSON.stringify(value, null, 1));
  if (!field.endsWith("id")) return h("code", {}, value);
  return [h("code", {}, value), copyButton("Copy", () => value, { "aria-label": `Copy ${field}` })];
}
