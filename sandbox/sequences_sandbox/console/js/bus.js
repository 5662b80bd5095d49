// Events between the parts of the page.
//
//   sequence, request, clock  what the world's event stream publishes
//   journal                   the journal was emptied; of the stream too
//   time                      the world's clock was set, moved, stopped or started
//   jump                      it was moved: {from, to}, in milliseconds
//   live                      whether that stream is open
//   fresh                     everything shown has to be read again: {another, why}. `another` where it is another world
//   key                       another key was chosen
//   worlds                    the list of kept worlds changed
//   faults                    a fault rule or the rate limit was changed here
//   rules                     the fault rules and the rate limit were read
//   closed                    there is no world to be had, and why

const bus = new EventTarget();

/** Calls `listener` with the detail of every event of a kind. */
export function on(kind, listener) {
  bus.addEventListener(kind, (event) => listener(event.detail));
}

/** Publishes an event to this page. */
export function publish(kind, detail) {
  bus.dispatchEvent(new CustomEvent(kind, { detail }));
}
