// The moves of the world's clock that this browser heard of, by world: the sandbox keeps none.

import { on } from "../bus.js";
import { session } from "../session.js";

const PLACE = "sequences-sandbox-clock";
const MOST = 50;

let heard = [];

/** Keeps them from now on. */
export function startMoves() {
  heard = read();
  on("jump", (move) => {
    heard = [...heard, move].slice(-MOST);
    write(heard);
  });
  on("fresh", ({ another, why }) => {
    if (another) heard = read();
    // A new timeline: moves of the former one are not on its axis.
    if (why === "reset" || why === "restored") { heard = []; write(heard); }
  });
}

/** {from, to} in milliseconds, oldest first. */
export const clockMoves = () => heard;

function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(PLACE));
    return kept?.world === session.world.id ? kept.moves : [];
  } catch {
    return [];
  }
}

function write(moves) {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify({ world: session.world.id, moves }));
  } catch {
    // Where the browser keeps nothing, moves are of this page.
  }
}
