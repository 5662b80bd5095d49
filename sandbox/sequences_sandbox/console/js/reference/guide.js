// The first screen: what this is, and three steps that show it.

import { send } from "../api.js";
import { on } from "../bus.js";
import { basePath, operation } from "../contract.js";
import { contact, contactName, readContacts, readDirectory, soonNamed } from "../directory.js";
import { button, facts, fill, h, say } from "../dom.js";
import { brief, count, nextMonday, wire } from "../format.js";
import { move } from "../head/clock.js";
import { worldNow } from "../head/time.js";
import { copyButton } from "../parts/clipboard.js";
import { exchangeView, requestLine } from "../parts/exchange.js";
import { curl } from "../parts/snippets.js";
import { statusPill } from "../parts/status.js";
import { home } from "../root.js";
import { session } from "../session.js";
import { endWords } from "../world/words.js";
import { requestOf } from "./draft.js";
import { workWith } from "./pick.js";

const PAUSE = "pauseSequence";

/** The guide: {element, show}. */
export function guide(api) {
  const element = h("article", { class: "guide" });
  const intro = h("div", { class: "hero" });
  const steps = h("ol", { class: "steps" });
  const outcome = h("div", { class: "outcome-place" });
  const yours = h("section", { class: "yours", "aria-label": "Your program" });
  let run = null;
  let until = null;
  let paused = null; // the status that the pause led to
  let done = 0;
  element.append(intro, steps, outcome, yours);

  const monday = () => until ?? nextMonday(worldNow());
  const words = () => brief(monday(), worldNow());
  const name = () => (run && contact(run.contact_id) ? contactName(run.contact_id).name : "a contact");

  const activeRuns = async () => (await session.read(`${basePath(api)}/sequences?status=ACTIVE&size=5&sort_by=created_at&sort_order=desc`)).json;

  /** Begins the steps, with a run that is active. */
  async function choose() {
    done = 0;
    until = null;
    fill(outcome);
    readDirectory();
    const json = await activeRuns();
    run = json?.items.find((each) => each.contact_id !== null) ?? null;
    if (run) readContacts([run.contact_id]).then((news) => { if (news && run) drawSteps(); });
    await soonNamed();
    draw(json?.total_count ?? 0);
  }

  /** The steps as they are by now, for whoever comes back: what was done stays done, what is over begins again. */
  async function renew() {
    if (done === 0 || done === 3 || (done === 1 && until <= worldNow())) return choose();
    fill(outcome);
    await recount();
  }

  const recount = async () => draw((await activeRuns())?.total_count ?? 0);

  function draw(active) {
    fill(intro, h("h2", {}, "A working Sequences API where nothing is sent"),
      h("p", {}, "This is a simulation: no e-mail, no message, no real contact. ", lifetimeWords(), " ",
        `${count(active, "run")} ${active === 1 ? "is" : "are"} active in it, reaching made-up people step by step, on a clock that you control.`));
    drawSteps();
    drawYours();
  }

  function drawSteps() {
    if (!run) {
      fill(steps, h("li", {}, h("p", {}, "No run is active in this world. Reset it, or make a new one, from the World menu.")));
      return;
    }
    fill(steps,
      step(1, `Pause ${name()} until Monday`, done === 0
        ? ["A run (a sequence) is one outreach to one contact. ", statusPill("ACTIVE"), " means its steps are executed on schedule."]
        : [`${name()}'s run is `, statusPill(paused), ` until ${words()} UTC. None of its steps is executed before.`],
      requestLine(request()), button(`Pause until ${words()}`, pause)),
      step(2, "Jump to that Monday", "Do not wait for days: this world has its own clock, in the bar above. Whatever is due on the way happens, in order.",
        null, button(`Jump to ${words()}`, jump)),
      step(3, "See it wake", `At ${words()} UTC ${name()}'s run becomes ACTIVE again by itself. Watch shows how, on one timeline.`,
        null, h("a", { class: "button", href: `/runs/${run.id}`, on: { click: () => { if (done === 2) done = 3; } } }, "Watch the run")));
  }

  function step(number, title, text, line, act) {
    const state = number <= done ? "done" : number === done + 1 ? "next" : "later";
    act.classList.add(...(state === "next" ? ["primary"] : []));
    act.disabled = state === "later"; // nothing waits for it yet; a link may be followed all the same
    return h("li", { class: `step ${state}`, "data-id": `step-${number}` },
      h("h3", {}, h("span", { class: "number", "aria-hidden": "true" }, state === "done" ? "✓" : number), title, h("span", { class: "unseen" }, state === "done" ? " (done)" : "")),
      h("p", {}, text), line, h("div", { class: "acts" }, act));
  }

  const request = () => requestOf(api, operation(api, PAUSE), { sequence_id: run.id }, { body: { paused_until: wire(monday()) } });

  async function pause() {
    until = nextMonday(worldNow());
    const exchange = await send(request());
    workWith(run.id);
    fill(outcome, exchangeView(exchange));
    outcome.scrollIntoView({ block: "nearest" });
    say(`Pause: ${exchange.status || "no response"}. ${exchange.json?.message ?? ""}`);
    if (exchange.status === 200) { done = 1; paused = exchange.json.status; }
    await recount();
    steps.querySelector(".next")?.scrollIntoView({ block: "nearest" });
  }

  async function jump() {
    if (!(await move({ to: wire(monday()) }))) return;
    const { json } = await session.read(`${basePath(api)}/sequences/${run.id}`);
    done = 2;
    fill(outcome, h("p", { class: "told" }, `It is ${words()} in this world. ${name()}'s run is `, statusPill(json?.status ?? "?"), "."));
    await recount();
  }

  function drawYours() {
    const base = home + basePath(api);
    const sample = () => curl({ method: "GET", url: `${base}/sequences?size=2`, headers: session.token ? { Authorization: `Bearer ${session.token}` } : {} });
    fill(yours, h("h3", {}, "Then point your own program here"),
      facts([
        ["Base URL", h("code", {}, base), copyButton("Copy", () => base, { "aria-label": "Copy the base URL" })],
        ["Key", session.token ? [h("code", {}, session.token), copyButton("Copy", () => session.token, { "aria-label": "Copy the chosen key" })] : "none is sent"],
      ]),
      h("div", { class: "sample" }, copyButton("Copy", sample, { class: "quiet copy", "aria-label": "Copy as curl" }), h("pre", { tabindex: "0" }, sample())),
      h("p", { class: "dim" }, "What it sends shows in the ", h("a", { href: "/journal" }, "journal"), "; make it fail on purpose with ", h("a", { href: "/faults" }, "faults"), "."));
  }

  on("time", () => { if (run && done === 0) { until = null; drawSteps(); } });
  on("key", () => { if (session.world) choose(); });
  on("fresh", ({ why }) => { if (why !== "seen") choose(); });
  let begun = false;
  return { element, show: () => { if (begun) renew(); else { begun = true; choose(); } } };
}

function lifetimeWords() {
  const { world } = session;
  return `${world.own ? "This world, its data and its clock, is yours alone." : "You are in a world that was opened by its key."} ${endWords(world)}`;
}
