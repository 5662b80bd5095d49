// One line at the top of the page for what the visitor ought to know, and one question before what cannot be undone.

import { button, fill, h } from "../dom.js";

/** Shows a line; `action` is a pair of label and what it does. It stays until it is closed or replaced. */
export function notice(text, action = null, kind = "plain") {
  const place = document.getElementById("notice");
  place.dataset.kind = kind;
  place.hidden = false;
  const close = () => { place.hidden = true; };
  fill(place, h("span", {}, text),
    action && button(action[0], () => { close(); action[1](); }),
    button("×", close, { class: "quiet close", "aria-label": "Close" }));
}

/** Shows that something failed. */
export const warn = (text) => notice(text, null, "bad");

/** Does something that may fail, and shows the error where it does. Returns what it returned, or undefined. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    warn(error.message);
    return undefined;
  }
}

/** Asks; resolves to whether the visitor wants it. Enter answers no, unless `safe`: where nothing is lost. */
export function ask(title, text, yes, { no = "Cancel", safe = false } = {}) {
  const dialog = document.getElementById("ask");
  fill(dialog, h("form", { method: "dialog" },
    h("h2", { id: "ask-title" }, title), h("p", {}, text),
    h("div", { class: "acts end" }, h("button", { value: "" }, no), h("button", { class: "primary", value: "yes", autofocus: safe }, yes))));
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
