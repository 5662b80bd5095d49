// The key that is sent: each key of the world by organization, or none.

import { on } from "../bus.js";
import { fill, h } from "../dom.js";
import { copyButton } from "../parts/clipboard.js";
import { session } from "../session.js";

/** Fills the key switch and keeps it true. */
export function startKeys(switcher, copy) {
  const copying = copyButton("Copy", () => session.token, { id: copy.id, "aria-label": "Copy the key" });
  copy.replaceWith(copying);
  switcher.addEventListener("change", () => session.choose(switcher.value));
  const show = () => {
    fill(switcher, keyOptions());
    switcher.value = session.chosen;
    copying.disabled = session.token === null;
  };
  on("key", show);
  on("fresh", show);
  show();
}

/** The options of a key switch; organizations are told apart where there are several. */
export function keyOptions() {
  const option = ([value, label]) => h("option", { value }, label);
  const groups = session.choices;
  const keys = groups.length === 1 ? groups[0][1].map(option) : groups.map(([name, choices]) => h("optgroup", { label: name }, choices.map(option)));
  return [keys, option(["none", "No key"])];
}
