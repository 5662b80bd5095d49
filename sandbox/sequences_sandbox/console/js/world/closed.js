// The page in place of all views where there is no world to be had: why, and what happens next.

import { h, write } from "../dom.js";
import { attempt } from "../parts/notice.js";
import { root } from "../root.js";
import { session } from "../session.js";

/** The page; it loads again by itself where that may help. */
export function closedPage(error) {
  const next = h("p", { class: "dim" });
  const page = h("section", { class: "blank" },
    h("h2", {}, error.taken ? "No world is free for you here" : "The sandbox does not answer"),
    h("p", {}, error.message), next, error.taken ? byKey() : null,
    h("button", { type: "button", on: { click: () => location.reload() } }, "Try now"));
  if (error.retry === null) write(next, "With a key of a world that exists you can go on.");
  else countdown(error.retry, next, error.taken);
  return h("main", {}, page);
}

function countdown(seconds, next, taken) {
  const timer = setInterval(() => {
    seconds -= 1;
    if (seconds > 0) return tell();
    clearInterval(timer);
    return again();
  }, 1000);
  const tell = () => write(next, `${taken ? "Worlds become free when nobody uses them. " : ""}This page tries again in ${seconds} s.`);

  /** Loads again once the sandbox answers, and not while somebody types a key. */
  async function again() {
    const answers = await fetch(`${root}/_sandbox/health`, { cache: "no-store" }).then((response) => response.ok, () => false);
    if (answers && !document.getElementById("given-key")?.value) location.reload();
    else countdown(5, next, taken);
  }

  tell();
}

function byKey() {
  const token = h("input", { id: "given-key", placeholder: "topo_…", autocomplete: "off", spellcheck: "false" });
  const enter = async (event) => {
    event.preventDefault();
    const done = await attempt(async () => { await session.openByKey(token.value.trim()); return true; });
    if (done) location.reload();
  };
  return h("form", { class: "acts", on: { submit: enter } }, h("label", { for: "given-key" }, "API key"), token, h("button", { class: "primary" }, "Open"));
}
