// A question about the journal: were such requests sent, how often, and if not, what came nearest.

import { button, fill, h, say, select } from "../dom.js";
import { attempt } from "../parts/notice.js";
import { session } from "../session.js";

const COUNTS = [["at_least", "at least"], ["exactly", "exactly"], ["at_most", "at most"]];
const MATCHED = ["operation", "method", "status", "key_id", "sequence_id"];

/** The form: {element}. `filters` returns the filters that say which requests, `link` the address of an entry. */
export function verification(filters, link) {
  const body = h("textarea", { rows: "2", spellcheck: "false", placeholder: '{"reason": "WIN"}', "aria-label": "Body holds, as JSON" });
  const how = select({ "aria-label": "How often" }, COUNTS);
  const number = h("input", { type: "number", min: "0", step: "1", value: "1", required: true, "aria-label": "Times" });
  const outcome = h("div", { class: "outcome-place", "aria-live": "polite" });
  const hide = button("Hide the result", () => { fill(outcome); hide.hidden = true; }, { class: "quiet", hidden: true });
  const element = h("details", { class: "verify" }, h("summary", {}, "Verify what was sent"),
    h("form", { on: { submit } },
      h("p", { class: "dim" }, "Counts the requests that the filters above match (not by text) and whose JSON body holds this, or any where it is empty:"), body,
      h("div", { class: "acts" }, "There must be", how, number, "of them", h("button", { class: "primary" }, "Verify"), hide)),
    outcome);

  async function submit(event) {
    event.preventDefault();
    const match = Object.fromEntries(MATCHED.map((name) => [name, filters()[name]]).filter(([, value]) => value));
    const result = await attempt(() => {
      if (body.value.trim()) match.body_subset = held();
      if (/^\d+$/.test(match.status ?? "")) match.status = Number(match.status);
      return session.control("POST", "/journal/verify", { match, [how.value]: Number(number.value) });
    });
    if (result) show(result);
  }

  function held() {
    try {
      return JSON.parse(body.value);
    } catch {
      throw new Error('What the body holds is not valid JSON; write it such as {"reason": "WIN"}, or leave it empty.');
    }
  }

  function show({ ok, count, nearest }) {
    const sentence = `${ok ? "Yes" : "No"}: ${count} ${count === 1 ? "request matches" : "requests match"}.`;
    say(sentence);
    hide.hidden = false;
    fill(outcome, h("p", { class: ok ? "told good" : "told bad" }, sentence),
      nearest.length > 0 && [h("h3", {}, "Nearest misses"), h("ul", { class: "cards" }, nearest.map(({ request_id: id, differs }) =>
        h("li", {}, h("a", { href: link(id) }, h("code", {}, id)), h("ul", { class: "points" }, differs.map((each) => h("li", {}, each))))))]);
  }

  return { element };
}
