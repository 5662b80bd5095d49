// A banner while the sandbox does not answer: since when, and that the page goes on by itself.

import { on } from "../bus.js";
import { fill, h } from "../dom.js";
import { timeOf } from "../format.js";

// A stream that breaks and is open again within this time is not worth a word.
const PATIENCE = 1200;

/** Shows and hides the banner as the stream of events comes and goes. */
export function startOutage(place) {
  let timer = 0;
  let since = null;
  on("live", (live) => {
    if (live) {
      clearTimeout(timer);
      since = null;
      place.hidden = true;
      return;
    }
    if (since !== null) return;
    since = Date.now();
    timer = setTimeout(() => show(since), PATIENCE);
  });

  function show(began) {
    place.hidden = false;
    fill(place, h("b", {}, "The sandbox does not answer"), h("span", {},
      `since ${timeOf(began)} UTC. It may be restarting. This page tries again by itself and goes on where it was; a sandbox that keeps worlds in memory begins with a new one.`));
  }
}
