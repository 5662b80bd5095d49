// Watch: the world's runs as the public API lists them, live, and the one that is selected.

import { on } from "../bus.js";
import { basePath, contract, Lifecycle } from "../contract.js";
import { templateChoices } from "../directory.js";
import { copyButton, field, fill, h, select, soon } from "../dom.js";
import { exchangeView } from "../exchange.js";
import { session } from "../session.js";
import { curl } from "../snippets.js";
import { runPanel } from "./run.js";
import { runTable } from "./table.js";

const SORTED = { sort_by: "updated_at", sort_order: "desc" };
const FILTERS = ["status", "sequence_template_id", "created_at_after", "created_at_before", "sort_by", "sort_order", "page", "size"];

/** Builds the view. */
export async function open(section) {
  const api = await contract();
  const lifecycle = new Lifecycle(api);
  const path = `${basePath(api)}/sequences`;
  let wish = { ...SORTED };
  let selected = null;
  let listed = [];
  const filters = h("form", { class: "filters", "aria-label": "Filter" });
  const table = runTable(sort, (id) => address(wish, id));
  const foot = h("div", { class: "foot" });
  const panel = runPanel(api, lifecycle, () => choose(null), () => again());
  const list = h("div", { class: "runs" }, filters, table.element, foot);
  section.append(h("div", { class: "split" }, list, panel.element));

  async function load() {
    const exchange = await session.read(`${path}?${new URLSearchParams(wish)}`);
    if (exchange.status !== 200) {
      table.element.hidden = true;
      const mend = exchange.status === 0 ? ["Try again", load] : ["Show all", showAll];
      return fill(foot, h("div", { class: "acts" }, h("b", {}, "The list cannot be shown."), button(...mend)), exchangeView(exchange));
    }
    table.element.hidden = exchange.json.items.length === 0;
    listed = exchange.json.items;
    table.show(listed, wish, selected);
    return fill(foot, pager(exchange.json), request(exchange));
  }

  function ask(changes) {
    wish = Object.fromEntries(Object.entries({ ...wish, page: undefined, ...changes }).filter(([, value]) => value));
    history.replaceState(null, "", address(wish, selected));
    load();
  }

  function sort(name) {
    const turned = wish.sort_by === name && wish.sort_order === "desc" ? "asc" : "desc";
    ask({ sort_by: name, sort_order: turned });
  }

  function choose(id) {
    const former = selected;
    selected = id;
    history.pushState(null, "", address(wish, id));
    showSelected();
    (id === null ? table.link(former) : panel.element)?.focus({ preventScroll: true });
  }

  function showSelected() {
    section.classList.toggle("with-run", selected !== null);
    table.select(selected);
    if (selected === null) panel.hide();
    else if (!panel.isShown(selected)) panel.show(selected, listed.find((run) => run.id === selected) ?? null);
  }

  function pager({ items, total_count: total, total_pages: pages, has_more: more }) {
    if (total === 0) return h("p", { class: "nothing" }, "No run matches. ", button("Show all", showAll));
    const page = Number(wish.page ?? 1);
    const turn = (label, to, possible) => h("button", { type: "button", disabled: !possible, on: { click: () => ask({ page: String(to) }) } }, label);
    const size = Number(wish.size ?? 10);
    const first = (page - 1) * size + 1;
    return h("div", { class: "pager" },
      h("span", { class: "num" }, items.length ? `${first}–${first + items.length - 1} of ${total}` : `0 of ${total}`),
      turn("Previous", page - 1, page > 1), turn("Next", page + 1, more), h("span", { class: "dim num" }, `page ${page} of ${pages}`));
  }

  function request(exchange) {
    return h("p", { class: "asked" }, h("b", { class: "method" }, exchange.method), h("code", {}, exchange.path),
      copyButton("Copy as curl", () => curl(exchange)));
  }

  function drawFilters() {
    const filter = (label, name, options) => field(label, select({ on: { change: (event) => ask({ [name]: event.target.value }) } }, options, wish[name] ?? options[0][0]));
    fill(filters,
      filter("Status", "status", [["", "Any"], ...lifecycle.statuses.map((name) => [name, name])]),
      filter("Template", "sequence_template_id", [["", "Any"], ...templateChoices()]),
      filter("On a page", "size", [["10", "10"], ["25", "25"], ["50", "50"], ["100", "100"]]));
  }

  section.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-id]");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(row.dataset.id);
  });

  const showAll = () => start({ ...SORTED }, selected);
  const visibly = (work) => () => { if (!section.hidden) work(); };
  const again = soon(visibly(load), 150);
  on("sequence", (happening) => { panel.hear(happening.sequence); again(); });
  on("ready", (another) => {
    if (another) start({ ...SORTED }, null);
    else if (!section.hidden) start(wish, selected);
  });

  /** Begins with a query and a selection. */
  function start(query, run) {
    wish = query;
    selected = run;
    panel.hide();
    showSelected();
    if (section.hidden) return;
    history.replaceState(null, "", address(wish, selected));
    drawFilters();
    load();
  }

  return {
    show(query) {
      const given = Object.fromEntries(FILTERS.filter((name) => query.get(name)).map((name) => [name, query.get(name)]));
      start({ ...SORTED, ...given }, query.get("run"));
    },
  };
}

function button(label, press) {
  return h("button", { type: "button", on: { click: press } }, label);
}

/** The address of the view in this state: what differs from the beginning. */
function address(wish, run) {
  const query = new URLSearchParams(Object.entries(wish).filter(([name, value]) => value !== SORTED[name]));
  if (run) query.set("run", run);
  return query.size ? `/watch?${query}` : "/watch";
}
