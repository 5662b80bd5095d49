// Copying, and files to take away.

import { button, h, say } from "../dom.js";

/** A button that copies what `text` returns when it is pressed; nothing where that is null. */
export function copyButton(label, text, attributes = {}) {
  const element = button(label, async () => {
    const value = await text();
    if (value !== null) copied(element, value);
  }, { class: "quiet", ...attributes });
  return element;
}

async function copied(element, text) {
  const label = element.dataset.label ?? element.textContent;
  element.dataset.label = label;
  element.textContent = (await toClipboard(text)) ? "Copied" : "Not allowed";
  say(element.textContent);
  setTimeout(() => { element.textContent = label; }, 1500);
}

/** Returns whether the browser let it. */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedFromField(text);
  }
}

/** Without HTTPS, or in a frame that may not: what stands in a field and is selected can be copied all the same. */
function copiedFromField(text) {
  const focused = document.activeElement;
  const place = document.body.appendChild(h("textarea", { class: "unseen", "aria-hidden": "true" }));
  place.value = text;
  place.select();
  const done = document.execCommand("copy");
  place.remove();
  focused.focus({ preventScroll: true });
  return done;
}

/** Gives the visitor a file. */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
