// What this browser keeps: the worlds that the visitor made or opened, and which of them is the current one.

import { root } from "../root.js";

const PLACE = `sequences-sandbox${root}`;

// In a frame of another site many browsers keep nothing. Worlds are of the page then.
export const KEEPS = isKept();

/** {current, worlds}: the id of the current world, and every kept one. */
export function readKept() {
  try {
    const kept = KEEPS ? JSON.parse(localStorage.getItem(PLACE)) : null;
    return Array.isArray(kept?.worlds) ? kept : { current: null, worlds: [] };
  } catch {
    return { current: null, worlds: [] };
  }
}

/** Keeps a world, as the current one where `current` says so. */
export function keepWorld(world, current = true) {
  const kept = readKept();
  const others = kept.worlds.filter((each) => each.id !== world.id);
  writeKept({ current: current ? world.id : kept.current, worlds: [...others, world] });
}

/** Forgets a world. */
export function forgetWorld(id) {
  const kept = readKept();
  writeKept({ current: kept.current === id ? null : kept.current, worlds: kept.worlds.filter((each) => each.id !== id) });
}

/** Which key of a world this tab has chosen, as it was kept; null where none was. */
export const readChoice = (id) => (KEEPS ? sessionStorage.getItem(`${PLACE} ${id}`) : null);

/** Keeps that for as long as the tab lives. */
export function keepChoice(id, value) {
  if (KEEPS) sessionStorage.setItem(`${PLACE} ${id}`, value);
}

/** Calls `changed` when another tab of this browser changed what is kept. */
export function onKeptElsewhere(changed) {
  addEventListener("storage", (event) => { if (event.key === PLACE) changed(readKept()); });
}

/** Runs `work` in one tab or frame at a time, so that a page with many frames makes one world. */
export function alone(work) {
  return KEEPS && navigator.locks ? navigator.locks.request(PLACE, work) : work();
}

function writeKept(value) {
  if (KEEPS) localStorage.setItem(PLACE, JSON.stringify(value));
}

function isKept() {
  try {
    return Boolean(localStorage);
  } catch {
    return false;
  }
}
