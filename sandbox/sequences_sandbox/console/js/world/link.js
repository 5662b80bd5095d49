// A world in the address, behind the #, which no browser sends to a server: by its key, only after a question, or by its id.

import { ask, notice, warn } from "../parts/notice.js";
import { session } from "../session.js";
import { readKept } from "./kept.js";
import { ENDED } from "./words.js";

const SENDABLE = /^[!-~]+$/; // what a browser puts into a header
const OWN = "What you see is in a world of your own.";

/**
 * Opens a world to begin with: that of the address if it may be had, else the visitor's own, made where there is none. Where it
 * throws, the address keeps a link that was not declined, for the next try.
 */
export async function openWorld() {
  const link = carried();
  const kept = readKept().worlds.find(({ id, keys }) => id === link.world || keys.some(({ token }) => token === link.key));
  let problem = null;
  if (kept) problem = await goTo(kept, link.key);
  else if (link.key !== null) problem = await offer(link);
  else if (link.world !== null) problem = "This link belongs to another world, whose key it does not carry. Ask for “Copy link for a colleague”.";
  const ended = session.world === null && (await session.open());
  if (problem) warn(`${problem} ${OWN}`);
  else if (ended) notice(ENDED);
  forget(link);
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
  return { key: given.get("key"), world: given.get("world"), hash: location.hash };
}

/** Takes a link out of the address, unless another one has come into it. */
function forget({ key, world, hash }) {
  if ((key !== null || world !== null) && location.hash === hash) history.replaceState(null, "", location.pathname + location.search);
}

/** Switches to a kept world; why not, where it has ended. */
async function goTo({ id }, token) {
  try {
    await session.switchTo(id, token);
    return null;
  } catch (error) {
    if (error.retry !== null) throw error; // it may be there, but cannot be asked now
    return error.message;
  }
}

/** Opens the world of a key if the visitor agrees; why not, where it opens none. */
async function offer(link) {
  const own = readKept().worlds.length > 0 ? "Your own stays in “My worlds”." : "Without it you get a world of your own.";
  if (!(await ask("Open the world of this link?", `The link carries the key of someone's sandbox world. ${own}`, "Open", { no: "Use my own", safe: true }))) {
    forget(link);
    return "You did not open the world of the link. What it leads to may look the same here, and is not what was sent.";
  }
  try {
    if (SENDABLE.test(link.key)) {
      await session.openByKey(link.key);
      notice("You are in the world of the link.");
      return null;
    }
  } catch (error) {
    if (error.status !== 401) throw error;
  }
  forget(link);
  return "The key of this link opens no world: the world has ended, or a part of the link is missing.";
}
