// What a page needs first, in a script of its own: the world is asked for while the views are still on their way.

import { openWorld } from "./world/link.js";

/** Resolves once there is a world. Rejects where none can be had. */
export const opening = openWorld();

// Whoever awaits it meets its error; until then it is no unhandled one.
opening.catch(() => {});
