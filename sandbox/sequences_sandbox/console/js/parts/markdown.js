// The little Markdown that the contract's descriptions use: paragraphs, tables, lists, code, bold, emphasis.

import { h } from "../dom.js";

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*/g;

/** Elements for a description. */
export function markdown(text) {
  return (text ?? "").trim().split(/\n\s*\n/).filter(Boolean).map(block);
}

/** Nodes for a line of it. */
export function inline(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    const [, code, bold, emphasis] = match;
    parts.push(code ? h("code", {}, code) : bold ? h("b", {}, bold) : h("em", {}, emphasis));
  }
  return [...parts, text.slice(end)];
}

function block(text) {
  const lines = text.split("\n").map((line) => line.trim());
  if (lines[0].startsWith("|")) return table(lines);
  if (lines.every((line) => line.startsWith("- "))) return h("ul", { class: "points" }, lines.map((line) => h("li", {}, inline(line.slice(2)))));
  return h("p", {}, inline(lines.join(" ")));
}

function table([head, , ...rows]) {
  const cells = (line) => line.replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const title = (cell) => (cell ? h("th", { scope: "col" }, inline(cell)) : h("td", {}));
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Table: ${cells(head).filter(Boolean).join(", ")}` }, h("table", { class: "plain" },
    h("thead", {}, h("tr", {}, cells(head).map(title))),
    h("tbody", {}, rows.map((row) => h("tr", {}, cells(row).map((cell) => h("td", {}, inline(cell))))))));
}
