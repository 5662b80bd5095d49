// Journal: every request to the world as it comes in, whoever sent it. Bodies are read when an entry is opened.

import { on } from "../bus.js";
import { basePath, contract } from "../contract.js";
import { button, fill, h } from "../dom.js";
import { copyButton, download } from "../parts/clipboard.js";
import { ask as confirm, attempt, warn } from "../parts/notice.js";
import { curl } from "../parts/snippets.js";
import { home } from "../root.js";
import { go, readdress } from "../router.js";
import { session } from "../session.js";
import { every } from "../throttle.js";
import { entryPanel } from "./entry.js";
import { journalFilters } from "./filters.js";
import { addressOf, filtersOf, fits, isFiltered } from "./query.js";
import { journalTable } from "./table.js";
import { verification } from "./verify.js";

const PAGE = 50;

/** Builds the view. */
export async function open(section) {
  const api = await contract();
  let filters = filtersOf(new URLSearchParams());
  let selected = null;
  let entries = [];
  let total = 0;
  let reading = 0;
  let shown = 0;
  let loaded = false;
  let late = null; // what came while the list was read, whose response may be older
  const form = await journalFilters(ask);
  const table = journalTable((id) => addressOf(filters, id));
  const foot = h("div", { class: "foot" });
  const panel = entryPanel(() => addressOf(filters));
  const verify = verification(() => filters, (id) => addressOf(filters, id));
  section.append(h("div", { class: "split" },
    h("div", { class: "runs" }, form.element,
      h("div", { class: "acts tools-row" }, verify.element, h("span", { class: "acts end" }, button("Download HAR", har), button("Clear…", clear))),
      table.element, foot),
    panel.element));

  async function load() {
    const asked = JSON.stringify(filters);
    const number = reading += 1;
    late = [];
    const found = await readPage(1).catch((error) => ({ error }));
    if (number < shown || asked !== JSON.stringify(filters)) return;
    shown = number;
    const missed = late ?? [];
    if (number === reading) late = null;
    if (found.error && !loaded) return showProblem(found.error);
    if (found.error) warn(found.error.message);
    else renew(found);
    missed.forEach(add);
    draw();
  }

  /** Puts the newest page before what follows it here; where nothing does, the page is all. */
  function renew({ items, total_count: count }) {
    const seam = entries.findIndex((each) => each.request_id === items.at(-1)?.request_id);
    entries = (seam < 0 ? items : [...items, ...entries.slice(seam + 1)]).slice(0, count);
    total = count;
    loaded = true;
  }

  /** Reads the page in which the list ends here. What came since has only moved the rest to later pages. */
  async function readOlder() {
    const asked = JSON.stringify(filters);
    const found = await attempt(() => readPage(Math.floor(entries.length / PAGE) + 1));
    if (!found || asked !== JSON.stringify(filters)) return;
    const known = new Set(entries.map((each) => each.request_id));
    entries = [...entries, ...found.items.filter((each) => !known.has(each.request_id))];
    if (!found.has_more) total = entries.length;
    draw();
  }

  function readPage(page) {
    const given = Object.entries(filters).filter(([, value]) => value);
    return session.control("GET", `/journal?${new URLSearchParams([...given, ["size", PAGE], ["page", page]])}`);
  }

  function showProblem({ status, message }) {
    table.element.hidden = true;
    const way = status === 0 ? button("Try again", load) : button("Show all", () => ask(filtersOf(new URLSearchParams())));
    fill(foot, h("div", { class: "acts" }, h("b", {}, "The list cannot be shown."), way), h("p", {}, message));
  }

  function add(entry) {
    const belongs = fits(entry, filters);
    if (belongs && !entries.some((each) => each.request_id === entry.request_id)) {
      entries = [entry, ...entries].slice(0, Math.max(PAGE, entries.length));
      total += 1;
      drawSoon();
    }
    // The event tells no bodies, and not whether a text is in them.
    if (belongs === null) readSoon();
  }

  function draw() {
    if (section.hidden || !loaded) return;
    table.element.hidden = entries.length === 0;
    table.show(entries, selected);
    const shown = h("span", { class: "num dim" }, `${entries.length.toLocaleString("en")} of ${total.toLocaleString("en")}, newest first`);
    fill(foot, entries.length === 0 ? empty() : h("div", { class: "pager" }, shown,
      entries.length < total && button("Older ones", readOlder)));
  }

  function empty() {
    if (isFiltered(filters)) return h("p", { class: "nothing" }, "No entry matches. ", h("a", { href: "/journal" }, "Show all"));
    const request = { method: "GET", url: `${home}${basePath(api)}/sequences?size=2`, headers: { Authorization: `Bearer ${session.token ?? session.controlToken}` } };
    return h("div", { class: "nothing" }, h("p", {}, "No request yet. Send one from a terminal, or let your program use this key:"),
      h("pre", { tabindex: "0" }, curl(request)), copyButton("Copy", () => curl(request)),
      h("p", {}, "With a key of another world, such as those that serve prints, it stands in the journal of that world: open it by its key in the World menu."));
  }

  /** Sets the filters; what others found is no part of their list. */
  function seek(wanted) {
    if (addressOf(wanted) !== addressOf(filters)) {
      entries = [];
      loaded = false;
    }
    filters = wanted;
  }

  function ask(changes) {
    seek({ ...filters, ...changes });
    readdress(addressOf(filters, selected));
    form.show(filters);
    load();
  }

  async function clear() {
    if (!(await confirm("Empty the journal?", "Its entries go for good. Download the HAR first if you need them.", "Empty it"))) return;
    await attempt(() => session.control("DELETE", "/journal"));
    go(addressOf(filters));
  }

  function har() {
    attempt(async () => download("sequences.har", JSON.stringify(await session.control("GET", "/journal.har"))));
  }

  const drawSoon = every(250, draw);
  const readSoon = every(400, () => { if (!section.hidden) load(); });
  on("request", (entry) => {
    if (section.hidden) return;
    if (late !== null) late.push(entry);
    else if (loaded) add(entry);
  });
  on("journal", () => { if (!section.hidden) load(); });
  on("key", () => { if (!section.hidden) form.show(filters); });
  on("fresh", ({ another, why }) => {
    if (why !== "seen" && why !== "back") panel.hide();
    if (another) seek(filtersOf(new URLSearchParams()));
    if (section.hidden) { loaded = false; return; }
    if (another) go("/journal");
    else { form.show(filters); load(); }
  });

  return {
    show({ parts: [, id], query: parameters }) {
      seek(filtersOf(parameters));
      selected = id ?? null;
      section.classList.toggle("with-entry", selected !== null);
      form.show(filters);
      if (selected === null) panel.hide();
      else panel.show(selected);
      load();
    },
  };
}
