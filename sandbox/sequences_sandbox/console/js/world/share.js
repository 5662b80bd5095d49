// Links that name this world behind the #, which no browser sends to a server: by its key, only after a question, or by its id.

import { copyButton } from "../parts/clipboard.js";
import { ask } from "../parts/notice.js";
import { home } from "../root.js";
import { session } from "../session.js";

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
