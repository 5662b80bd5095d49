// What a visitor ought to know of a world: when it ends, and how much it may hold.

import { brief, count, span } from "../format.js";

export const ENDED = "Your earlier world has ended: it was not used for a while, or the sandbox was restarted. This is a new one, with new keys.";

/** When it ends, as sentences. Its end is by the machine's time, not by the world's. */
export function endWords({ idle, ends_at: ends }) {
  if (idle === null) return "It stays until it is deleted.";
  const latest = ends === null ? "" : `, at the latest on ${brief(Date.parse(ends), Date.now())} UTC of real time`;
  return `It ends after ${span(idle * 1000)} without use${latest}.`;
}

/** How much it may hold; null where that is as much as there is room for. */
export function limitWords({ limits }) {
  if (limits.runs === null) return null;
  const { runs, variable_characters: characters, document_bytes: bytes, snapshots, faults } = limits;
  const room = [`${count(runs, "run")} in an organization`, `${count(characters, "character")} of variables in a run`,
    `${Math.floor(bytes / (1 << 20))} MB of data`, count(snapshots, "snapshot"), count(faults, "fault")];
  return `At most ${room.join(", ")}.`;
}
