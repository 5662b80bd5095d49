// Who a run is about, and its fields as the API gives them.

import { basePath } from "../contract.js";
import { contact, contactName, template, templateName } from "../directory.js";
import { fill, h } from "../dom.js";
import { copyButton } from "../parts/clipboard.js";
import { statusPill } from "../parts/status.js";

const SHOWN = ["email", "job_title", "company_name", "company_domain", "linkedin_url", "phone_number", "city", "country"];

/** Shows a run's contact, template and fields. */
export function showFacts(place, api, run) {
  const person = contact(run.contact_id);
  const playbook = template(run.sequence_template_id);
  fill(place,
    h("h3", {}, "Fields"),
    h("dl", { class: "fields" }, Object.entries(run).map(([name, value]) => [h("dt", {}, name), h("dd", {}, shown(name, value))])),
    person && record(`Contact: ${contactName(run.contact_id).name}`, `${basePath(api)}/contacts/${person.id}`, SHOWN.map((name) => [name, person[name]]).filter(([, value]) => value)),
    playbook && record(`Template: ${templateName(playbook.id)}`, `${basePath(api)}/sequence-templates/${playbook.id}`, Object.entries(playbook).filter(([, value]) => value !== null)));
}

function record(title, path, pairs) {
  return h("details", { class: "record" }, h("summary", {}, title), h("p", { class: "asked" }, h("b", { class: "method" }, "GET"), h("code", {}, path)),
    h("dl", { class: "fields" }, pairs.map(([name, value]) => [h("dt", {}, name), h("dd", {}, h("code", {}, String(value)))])));
}

function shown(name, value) {
  if (name === "status") return statusPill(value);
  if (value === null) return h("span", { class: "dim" }, "null");
  if (typeof value === "object") return h("code", {}, JSON.stringify(value, null, 1));
  const [known, read] = { contact_id: [contactName(value).name, "getContact"], sequence_template_id: [templateName(value), "getSequenceTemplate"] }[name] ?? [];
  const named = known && !value.startsWith(known) ? h("a", { href: `/try/${read}?${name}=${value}` }, known) : null;
  if (!name.endsWith("id")) return h("code", {}, value);
  return [named, h("code", {}, value), copyButton("Copy", () => value, { "aria-label": `Copy ${name}` })];
}
