// Try: the first screen, and a page for each operation of the contract.

import { contract, operations } from "../contract.js";
import { fill, h } from "../dom.js";
import { guide } from "./guide.js";
import { operationPage } from "./operation.js";
import { fieldTable } from "./responses.js";
import { methodMark } from "../parts/exchange.js";
import { markdown } from "../parts/markdown.js";

const ABOUT = "about";

/** Builds the view. */
export async function open(section) {
  const api = await contract();
  const known = operations(api);
  const side = h("nav", { class: "side", "aria-label": "Operations" });
  const stage = h("div", { class: "stage", tabindex: "-1" });
  const pages = new Map();
  section.classList.add("try");
  section.append(side, stage);

  function page(id) {
    if (id === undefined) return guide(api);
    if (id === ABOUT) return about(api);
    const found = known.find((each) => each.id === id);
    return found ? operationPage(api, found) : { element: unknown(id, known), show: () => {} };
  }

  return {
    show({ parts: [, id], query }) {
      fill(side, sideLinks(known, id));
      side.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
      if (!pages.has(id)) pages.set(id, page(id));
      const chosen = pages.get(id);
      if (chosen.element.parentElement !== stage) fill(stage, chosen.element);
      const title = known.find((each) => each.id === id)?.summary;
      if (title) document.title = `${title} · Sequences sandbox`;
      scrollTo(0, 0);
      chosen.show(Object.fromEntries(query));
    },
  };
}

function sideLinks(known, current) {
  const tags = [...new Set(known.map(({ tag }) => tag))];
  const link = (href, here, ...text) => h("li", {}, h("a", { href, "aria-current": here ? "page" : null }, text));
  return [
    h("ul", {}, link("/", current === undefined, "Start here"), link(`/try/${ABOUT}`, current === ABOUT, "About the API")),
    tags.map((tag) => [h("h2", {}, tag), h("ul", {}, known.filter((each) => each.tag === tag)
      .map(({ id, summary, method }) => link(`/try/${id}`, id === current, h("span", {}, summary), methodMark(method))))]),
  ];
}

/** What the contract says about all operations: keys, errors, values, and the statuses of a run. */
function about(api) {
  const element = h("article", { class: "operation about" },
    h("header", { class: "operation-head" }, h("h2", {}, api.info.title)),
    h("div", { class: "doc" }, h("div", { class: "prose" }, markdown(api.info.description),
      h("h3", {}, "The status of a run"), markdown(api.components.schemas.Status.description),
      h("h3", {}, "The form of every error"), markdown(api.components.schemas.Issue.properties.type.description),
      h("p", {}, "The whole contract: ", h("a", { href: "/openapi.yaml", "data-file": "" }, "openapi.yaml"), ", ", h("a", { href: "/openapi.json", "data-file": "" }, "openapi.json"), ".")),
      h("section", {}, h("h3", {}, "A run"), fieldTable(api, { $ref: "#/components/schemas/Sequence" }))));
  return { element, show: () => {} };
}

/** The page in place of an operation that the contract does not have. */
export function unknown(id, known, href = (each) => `/try/${each}`) {
  return h("article", { class: "blank" }, h("h2", {}, `There is no operation “${id}”`), h("p", {}, "The contract has these:"),
    h("ul", { class: "acts" }, known.map((each) => h("li", {}, h("a", { href: href(each.id) }, each.id)))));
}
