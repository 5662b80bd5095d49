// A world in an address, behind the #, which no browser sends to a server: by its key, only after a question, or by its id.

import { copyButton } from "../parts/clipboard.js";
import { ask, attempt, notice } from "../parts/notice.js";
import { home } from "../root.js";
import { session } from "../session.js";
import { readKept } from "./kept.js";


/** An address that opens this world for whoever has it; null where the visitor would rather not. */
async function linkWithKey(path) {
  const sure = await ask("A link with your key?",
    "Whoever has this link can see and change this world until it ends. It is a simulation: no one is contacted, and nothing else is opened by the key.", "Copy the link");
  return sure ? `${home}${path}#key=${session.widestToken}` : null;
}

/** The button for that. */
export const copyLinkWithKey = (path) => copyButton("Copy link for a colleague…", () => linkWithKey(path), { class: "" });

/** A button that copies the address for this browser; whoever lacks the world is told so. */
export const copyLink = (path) => copyButton("Copy link", () => `${home}${path}#world=${session.world.id}`, { class: "" });

/** {key, world} of the address of this page, taken out of it; null where there is none. */
export function worldInAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const [key, world] = [given.get("key"), given.get("world")];
  if (key !== null || world !== null) history.replaceState(null, "", location.pathname + location.search);
  return { key, world };
}

/** Goes to the world that came with the address: by its key if the visitor agrees, by its id if this browser has it. */
export async function follow({ key, world }) {
  if (key) return offer(key);
  if (!world || world === session.world.id) return;
  if (readKept().worlds.some(({ id }) => id === world)) await attempt(() => session.switchTo(world));
  else notice("This link belongs to another world, whose key it does not carry. What you see is in a world of your own. Ask for “Copy link for a colleague”.");
}

async function offer(key) {
  if (session.world.keys.some(({ token }) => token === key)) return;
  if (!(await ask("Open the world of this link?", "The link carries the key of someone's sandbox world. Your own stays in “My worlds”.", "Open"))) return;
  await attempt(async () => {
    await session.openByKey(key);
    notice("You are in the world of the link. Yours is in “My worlds”.");
  });
}
