// JSON in colours, in the form that is read best.

import { h } from "../dom.js";

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONGEST = 60_000;

/** What shows a text that may be JSON; other text, and what is very long, is shown as it is. */
export function json(text) {
  const pretty = indented(text);
  return pretty === null || pretty.length > LONGEST ? pretty ?? text : coloured(pretty);
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}

function coloured(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    const kind = match[2] ? "json-key" : match[1] ? "json-text" : "json-value";
    parts.push(h("span", { class: kind }, match[1] ?? match[0]), match[2] ?? "");
  }
  return [...parts, text.slice(end)];
}
