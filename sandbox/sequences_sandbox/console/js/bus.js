// What happens, told between the parts of the page. Kinds: `world` (another world, or the same one begun anew), `key`,
// `sequence`, `request`, `clock` (as the event stream tells them), `live` (whether the stream is open).

const bus = new EventTarget();

/** Calls `hear` with what is told of a kind. */
export function on(kind, hear) {
  bus.addEventListener(kind, (event) => hear(event.detail));
}

/** Tells. */
export function tell(kind, detail) {
  bus.dispatchEvent(new CustomEvent(kind, { detail }));
}
