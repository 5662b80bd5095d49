// Faults: what goes wrong on purpose, how often each key may call, and a request to see it by.

import { on } from "../bus.js";
import { contract } from "../contract.js";
import { h, say } from "../dom.js";
import { ask, attempt, warn } from "../parts/notice.js";
import { go, readdress } from "../router.js";
import { faultForm } from "./form.js";
import { limitForm } from "./limit.js";
import { showRules } from "./list.js";
import { changeRules, faultRules, rateLimit } from "./rules.js";
import { trial } from "./trial.js";
import { effectWords } from "./words.js";

/** Builds the view. */
export async function open(section) {
  const list = h("section", { class: "faults", "aria-label": "Faults" });
  const see = trial(await contract());
  const form = await faultForm(save, () => go("/faults"));
  let selected = null;
  let shown = null;
  section.append(h("div", { class: "columns" }, h("div", { class: "card" }, form.element), h("div", { class: "stack" }, list, see.element, limitForm())));

  const acts = {
    turn: (rule, enabled) => change(enabled ? "The fault is on." : "The fault is off.", "PATCH", `/faults/${rule.id}`, { enabled }),
    again: (rule) => change("The fault is active again.", "PATCH", `/faults/${rule.id}`, whole(rule)),
    remove: async (rule) => {
      if (!(await ask("Remove this fault?", `${effectWords(rule.effect)}: it goes for good. Off keeps it.`, "Remove"))) return;
      if (rule.id === selected) go("/faults");
      change("The fault is removed.", "DELETE", `/faults/${rule.id}`);
    },
    clear: async () => {
      if (!(await ask("Remove all faults?", "They go for good.", "Remove all"))) return;
      go("/faults");
      change("No fault is left.", "DELETE", "/faults");
    },
  };

  async function save(rule, id) {
    const done = await change(id ? "The fault is changed." : "The fault is active.", id ? "PATCH" : "POST", id ? `/faults/${id}` : "/faults", id ? whole(rule) : rule);
    if (!done) return;
    see.choose(rule.match?.operation);
    if (id) go("/faults");
  }

  async function change(words, ...how) {
    const done = await attempt(async () => { await changeRules(...how); return true; });
    if (done) say(words);
    return done;
  }

  function draw() {
    if (section.hidden) return;
    const rule = faultRules().find(({ id }) => id === selected) ?? null;
    if (selected !== null && rule === null && rateLimit() !== undefined) {
      warn("This world has no such fault: it may have been removed. Add it again, or choose another.");
      leave();
    }
    showRules(list, acts, selected);
    // Once for each rule: what is being typed stays while counters move.
    if (shown !== (rule?.id ?? null)) {
      shown = rule?.id ?? null;
      form.edit(rule);
    }
  }

  function leave() {
    selected = null;
    readdress("/faults");
  }

  on("rules", draw);
  on("fresh", ({ another, why }) => {
    form.keys();
    if (why !== "seen") see.clear();
    if (another && !section.hidden) leave();
  });
  form.edit(null);
  return {
    show({ parts: [, id] }) {
      selected = id ?? null;
      draw();
    },
  };
}

/** A change says of every part what it is to be from now on: null where a part is left out. The rule begins afresh with it. */
const whole = ({ match, effect, times = null, for: lasting = null }) => ({ match, effect, times, for: lasting });
