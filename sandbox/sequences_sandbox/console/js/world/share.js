// A world in an address: its key stands behind the #, which no browser sends to a server, and only after a question.

import { ask, attempt, notice } from "../parts/notice.js";
import { home } from "../root.js";
import { session } from "../session.js";

const NAME = "key";

/** An address that opens this world for whoever has it; null where the visitor would rather not. */
export async function linkWithKey(path) {
  const sure = await ask("A link with your key?",
    "Whoever has this link can see and change this world until it ends. It is a simulation: no one is contacted, and nothing else is opened by the key.", "Copy the link");
  return sure ? `${home}${path}#${NAME}=${session.controlToken}` : null;
}

/** The key in the address of this page, taken out of it; null where there is none. */
export function keyInAddress() {
  const key = new URLSearchParams(location.hash.slice(1)).get(NAME);
  if (key !== null) history.replaceState(null, "", location.pathname + location.search);
  return key;
}

/** Offers to open the world of a key that came with the address. */
export async function offer(key) {
  if (session.world.keys.some(({ token }) => token === key)) return;
  if (!(await ask("Open the world of this link?", "The link carries the key of someone's sandbox world. Your own stays in “My worlds”.", "Open"))) return;
  await attempt(async () => {
    await session.openByKey(key);
    notice("You are in the world of the link. Yours is in “My worlds”.");
  });
}
