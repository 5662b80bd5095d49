// One run: its timeline and its place in the lifecycle first, then what can be done to it, then its fields.

import { on } from "../bus.js";
import { basePath, contract, Lifecycle } from "../contract.js";
import { contact, contactName, readContacts, soonNamed, templateName } from "../directory.js";
import { button, fill, h } from "../dom.js";
import { brief, span } from "../format.js";
import { move } from "../head/clock.js";
import { worldNow } from "../head/time.js";
import { exchangeView } from "../parts/exchange.js";
import { statusPill } from "../parts/status.js";
import { session } from "../session.js";
import { every } from "../throttle.js";
import { copyLink, copyLinkWithKey } from "../world/share.js";
import { runActions } from "./actions.js";
import { diagram } from "./diagram.js";
import { showFacts } from "./facts.js";
import { nextOf } from "./next.js";
import { timeline } from "./timeline.js";

const READ = 400; // a jump brings many changes at once

/** Builds the view. */
export async function open(section) {
  const api = await contract();
  const lifecycle = new Lifecycle(api);
  let id = null;
  let run = null;
  let next = null; // what falls due for it
  let heard = null; // the run as an event told it while it was read, whose response may be older
  const head = h("header", { class: "run-head" });
  const trouble = h("div", { class: "run-trouble", hidden: true });
  const drawing = h("section", { class: "drawing", "aria-label": "Lifecycle" });
  const fields = h("section", { class: "run-fields", "aria-label": "Fields" });
  const axis = timeline(() => next);
  const actions = runActions(api, lifecycle, () => run, (exchange) => { if (exchange.json?.id === id) update(exchange.json); });
  const body = h("div", { class: "run-body", hidden: true }, axis.element, h("div", { class: "run-side" }, drawing, actions.element), fields);
  section.classList.add("run");
  section.append(head, trouble, body);

  async function load() {
    const wanted = id;
    heard = null;
    const path = `${basePath(api)}/sequences/${encodeURIComponent(wanted)}`;
    const exchange = await session.read(path);
    await soonNamed();
    const owner = exchange.status === 404 ? await session.finder(path) : null;
    if (wanted !== id) return;
    body.hidden = exchange.status !== 200;
    trouble.hidden = exchange.status === 200;
    if (exchange.status !== 200) return showProblem(exchange, owner);
    next = null;
    run = heard ?? exchange.json;
    actions.begin();
    update(run);
    axis.show(run);
    if (await readContacts([run.contact_id])) draw();
  }

  function showProblem(exchange, owner) {
    run = null;
    fill(head, back(), h("h2", {}, "This run cannot be shown"));
    fill(trouble, exchange.status === 404 && (owner
      ? h("p", {}, `It belongs to ${owner[0]}. `, button("Show it with a key of theirs", () => session.choose(owner[1])))
      : h("p", {}, "It is not in this world. A link to a run of another world has to carry that world's key: ask for “Copy link for a colleague”.")), exchangeView(exchange));
  }

  function update(now) {
    run = now;
    draw();
    actions.show();
    readNext();
  }

  const readNext = every(READ, async () => {
    const asked = run;
    const found = asked && (await nextOf(asked));
    if (!asked || run !== asked) return;
    next = found;
    drawHead();
    axis.draw();
  });

  function draw() {
    drawHead();
    fill(drawing, h("h3", {}, "Lifecycle"), h("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": "The lifecycle drawn" }, diagram(lifecycle, run.status)));
    showFacts(fields, api, run);
  }

  function drawHead() {
    const { name, company } = contactName(run.contact_id);
    const title = contact(run.contact_id)?.job_title;
    document.title = `${name} · Sequences sandbox`;
    fill(head, back(),
      h("div", { class: "run-title" }, h("h2", {}, name), statusPill(run.status), wakePart()),
      h("p", { class: "dim" }, [title, company].filter(Boolean).map((words) => `${words} · `),
        h("a", { href: `/watch?sequence_template_id=${run.sequence_template_id}` }, templateName(run.sequence_template_id))),
      h("div", { class: "acts" }, copyLinkWithKey(`/runs/${id}`), copyLink(`/runs/${id}`)));
  }

  /** When a paused run wakes, and the way there. */
  function wakePart() {
    const now = worldNow();
    if (next === null || next.at <= now || !lifecycle.from(run.status).some(({ by, event }) => by === "clock" && event === next.event)) return null;
    return [h("span", { class: "wake dim" }, `wakes ${brief(next.at, now)} UTC, in ${span(next.at - now)}`),
      button("Jump there", () => move({ to: new Date(next.at).toISOString() }))];
  }

  on("sequence", ({ sequence }) => {
    if (sequence.id !== id || section.hidden) return;
    heard = sequence;
    if (run?.id === id) update(sequence);
  });
  on("fresh", () => { if (!section.hidden && id !== null) load(); });
  on("key", () => { if (!section.hidden && id !== null) load(); });
  on("time", () => { if (run && !section.hidden) drawHead(); });

  return {
    show({ parts: [, wanted] }) {
      if (id !== wanted) scrollTo(0, 0);
      id = wanted ?? "";
      load();
    },
  };
}

const back = () => h("a", { class: "back", href: "/watch" }, "← All runs");
