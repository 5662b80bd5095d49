// The rows of the journal, newest first.

import { fill, h } from "../dom.js";
import { brief, dayIn, receivedAt, timeOf, took } from "../format.js";
import { worldNow } from "../head/time.js";
import { methodMark, statusMark } from "../parts/exchange.js";
import { keyWords } from "./keys.js";

const COLUMNS = ["Received, UTC", "World time", "Request", "Status", "Server took", "From", "Key", "Fault"];

/** The table: {element, show}. `link` returns the address of an entry. */
export function journalTable(link) {
  const rows = h("tbody", {});
  const element = h("div", { class: "scroll" }, h("table", { class: "list journal" }, h("caption", { class: "unseen" }, "Requests, newest first"),
    h("thead", {}, h("tr", {}, COLUMNS.map((label) => h("th", { scope: "col" }, label)))), rows));

  function show(entries, selected) {
    const now = worldNow();
    fill(rows, entries.map((entry) => row(entry, selected, now)));
  }

  function row(entry, selected, now) {
    const received = receivedAt(entry.request_id);
    const key = keyWords(entry);
    return h("tr", { "data-id": entry.request_id, "data-selected": entry.request_id === selected },
      h("td", { class: "num dim" }, `${dayIn(received, Date.now())}, ${timeOf(received)}`),
      h("td", { class: "num dim", title: entry.at }, brief(Date.parse(entry.at), now)),
      h("td", { class: "asked-for" }, h("a", { class: "cover", href: link(entry.request_id) }, methodMark(entry.method), " ", h("code", { title: entry.path }, short(entry)))),
      h("td", {}, statusMark(entry.status), entry.fault && h("span", { class: "failure injected" }, " fault")),
      h("td", { class: "num dim" }, took(entry.milliseconds)),
      h("td", { class: "dim", title: entry.user_agent }, sender(entry)),
      h("td", { class: "dim", title: key }, key),
      h("td", { title: entry.fault }, entry.fault ? h("span", { class: "failure" }, entry.fault) : h("span", { class: "dim" }, "–")));
  }

  return { element, show };
}

/** Who sent a request, as far as its User-Agent tells: this browser, or the name of a program. */
function sender({ user_agent: agent }) {
  if (agent === null) return "–";
  return agent === navigator.userAgent ? "this browser" : agent.split(/[\s/]/, 1)[0];
}

/** A path as a list shows it: an id's beginning is enough. */
function short({ path, query }) {
  return path.replace(/([0-9a-f]{8})-[0-9a-f-]{27}/gi, "$1…") + (query ? `?${query}` : "");
}
