// Watch: the world's runs as the public API lists them, live.

import { on } from "../bus.js";
import { basePath, contract, Lifecycle } from "../contract.js";
import { readContacts, readDirectory, soonNamed, templateChoices } from "../directory.js";
import { button, field, fill, h, select } from "../dom.js";
import { copyButton } from "../parts/clipboard.js";
import { exchangeView, methodMark } from "../parts/exchange.js";
import { curl } from "../parts/snippets.js";
import { root } from "../root.js";
import { go, readdress } from "../router.js";
import { session } from "../session.js";
import { every } from "../throttle.js";
import { carried } from "./page.js";
import { addressOf, changed, NEWEST, queryOf } from "./query.js";
import { runTable } from "./table.js";

// Events are drawn at once; what they cannot tell, such as which run moves up to fill a page, is read again.
const DRAW = 250;
const READ = 1000;

/** Builds the view. */
export async function open(section) {
  const api = await contract();
  const lifecycle = new Lifecycle(api);
  const path = `${basePath(api)}/sequences`;
  let query = { ...NEWEST };
  let page = null;
  let owner = null; // the organization whose page it is
  let reading = 0;
  let shown = 0;
  const filters = h("form", { class: "filters", "aria-label": "Filter", on: { submit: openRun } });
  const wanted = h("input", { placeholder: "its id", autocomplete: "off", spellcheck: "false" });
  const table = runTable((name) => ask({ sort_by: name, sort_order: query.sort_by === name && query.sort_order === "desc" ? "asc" : "desc" }));
  const foot = h("div", { class: "foot" });
  section.append(h("div", { class: "runs" }, filters, table.element, foot));

  async function load() {
    const asked = query;
    const { id } = session.organization;
    const number = reading += 1;
    const exchange = await session.read(`${path}?${new URLSearchParams(query)}`);
    await soonNamed();
    if (number < shown || asked !== query || id !== session.organization.id) return;
    shown = number;
    owner = id;
    if (exchange.status !== 200) return showProblem(exchange);
    page = { ...exchange.json, exchange };
    draw();
    if (await readContacts(page.items.map((run) => run.contact_id))) draw();
  }

  function draw() {
    if (page === null || section.hidden) return;
    table.element.hidden = page.items.length === 0;
    table.show(page.items, query);
    fill(foot, pager(page), request(page.exchange));
  }

  function showProblem(exchange) {
    page = null;
    table.element.hidden = true;
    const way = exchange.status === 0 ? button("Try again", load) : button("Show all", () => ask({ ...Object.fromEntries(Object.keys(query).map((name) => [name, ""])), ...NEWEST }));
    fill(foot, h("div", { class: "acts" }, h("b", {}, "The list cannot be shown."), way), exchangeView(exchange));
  }

  function ask(changes) {
    query = changed(query, changes);
    history.pushState(null, "", root + addressOf(query));
    drawFilters();
    load();
  }

  function pager({ items, total_count: total, has_more: more }) {
    if (total === 0) {
      const filtered = query.status || query.sequence_template_id || query.created_at_after || query.created_at_before;
      return h("p", { class: "nothing" }, filtered ? ["No run matches. ", h("a", { href: "/watch" }, "Show all")] : "This world has no runs. Make a new world of the fixture “demo” in the World menu, or enrol contacts through the control API.");
    }
    const size = Number(query.size ?? 10);
    const number = Number(query.page ?? 1);
    const first = (number - 1) * size + 1;
    const turn = (label, to, possible) => button(label, () => ask({ page: String(to) }), { disabled: !possible });
    return h("div", { class: "pager" },
      h("span", { class: "num" }, items.length ? `${first}–${first + items.length - 1} of ${total.toLocaleString("en")}` : `0 of ${total}`),
      turn("Previous", number - 1, number > 1), turn("Next", number + 1, more),
      h("span", { class: "dim num" }, `page ${number} of ${Math.ceil(total / size)}`));
  }

  function request(exchange) {
    return h("p", { class: "asked" }, methodMark(exchange.method), h("code", {}, exchange.path), copyButton("Copy as curl", () => curl(exchange)));
  }

  function drawFilters() {
    const filter = (label, name, options) => field(label, select({ on: { change: (event) => ask({ [name]: event.target.value }) } }, options, query[name] ?? options[0][0]));
    fill(filters,
      filter("Status", "status", [["", "Any"], ...lifecycle.statuses.map((name) => [name, name])]),
      filter("Template", "sequence_template_id", [["", "Any"], ...templateChoices()]),
      filter("On a page", "size", [["10", "10"], ["25", "25"], ["50", "50"], ["100", "100"]]),
      field("Go to a run", wanted));
  }

  function openRun(event) {
    event.preventDefault();
    const id = wanted.value.trim();
    wanted.value = "";
    if (id) go(`/runs/${encodeURIComponent(id)}`);
  }

  async function refresh() {
    if (owner !== session.organization.id) { // no run of the other stands under this key
      page = null;
      table.element.hidden = true;
      fill(foot);
    }
    if (section.hidden) return;
    drawFilters();
    load();
    await readDirectory();
    drawFilters();
  }

  const drawSoon = every(DRAW, draw);
  const readSoon = every(READ, () => { if (!section.hidden) load(); });
  on("sequence", (event) => {
    if (page === null || section.hidden || event.sequence.organization_id !== session.organization.id) return;
    page = { ...carried(page, query, event), exchange: page.exchange };
    drawSoon();
    readSoon();
  });
  on("key", refresh);
  on("fresh", ({ another }) => {
    page = another ? null : page;
    if (another && !section.hidden) { query = { ...NEWEST }; readdress("/watch"); }
    refresh();
  });

  return {
    show(where) {
      query = queryOf(where.query);
      refresh();
    },
  };
}
