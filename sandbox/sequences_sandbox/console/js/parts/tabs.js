// Tabs: one panel at a time, the arrow keys move between them.

import { button, fill, h } from "../dom.js";

let made = 0;

/** Tabs from [label, render] pairs; `render` returns what the panel shows. `opened` is called with a label that is opened. */
export function tabs(label, entries, chosen = 0, opened = () => {}) {
  const id = `tabs-${made += 1}`;
  const panel = h("div", { class: "panel", role: "tabpanel", id: `${id}-panel`, tabindex: "0" });
  const buttons = entries.map(([name], index) => button(name, () => { open(index); opened(name); }, {
    role: "tab", id: `${id}-${index}`, "aria-controls": panel.id,
  }));
  const list = h("div", { class: "tablist", role: "tablist", "aria-label": label, on: { keydown: move } }, buttons);

  function open(index) {
    buttons.forEach((each, place) => {
      each.setAttribute("aria-selected", String(place === index));
      each.tabIndex = place === index ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", buttons[index].id);
    fill(panel, entries[index][1]());
  }

  function move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (buttons.indexOf(event.target) + step + buttons.length) % buttons.length;
    buttons[next].click();
    buttons[next].focus();
  }

  open(Math.max(0, chosen));
  return h("div", { class: "tabs" }, list, panel);
}
