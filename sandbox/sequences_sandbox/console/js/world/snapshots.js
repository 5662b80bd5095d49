// Named snapshots of the world: kept, returned to, forgotten.

import { button, fill, h, say } from "../dom.js";
import { brief } from "../format.js";
import { worldNow } from "../head/time.js";
import { ask, attempt, notice } from "../parts/notice.js";
import { session } from "../session.js";
import { keep, restore, UNKEPT } from "./state.js";

const BEFORE = "before-restore";

/** The part of the menu that holds them, and what reads them anew. */
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
      button("Delete", () => remove(snapshot.name), { class: "quiet" }));
  }

  async function save(event) {
    event.preventDefault();
    const wanted = name.value.trim();
    if (names.includes(wanted) && !(await sure("Replace", wanted))) return;
    await change("PUT", wanted, {}, "kept");
    name.value = "";
  }

  async function remove(which) {
    if (await sure("Delete", which)) await change("DELETE", which, undefined, "deleted");
  }

  const sure = (verb, which) => ask(`${verb} the snapshot?`, `What “${which}” holds goes for good.`, verb);

  async function change(method, which, body, done) {
    await attempt(() => session.control(method, `/snapshots/${encodeURIComponent(which)}`, body));
    say(`Snapshot “${which}” is ${done}.`);
    show();
  }

  const part = [h("h3", {}, "Snapshots"), list, h("form", { class: "acts", on: { submit: save } }, name, h("button", {}, "Keep a snapshot"))];
  return [part, show];
}

async function back(name) {
  await attempt(async () => {
    const isKept = await keep(BEFORE);
    if (!isKept && !(await ask("Restore without a way back?", `No Undo brings back ${UNKEPT}.`, "Restore"))) return;
    await restore(name);
    notice(`The world is as it was in “${name}”.`, isKept && ["Undo", () => restore(BEFORE)]);
  });
}
