// A request to see a fault by: any operation, filled in so that it succeeds when nothing goes wrong.

import { send } from "../api.js";
import { Lifecycle, operations } from "../contract.js";
import { button, fill, h, select } from "../dom.js";
import { exchangeView } from "../parts/exchange.js";
import { exampleBody, requestOf } from "../reference/draft.js";
import { otherIds, suitingRuns } from "../reference/pick.js";

const RUN = "sequence_id";

/** The form, and below it the last request with its response. */
export function trial(api) {
  const known = operations(api);
  const lifecycle = new Lifecycle(api);
  const choice = select({ "aria-label": "Operation to send" }, known.map(({ id }) => [id, id]));
  const sender = button("Send", press, { class: "primary" });
  const outcome = h("div", { class: "outcome-place" });
  const element = h("section", { "aria-label": "See it" }, h("h2", {}, "See it"),
    h("div", { class: "acts trial" }, choice, sender, h("span", { class: "dim" }, "with the chosen key")), outcome);

  async function press() {
    const chosen = known.find(({ id }) => id === choice.value);
    sender.disabled = true;
    fill(outcome, h("p", { class: "dim" }, "Waiting for the response…"));
    const request = requestOf(api, chosen, await values(chosen), { body: exampleBody(chosen) });
    fill(outcome, exchangeView(await send(request)));
    sender.disabled = false;
  }

  /** Values for the parameters in the path: a run that suits, a contact that exists. */
  async function values(operation) {
    const found = await otherIds(operation);
    if (!operation.path.includes(`{${RUN}}`)) return found;
    const [run] = await suitingRuns(api, lifecycle, operation.event);
    return { ...found, [RUN]: run?.id };
  }

  return { element, choose: (id) => { if (id) choice.value = id; }, clear: () => fill(outcome) };
}
