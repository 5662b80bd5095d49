// A run's status as a coloured word.

import { h } from "../dom.js";

/** A status. */
export const statusPill = (name) => h("span", { class: "status", "data-status": name }, name);

/** A change of status: both, or the one where it stayed. */
export function changePills({ from, to }) {
  if (from === to) return statusPill(to);
  return [from ? [statusPill(from), h("span", { class: "dim" }, "→")] : null, statusPill(to)];
}
