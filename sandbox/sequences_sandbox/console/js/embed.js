// One operation, ready to try, for a frame in a page of documentation: /embed/{operationId}?theme=dark&height=480

import { on } from "./bus.js";
import { basePath, contract, operations } from "./contract.js";
import { knownRuns, readDirectory } from "./directory.js";
import { fill, h, select } from "./dom.js";
import { settings, showReference } from "./reference/component.js";
import { suited, tailored } from "./reference/tailor.js";
import { session } from "./session.js";

const THEMES = ["light", "dark"];
const LEAST = 240;

// What the page around has said already is left out, and so is the component's room for scrolling.
const LOOK = `
.t-doc__header, .introduction-section, .tag-section-container > .section, .references-container > .h-dvh { display: none !important; }
.section-container, .section-container .section { padding: 0 !important; border: 0 !important; }
.references-container .section { padding: 16px clamp(20px, 3vw, 28px) 24px !important; }
.scalar-api-reference { min-height: 0 !important; }
`;

const root = document.documentElement;
const main = document.getElementById("main");
const query = new URLSearchParams(location.search);

start(decodeURIComponent(location.pathname.split("/").at(-1)));

async function start(id) {
  const theme = THEMES.includes(query.get("theme")) ? query.get("theme") : undefined;
  if (theme) root.dataset.theme = theme;
  fit(Number(query.get("height")));
  try {
    const [original] = await Promise.all([contract(), session.open()]);
    await readDirectory();
    const operation = operations(original).find((each) => each.id === id);
    document.title = `${operation.summary} · Sequences sandbox`;
    const place = h("div", { class: "reference" });
    fill(main, head(location.origin + basePath(original)), place);
    const chosen = suited(original, knownRuns());
    const tried = () => tailored(original, { chosen, token: session.token, now: Date.now(), only: id });
    const wishes = { css: LOOK, showSidebar: false, forceDarkModeState: theme };
    const reference = await showReference(place, tried(), session.token, wishes);
    on("key", () => reference.updateConfiguration(settings(tried(), session.token, wishes)));
  } catch (error) {
    fill(main, h("main", { class: "blank" }, h("h1", {}, "This cannot be tried here"), h("p", {}, error.message), h("p", {}, wholeConsole())));
  }
}

function head(base) {
  const key = select({ id: "key", on: { change: (event) => session.choose(event.target.value) } }, session.choices, session.chosen);
  return h("header", { class: "embed-head" },
    h("h1", { class: "unseen" }, "Sequences sandbox"),
    h("span", { class: "brand" }, h("img", { src: "/console/mark.svg", alt: "", width: "18", height: "18" }), h("code", { class: "dim" }, base)),
    h("label", { class: "dim", for: "key" }, "Key"), key,
    wholeConsole());
}

const wholeConsole = () => h("a", { href: "/", target: "_blank", rel: "noopener" }, "Open the console");

/**
 * With a height in pixels the content scrolls within it. Without one the page around is told how high the content is, as
 * a message {type: "sequences-sandbox", height}, and may fit the frame to it.
 */
function fit(height) {
  if (height >= LEAST) {
    root.dataset.height = "fixed";
    document.body.style.setProperty("height", `${height}px`);
    return;
  }
  new ResizeObserver(() => parent.postMessage({ type: "sequences-sandbox", height: Math.ceil(main.getBoundingClientRect().height) }, "*")).observe(main);
}
