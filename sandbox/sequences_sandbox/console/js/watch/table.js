// The list of runs: rows, and heads that sort.

import { contactName, templateName } from "../directory.js";
import { button, fill, h } from "../dom.js";
import { brief } from "../format.js";
import { worldNow } from "../head/time.js";
import { statusPill } from "../parts/status.js";

const COLUMNS = [["Contact", null], ["Status", "status"], ["Template", null], ["Created", "created_at"], ["Updated", "updated_at"]];

/** The table. `sort` is called with the field of a head that is pressed. */
export function runTable(sort) {
  const heads = h("tr", {});
  const rows = h("tbody", {});
  const table = h("table", { class: "list" }, h("caption", { class: "unseen" }, "Runs"), h("thead", {}, heads), rows);
  let seen = new Map();

  function show(items, query) {
    fill(heads, COLUMNS.map(([label, field]) => head(label, field, query, sort)));
    fill(rows, items.map((run) => row(run, seen.has(run.id) && seen.get(run.id) !== run.updated_at)));
    seen = new Map(items.map((run) => [run.id, run.updated_at]));
  }

  return { element: h("div", { class: "scroll" }, table), show };
}

function head(label, field, query, sort) {
  if (field === null) return h("th", { scope: "col" }, label);
  const sorted = query.sort_by === field ? (query.sort_order === "desc" ? "descending" : "ascending") : null;
  return h("th", { scope: "col", "aria-sort": sorted }, button(label, () => sort(field), { class: "quiet sort" }));
}

function row(run, changed) {
  const { name, company } = contactName(run.contact_id);
  const now = worldNow();
  const time = (value) => h("td", { class: "num dim", title: value }, brief(Date.parse(value), now));
  return h("tr", { "data-id": run.id, class: changed ? "changed" : null },
    h("td", {}, h("a", { href: `/runs/${run.id}`, class: "cover" }, name), h("span", { class: "company dim" }, company)),
    h("td", {}, statusPill(run.status)),
    h("td", { class: "dim" }, templateName(run.sequence_template_id)),
    time(run.created_at), time(run.updated_at));
}
