// What happens, told between the parts of the page.
//
//   sequence, request, clock  what the event stream tells
//   live                      whether that stream is open
//   world                     there is another world
//   begun                     the world began anew: it was reset or restored
//   ready                     after either, when the directory knows it; true for another world
//   key                       the visitor chose another key
//   lost                      the world was gone, and there is a new one
//   closed                    there is no world to be had, and why

const bus = new EventTarget();

/** Calls `hear` with what is told of a kind. */
export function on(kind, hear) {
  bus.addEventListener(kind, (event) => hear(event.detail));
}

/** Tells. */
export function tell(kind, detail) {
  bus.dispatchEvent(new CustomEvent(kind, { detail }));
}
