// Journal: every request to the world as it comes in, whoever sent it.

import { isOwn } from "../api.js";
import { on } from "../bus.js";
import { basePath, contract, operations } from "../contract.js";
import { copyButton, download, field, fill, h, select, soon } from "../dom.js";
import { statusMark } from "../exchange.js";
import { precise, took } from "../format.js";
import { warn } from "../notice.js";
import { session } from "../session.js";
import { curl } from "../snippets.js";
import { entryPanel } from "./entry.js";

const STEP = 50;
const COLUMNS = ["Time", "Request", "Status", "Took", "Key", "Fault"];

/** A path as a list shows it: an id's beginning is enough. */
const short = ({ path, query }) => path.replace(/([0-9a-f]{8})-[0-9a-f-]{27}/gi, "$1…") + (query && `?${query}`);

/** Builds the view. */
export async function open(section) {
  const api = await contract();
  let size = STEP;
  let selected = null;
  const operation = select({ on: { change: load } }, [["", "Any"], ...operations(api).map(({ id }) => [id, id])]);
  const status = h("input", { type: "number", min: "100", max: "599", placeholder: "Any", on: { change: load } });
  const own = h("input", { type: "checkbox", on: { change: load } });
  const rows = h("tbody", {});
  const table = h("div", { class: "scroll" }, h("table", { class: "list journal" }, h("caption", { class: "unseen" }, "Requests, newest first"),
    h("thead", {}, h("tr", {}, COLUMNS.map((label) => h("th", { scope: "col" }, label)))), rows));
  const foot = h("div", { class: "foot" });
  const panel = entryPanel(() => choose(null));
  const list = h("div", { class: "runs" },
    h("div", { class: "filters" }, field("Operation", operation), field("Status", status),
      h("label", { class: "check" }, own, "The console's own readings too"),
      h("span", { class: "acts end" }, h("button", { type: "button", on: { click: har } }, "Download HAR"), h("button", { type: "button", on: { click: clear } }, "Clear"))),
    table, foot);
  section.append(h("div", { class: "split" }, list, panel.element));

  async function load() {
    const query = new URLSearchParams({ size: "100" });
    if (operation.value) query.set("operation", operation.value);
    if (status.value && status.validity.valid) query.set("status", status.value);
    try {
      show(await gather(query));
    } catch (error) {
      warn(error.message);
    }
  }

  /** So many entries as are shown, and whether there are more. The console's own are passed over. */
  async function gather(query) {
    const found = [];
    for (let page = 1; ; page += 1) {
      const answer = await session.control("GET", `/journal?${query}&page=${page}`);
      found.push(...answer.items.filter((entry) => own.checked || !isOwn(entry)));
      if (found.length > size || !answer.has_more) return { entries: found.slice(0, size), more: found.length > size };
    }
  }

  function show({ entries, more }) {
    table.hidden = entries.length === 0;
    fill(rows, entries.map(row));
    fill(foot, entries.length === 0 && empty(),
      more && h("button", { type: "button", on: { click: () => { size += STEP; load(); } } }, "Older ones"));
  }

  function row(entry) {
    return h("tr", { "data-id": entry.request_id, "data-selected": entry.request_id === selected },
      h("td", { class: "num dim", title: entry.at }, precise(entry.at)),
      h("td", { class: "asked-for" }, h("a", { href: `#${entry.request_id}` }, h("b", { class: "method" }, entry.method), h("code", { title: entry.path }, short(entry)))),
      h("td", {}, statusMark(entry.status)),
      h("td", { class: "num dim" }, took(entry.milliseconds)),
      h("td", { class: "dim" }, entry.key_name ?? "none"),
      h("td", {}, entry.fault ? h("span", { class: "failure" }, entry.fault) : h("span", { class: "dim" }, "–")));
  }

  function empty() {
    const request = { method: "GET", url: `${location.origin}${basePath(api)}/sequences?size=2`, headers: { Authorization: `Bearer ${session.token ?? session.controlToken}` } };
    return h("div", { class: "nothing" }, h("p", {}, "No request yet. Send one from a terminal, or let your application use this key:"),
      h("pre", { tabindex: "0" }, curl(request)), copyButton("Copy", () => curl(request)));
  }

  function choose(id) {
    selected = id;
    section.classList.toggle("with-run", id !== null);
    for (const each of rows.children) each.toggleAttribute("data-selected", each.dataset.id === id);
    if (id === null) panel.hide();
    else panel.show(id);
  }

  async function clear() {
    await session.control("DELETE", "/journal").catch((error) => warn(error.message));
    choose(null);
    load();
  }

  async function har() {
    try {
      download("sequences.har", JSON.stringify(await session.control("GET", "/journal.har")));
    } catch (error) {
      warn(error.message);
    }
  }

  section.addEventListener("click", (event) => {
    const chosen = event.target.closest("tr[data-id]");
    if (!chosen) return;
    event.preventDefault();
    choose(chosen.dataset.id);
  });

  const again = soon(() => { if (!section.hidden) load(); }, 100);
  for (const kind of ["request", "key"]) on(kind, again);
  on("ready", () => { choose(null); again(); });
  return { show: load };
}
