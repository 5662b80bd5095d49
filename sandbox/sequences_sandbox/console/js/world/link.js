// A world in the address, behind the #, which no browser sends to a server: by its key, only after a question, or by its id.

import { ask, attempt, notice, warn } from "../parts/notice.js";
import { session } from "../session.js";
import { readKept } from "./kept.js";
import { ENDED } from "./words.js";

/**
 * Opens a world to begin with: that of the address if it may be had, else the visitor's own, made where there is none. Where it
 * throws, the address keeps what it carries, for the next try.
 */
export async function openWorld() {
  const { key, world } = carried();
  const kept = readKept().worlds.find(({ id, keys }) => id === world || keys.some(({ token }) => token === key));
  if (kept) await attempt(() => session.switchTo(kept.id));
  else if (key !== null) await offer(key);
  if (session.world === null && (await session.open())) notice(ENDED);
  if (!kept && key === null && world !== null) {
    notice("This link belongs to another world, whose key it does not carry. What you see is in a world of your own. Ask for “Copy link for a colleague”.");
  }
  if (key !== null || world !== null) history.replaceState(null, "", location.pathname + location.search);
}

/** Begins again where a link is put into the address of a page that is open. */
export function followAddress() {
  addEventListener("hashchange", () => {
    const { key, world } = carried();
    if (key !== null || world !== null) location.reload();
  });
}

function carried() {
  const given = new URLSearchParams(location.hash.slice(1));
  return { key: given.get("key"), world: given.get("world") };
}

async function offer(key) {
  const own = readKept().worlds.length > 0 ? "Your own stays in “My worlds”." : "Without it you get a world of your own.";
  if (!(await ask("Open the world of this link?", `The link carries the key of someone's sandbox world. ${own}`, "Open", "Use my own"))) return;
  try {
    await session.openByKey(key);
    notice("You are in the world of the link.");
  } catch (error) {
    if (error.status !== 401) throw error;
    warn("The key of this link opens no world: the world has ended, or a part of the link is missing. What you see is in a world of your own.");
  }
}
