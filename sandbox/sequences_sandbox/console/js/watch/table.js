// The list of runs: rows, sortable heads, and the request that fetched them.

import { contactOf, templateName } from "../directory.js";
import { fill, h } from "../dom.js";
import { status } from "../fired.js";
import { brief } from "../format.js";
import { worldNow } from "../clock.js";

const COLUMNS = [["Contact", null], ["Status", "status"], ["Template", null], ["Created", "created_at"], ["Updated", "updated_at"]];

/** The table. `wish` is the present query, `sort` is called with a field, `address` gives a run's address. */
export function runTable(sort, address) {
  const heads = h("tr", {});
  const rows = h("tbody", {});
  const table = h("table", { class: "list" }, h("caption", { class: "unseen" }, "Runs"), h("thead", {}, heads), rows);
  let seen = new Map();

  function show(items, wish, selected) {
    fill(heads, COLUMNS.map(([label, field]) => head(label, field, wish, sort)));
    fill(rows, items.map((run) => row(run, selected, seen.has(run.id) && seen.get(run.id) !== run.updated_at, address)));
    seen = new Map(items.map((run) => [run.id, run.updated_at]));
  }

  function select(id) {
    for (const each of rows.children) each.toggleAttribute("data-selected", each.dataset.id === id);
  }

  const link = (id) => rows.querySelector(`[data-id="${CSS.escape(id)}"] a`);
  return { element: h("div", { class: "scroll" }, table), show, select, link };
}

function head(label, field, wish, sort) {
  if (field === null) return h("th", { scope: "col" }, label);
  const sorted = wish.sort_by === field ? (wish.sort_order === "desc" ? "descending" : "ascending") : null;
  const arrow = { ascending: " ↑", descending: " ↓" }[sorted] ?? "";
  return h("th", { scope: "col", "aria-sort": sorted },
    h("button", { type: "button", class: "quiet sort", on: { click: () => sort(field) } }, label, h("span", { "aria-hidden": "true" }, arrow)));
}

function row(run, selected, changed, address) {
  const { name, company } = contactOf(run.contact_id);
  const now = worldNow();
  return h("tr", { "data-id": run.id, "data-selected": run.id === selected, class: changed ? "changed" : null },
    h("td", {}, h("a", { href: address(run.id) }, name), h("span", { class: "company dim" }, company)),
    h("td", {}, status(run.status)),
    h("td", { class: "dim" }, templateName(run.sequence_template_id)),
    h("td", { class: "num dim", title: run.created_at }, brief(run.created_at, now)),
    h("td", { class: "num dim", title: run.updated_at }, brief(run.updated_at, now)));
}
