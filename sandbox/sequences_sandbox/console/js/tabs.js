// Tabs: one panel at a time, the arrow keys move between them.

import { fill, h } from "./dom.js";

let made = 0;

/** Tabs from [label, render] pairs; `render` returns what the panel shows. `extra` stands at the end of the row. */
export function tabs(label, entries, chosen = 0, extra = null) {
  const id = `tabs-${made += 1}`;
  const panel = h("div", { class: "panel", role: "tabpanel", id: `${id}-panel`, tabindex: "0" });
  const buttons = entries.map(([name], index) => h("button", {
    type: "button", role: "tab", id: `${id}-${index}`, "aria-controls": panel.id, on: { click: () => open(index) },
  }, name));
  const list = h("div", { class: "tablist", role: "tablist", "aria-label": label, on: { keydown: move } }, buttons);

  function open(index) {
    buttons.forEach((button, each) => {
      button.setAttribute("aria-selected", String(each === index));
      button.tabIndex = each === index ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", buttons[index].id);
    fill(panel, entries[index][1]());
  }

  function move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (buttons.indexOf(event.target) + step + buttons.length) % buttons.length;
    open(next);
    buttons[next].focus();
  }

  open(chosen);
  return h("div", { class: "tabs" }, h("div", { class: "tabrow" }, list, extra), panel);
}
