// One operation to read and to send: what it does, its form, the request as code, and the response below.

import { send } from "../api.js";
import { on } from "../bus.js";
import { Lifecycle } from "../contract.js";
import { button, fill, h, say } from "../dom.js";
import { codeTabs, requestLine, responseView } from "../parts/exchange.js";
import { markdown } from "../parts/markdown.js";
import { copyButton } from "../parts/clipboard.js";
import { LANGUAGES } from "../parts/snippets.js";
import { tabs } from "../parts/tabs.js";
import { home } from "../root.js";
import { address, readdress } from "../router.js";
import { session } from "../session.js";
import { every } from "../throttle.js";
import { operationForm } from "./form.js";
import { otherIds, suitingRuns, workWith } from "./pick.js";
import { responseList } from "./responses.js";

let language = LANGUAGES[0];

/**
 * The operation's page: {element, show}. `wish` may name a run, a language and an example; `target` is where links of an
 * embed open.
 */
export function operationPage(api, operation, wish = {}) {
  const lifecycle = new Lifecycle(api);
  const line = h("div", {});
  const code = h("div", { class: "code" });
  const scope = h("p", { class: "dim scope" });
  const outcome = h("div", { class: "outcome-place", "aria-live": "polite" });
  const sender = button("Send", press, { class: "primary send" });
  let sent = false;
  if (wish.language) language = LANGUAGES.find((each) => each.toLowerCase() === wish.language.toLowerCase()) ?? language;
  const draw = every(100, () => { if (element.isConnected) drawRequest(); });
  const form = operationForm(api, operation, { example: wish.example, changed: draw });
  const element = h("article", { class: "operation", "data-operation": operation.id },
    h("header", { class: "operation-head" }, h("h2", {}, operation.summary),
      wish.target ? null : copyButton("Copy link", () => home + link())),
    h("div", { class: "doc" }, h("div", { class: "prose" }, markdown(operation.description)), scope, form.element, responseList(api, operation)),
    h("div", { class: "request" }, h("div", { class: "exchange" }, line, code), outcome));
  element.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) press(); });

  /** Its address, with what was given to its parameters. */
  const link = () => address(`/try/${operation.id}`, form.given());

  function drawRequest() {
    if (!wish.target && element.offsetParent) readdress(link());
    const focused = document.activeElement === sender;
    fill(scope, scopeNote(operation));
    fill(line, requestLine(form.request(), sender));
    if (focused) sender.focus({ preventScroll: true }); // the line is drawn anew, and the button with it
    fill(code, tabs("Code", codeTabs(form.request), LANGUAGES.indexOf(language), (chosen) => { language = chosen; }));
  }

  async function press() {
    sender.disabled = true;
    const request = form.request();
    fill(outcome, h("p", { class: "dim" }, "Waiting for the response…"));
    const exchange = await send(request);
    sender.disabled = false;
    sent = true;
    if (form.run()) workWith(form.run());
    fill(outcome, responseView(exchange), onward(exchange));
    say(`${operation.summary}: ${exchange.status || "no response"}. ${exchange.json?.message ?? ""}`);
    if (outcome.getBoundingClientRect().top > innerHeight - 120) outcome.scrollIntoView({ block: "nearest" });
  }

  /** Where to look next: at the run, and at the journal. */
  function onward({ answered, status }) {
    const id = answered.find(([name]) => name === "x-request-id")?.[1];
    const world = wish.world?.() ?? "";
    return h("p", { class: "onward" },
      form.run() && status !== 404 && h("a", { href: `/runs/${form.run()}${world}`, target: wish.target }, "Watch this run"),
      id && h("a", { href: `/journal/${id}${world}`, target: wish.target }, "See it in the journal"));
  }

  /** Offers runs that suit, where the operation takes one. */
  async function offer() {
    const [others, runs] = await Promise.all([otherIds(operation), form.wantsRun && suitingRuns(api, lifecycle, operation.event)]);
    form.suggest(others);
    if (runs) await form.offer(runs, wish.run);
  }

  // What the visitor did is theirs to see; what time or the engine did must not spoil the next press of Send.
  const again = every(1000, () => { if (element.isConnected && element.offsetParent) offer(); });
  const renew = () => { form.write({}); again(); };
  on("sequence", ({ by, sequence }) => {
    if (by !== "client" && sequence.id === form.run() && !lifecycle.allows(operation.event, sequence.status)) renew();
  });
  on("key", draw);
  on("fresh", ({ why }) => { if (why !== "seen") { fill(outcome); sent = false; (why === "back" ? again : renew)(); draw(); } });

  /** Shows it: with runs that suit now, unless its last response is still to be read. `values` are parameters by name. */
  function show(values = {}) {
    form.write(values);
    draw();
    if (!sent) offer();
  }

  return { element, show };
}

function scopeNote({ scope }) {
  if (scope === null) return "Any valid key may call it.";
  const lacking = session.key && !session.key.scopes.includes(scope);
  return ["Needs a key with the scope ", h("code", {}, scope), ".", lacking ? h("b", {}, " The chosen key lacks it.") : null];
}
