// What an operation can return: each status with its meaning, an example and its fields.

import { deref, schemaOf } from "../contract.js";
import { h } from "../dom.js";
import { json } from "../parts/json.js";
import { statusMark } from "../parts/exchange.js";
import { inline, markdown } from "../parts/markdown.js";

/** The documented responses of an operation. */
export function responseList(api, { responses, event }) {
  return h("section", { class: "responses" }, h("h3", {}, "Responses"), responses.map((response) => one(api, response, event)));
}

/** One status. Where the contract has an example for the operation's event, it is that one. */
function one(api, { status, description, content }, event) {
  const media = content?.["application/json"];
  const details = h("details", {}, h("summary", {}, statusMark(Number(status)), " ", h("span", {}, inline(description.trim()))));
  // Drawn when it is opened: a page of many operations and statuses has many of them.
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1 || !media) return;
    const example = deref(api, media.examples?.[event] ?? Object.values(media.examples ?? {})[0]);
    details.append(...(example ? [h("pre", { class: "wrapped", tabindex: "0" }, json(JSON.stringify(example.value)))] : []),
      fieldTable(api, media.schema));
  });
  return details;
}

/** The fields of an object, or of the items of a page. */
export function fieldTable(api, value) {
  const schema = schemaOf(api, value);
  const rows = Object.entries(schema.properties ?? {});
  return h("dl", { class: "schema" }, rows.map(([name, each]) => {
    const property = schemaOf(api, each);
    const type = [property.type ?? "any", property.format, property.nullable && "or null"].filter(Boolean).join(", ");
    const choices = property.enum ? [" One of ", property.enum.map((choice, index) => [index ? ", " : "", h("code", {}, String(choice))]), "."] : null;
    return [h("dt", {}, h("code", {}, name), h("small", { class: "dim" }, type)),
      h("dd", {}, markdown(property.description).slice(0, 1), choices)];
  }));
}
