// Try: the reference of the contract, ready to send with the visitor's own key and runs.

import { on } from "../bus.js";
import { worldNow } from "../clock.js";
import { basePath, contract } from "../contract.js";
import { knownRuns, readDirectory } from "../directory.js";
import { copyButton, fill, h, soon } from "../dom.js";
import { session } from "../session.js";
import { settings, showReference } from "./component.js";
import { suited, tailored } from "./tailor.js";

/** Builds the view. */
export async function open(section) {
  const original = await contract();
  const base = location.origin + basePath(original);
  const strip = h("section", { class: "strip", "aria-label": "Your world" });
  const place = h("div", { class: "reference" }, h("main", { class: "blank dim" }, "Loading the reference…"));
  section.append(strip, place);
  let chosen = new Map();
  let reference = null;

  function prepare() {
    chosen = suited(original, knownRuns());
    introduce(strip, base, knownRuns().length);
    return tailored(original, { chosen, token: session.token, now: worldNow() });
  }

  const again = soon(() => reference?.updateConfiguration(settings(prepare(), session.token)), 100);
  const learn = soon(() => readDirectory().then(again), 300);

  on("ready", again);
  on("key", again);
  on("sequence", ({ by, sequence }) => {
    // What the visitor did is theirs to see; what time or the engine did must not spoil the next press of "send".
    const spoilt = [...chosen.values()].some(({ run, statuses }) => run === sequence.id && statuses && !statuses.includes(sequence.status));
    if (spoilt && by !== "client" && !place.querySelector("[role=dialog]")) learn();
  });

  const document = prepare();
  // The page is painted before five megabytes of script are asked for.
  requestAnimationFrame(() => setTimeout(async () => {
    try {
      reference = await showReference(place, document, session.token);
    } catch (error) {
      fill(place, h("main", { class: "blank" }, error.message));
    }
  }));
  return {};
}

function introduce(strip, base, runs) {
  const token = session.token;
  fill(strip,
    h("p", {}, h("b", {}, session.world.own ? "A world of your own: " : "The world of the given key: "),
      `${runs} runs and a clock. Point your application here too.`),
    h("dl", { class: "facts" },
      h("dt", {}, "Base URL"), h("dd", {}, h("code", {}, base), copyButton("Copy", () => base, { "aria-label": "Copy the base URL" })),
      h("dt", {}, "Key"), h("dd", {}, token ? [h("code", {}, token), copyButton("Copy", () => token, { "aria-label": "Copy the chosen key" })] : "none is sent")));
}
