// The state of the world as a whole: begun again, downloaded, loaded. Nothing is lost without a way back.

import { h, say } from "../dom.js";
import { download } from "../parts/clipboard.js";
import { ask, attempt, notice, warn } from "../parts/notice.js";
import { session } from "../session.js";

const BEFORE = "before-reset";
const FULL = 413;
export const UNKEPT = "the runs and the clock, as no more snapshots can be kept";

/** Begins the world again from its fixture. Runs and clock can be brought back; it asks before it takes what cannot. */
export async function reset() {
  await attempt(async () => {
    const [{ items: faults }, { set_by: setBy }, { total_count: requests }] = await Promise.all(
      ["/faults", "/rate-limit", "/journal?size=1"].map((path) => session.control("GET", path)));
    const gone = [faults.length > 0 && "the faults", setBy === "world" && "the rate limit", requests > 0 && "the journal"].filter(Boolean).join(" and ");
    if (gone && !(await sure(`Undo will bring back the runs and the clock, but not ${gone}.`))) return;
    const isKept = await keep(BEFORE);
    if (!isKept && !(await sure(`No Undo brings back ${UNKEPT}.`))) return;
    await session.control("POST", "/world/reset", {});
    notice("The world began again: runs, clock, faults and journal are as at the start.", isKept && ["Undo", () => restore(BEFORE)]);
  });
}

const sure = (text) => ask("Begin the world again?", text, "Begin again");

/** Keeps a snapshot to return to, in place of an earlier one; whether there was room for it. */
export async function keep(name) {
  try {
    await session.control("PUT", `/snapshots/${name}`, {});
    return true;
  } catch (error) {
    if (error.status !== FULL) throw error;
    return false;
  }
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
