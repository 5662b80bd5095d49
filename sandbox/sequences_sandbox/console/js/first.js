// What a page needs first, in a script of its own: the world is asked for while the views are still on their way.

import { session } from "./session.js";

/** Resolves once there is a world, to the kept one that was found gone, if any was. Rejects with NoWorld. */
export const opening = session.open();

// Whoever awaits it meets its error; until then it is no unhandled one.
opening.catch(() => {});
