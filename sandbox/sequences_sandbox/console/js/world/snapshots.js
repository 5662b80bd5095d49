// Named snapshots of the world: kept, returned to, forgotten.

import { button, fill, h, say } from "../dom.js";
import { brief } from "../format.js";
import { worldNow } from "../head/time.js";
import { ask, attempt, notice } from "../parts/notice.js";
import { session } from "../session.js";
import { keep, restore } from "./state.js";

const BEFORE = "before-restore";

/** The part of the menu that holds them. */
export function snapshotPart() {
  const list = h("ul", { class: "worlds" });
  let names = [];
  const name = h("input", { placeholder: "a name", "aria-label": "Name of the snapshot", maxlength: "100", required: true });

  async function show() {
    const answer = await attempt(() => session.control("GET", "/snapshots"));
    names = answer?.items.map((each) => each.name) ?? [];
    fill(list, answer?.items.toReversed().map(item));
  }

  function item(snapshot) {
    return h("li", { "data-id": snapshot.name },
      h("span", {}, h("b", {}, snapshot.name), h("span", { class: "dim" }, ` at ${brief(Date.parse(snapshot.now), worldNow())}`)),
      button("Restore", () => back(snapshot.name)),
      button("Delete", () => change("DELETE", snapshot.name), { class: "quiet" }));
  }

  async function change(method, which) {
    const isLost = names.includes(which);
    if (isLost && !(await ask(method === "PUT" ? "Replace the snapshot?" : "Delete the snapshot?", `What “${which}” holds goes for good.`, method === "PUT" ? "Replace" : "Delete"))) return;
    await attempt(() => session.control(method, `/snapshots/${encodeURIComponent(which)}`, method === "PUT" ? {} : undefined));
    say(method === "PUT" ? `Snapshot “${which}” is kept.` : `Snapshot “${which}” is deleted.`);
    show();
  }

  async function save(event) {
    event.preventDefault();
    await change("PUT", name.value.trim());
    name.value = "";
  }

  show();
  return [h("h3", {}, "Snapshots"), list, h("form", { class: "acts", on: { submit: save } }, name, h("button", {}, "Keep a snapshot"))];
}

async function back(name) {
  await attempt(async () => {
    const isKept = await keep(BEFORE);
    if (!isKept && !(await ask("Restore without a way back?", "No more snapshots can be kept, so that no Undo brings back the world as it is now.", "Restore"))) return;
    await restore(name);
    notice(`The world is as it was in “${name}”.`, isKept && ["Undo", () => restore(BEFORE)]);
  });
}
