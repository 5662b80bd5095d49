// Elements from values. Whatever is shown goes through a text node or an attribute, never through markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element; `attributes` may hold `on` (listeners by event), and false or null leaves an attribute out. */
export function h(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for a drawing. */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, { on = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  element.append(...nodes(children));
  return element;
}

/** What stands in `element` from now on. Where the focus was on something that is there again, it stays on that. */
export function fill(element, ...children) {
  const focused = document.activeElement;
  const held = focused !== element && element.contains(focused) ? mark(focused) : null;
  element.replaceChildren(...nodes(children));
  if (held !== null) {
    const again = [...element.querySelectorAll("a, button, select, input")].find((each) => mark(each) === held);
    (again ?? element.closest("[tabindex='-1']"))?.focus({ preventScroll: true });
  }
  return element;
}

function mark(element) {
  const row = element.closest("[data-id]")?.dataset.id;
  return [row, element.tagName, element.getAttribute("aria-label") ?? element.textContent].join("|");
}

function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** A select whose options are [value, label] pairs. */
export function select(attributes, options, chosen) {
  const element = h("select", attributes, options.map(([value, label]) => h("option", { value }, label)));
  if (chosen !== undefined && chosen !== null) element.value = chosen;
  return element;
}

/** A labelled control: the label stands above it. */
export function field(label, control, hint) {
  return h("label", { class: "field" }, h("span", {}, label), control, hint ? h("small", {}, hint) : null);
}

/** A button that copies what `text` returns when it is pressed. */
export function copyButton(label, text, attributes = {}) {
  const button = h("button", { type: "button", class: "quiet", ...attributes }, label);
  button.addEventListener("click", () => copied(button, text()));
  return button;
}

/** Copies, and says so on the button. */
export async function copied(button, text) {
  const label = button.dataset.label ?? button.textContent;
  button.dataset.label = label;
  button.textContent = (await toClipboard(text)) ? "Copied" : "Not allowed";
  say(button.textContent);
  setTimeout(() => { button.textContent = label; }, 1500);
}

/** Returns whether the browser let it. */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS, or in a frame that may not. What stands in a field and is selected can be copied all the same.
    const focused = document.activeElement;
    const field = document.body.appendChild(h("textarea", { class: "unseen", "aria-hidden": "true" }));
    field.value = text;
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    focused.focus({ preventScroll: true });
    return done;
  }
}

/** Gives the visitor a file. */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Says something to whoever listens to the page. */
export function say(text) {
  document.getElementById("said").textContent = text;
}

/** Calls `work` once after the last of many calls. */
export function soon(work, milliseconds = 60) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, milliseconds);
  };
}
