// Panels that open below a button. The browser opens, closes and focuses them; only their place is ours.

/** Lets `panel` open below `button`, within the window. */
export function attach(button, panel) {
  button.popoverTargetElement = panel;
  button.setAttribute("aria-haspopup", "dialog");
  const arrange = () => {
    const open = panel.matches(":popover-open");
    button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    const { left, bottom } = button.getBoundingClientRect();
    const most = document.documentElement.clientWidth - panel.offsetWidth - 8;
    panel.style.setProperty("top", `${bottom + 6}px`);
    panel.style.setProperty("max-height", `calc(100vh - ${bottom + 18}px)`);
    panel.style.setProperty("left", `${Math.max(8, Math.min(left, most))}px`);
  };
  panel.addEventListener("toggle", arrange);
  // A button of the page itself may have been pressed before this script came.
  arrange();
}
