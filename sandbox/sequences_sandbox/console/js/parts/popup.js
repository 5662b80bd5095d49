// Panels that open below a button. The browser opens, closes and focuses them; only their place is ours.

/** Lets `panel` open below `button`, within the window. */
export function attach(button, panel) {
  button.popoverTargetElement = panel;
  button.setAttribute("aria-haspopup", "dialog");
  panel.addEventListener("toggle", (event) => {
    button.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState !== "open") return;
    const { left, bottom } = button.getBoundingClientRect();
    const most = document.documentElement.clientWidth - panel.offsetWidth - 8;
    panel.style.setProperty("top", `${bottom + 6}px`);
    panel.style.setProperty("max-height", `calc(100vh - ${bottom + 18}px)`);
    panel.style.setProperty("left", `${Math.max(8, Math.min(left, most))}px`);
  });
}
