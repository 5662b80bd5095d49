// The state of the world as a whole: begun again, downloaded, loaded. Nothing is lost without a way back.

import { h, say } from "../dom.js";
import { download } from "../parts/clipboard.js";
import { attempt, notice, warn } from "../parts/notice.js";
import { session } from "../session.js";

const BEFORE = "before-reset";

/** Begins the world again from its fixture. It can be undone. */
export async function reset() {
  await attempt(async () => {
    await session.control("PUT", `/snapshots/${BEFORE}`, {});
    await session.control("POST", "/world/reset", {});
    notice("The world began again: runs, clock, faults and journal are as at the start.", ["Undo", () => restore(BEFORE)]);
  });
}

/** Returns to a snapshot. */
export async function restore(name) {
  await attempt(async () => {
    await session.control("POST", `/snapshots/${encodeURIComponent(name)}/restore`, {});
    say(`The world is as it was in “${name}”.`);
  });
}

/** Downloads the world as a fixture, without keys. */
export async function save() {
  await attempt(async () => download("sequences-world.json", JSON.stringify(await session.control("GET", "/world/export"), null, 2)));
}

/** The input that takes a file to load. */
export function stateInput() {
  const file = h("input", { type: "file", accept: ".json,application/json", class: "unseen", tabindex: "-1", "aria-label": "A state to load" });
  file.addEventListener("change", () => { if (file.files[0]) load(file.files[0]); file.value = ""; });
  return file;
}

async function load(file) {
  let document = null;
  try {
    document = JSON.parse(await file.text());
  } catch {
    warn(`${file.name} is not JSON. Load a state that was downloaded here, or a fixture written as JSON.`);
    return;
  }
  await attempt(async () => {
    await session.make({ fixture: document });
    notice(`${file.name} is loaded into a new world with new keys. The one before is in “My worlds”.`);
  });
}
