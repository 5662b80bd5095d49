// Who is who in the world: contacts and templates by id, and when each paused run wakes, from the world's export.

import { session } from "./session.js";
import { resolve } from "./format.js";

let contacts = new Map();
let templates = new Map();
let runs = [];

/** Reads the world anew. */
export async function readDirectory() {
  const document = await session.control("GET", "/world/export");
  const epoch = Date.parse(document.now);
  contacts = new Map(document.organizations.flatMap((each) => each.contacts ?? []).map((each) => [each.id, each]));
  templates = new Map(document.organizations.flatMap((each) => each.sequence_templates ?? []).map((each) => [each.id, each]));
  runs = (document.organizations[0]?.sequences ?? []).map((run) => ({
    id: run.id,
    status: run.status,
    template: run.sequence_template_id,
    wakes: resolve(run.paused_until, epoch),
    next: resolve(run.paused_until ?? run.next_step_at, epoch),
  }));
}

/** The runs of the first organization, with their status at the last reading. */
export const knownRuns = () => runs;

/** When a run wakes, in milliseconds, by the last reading; null where it does not. */
export const wakesAt = (id) => runs.find((run) => run.id === id)?.wakes ?? null;

/** [id, name] of every template. */
export const templateChoices = () => [...templates.values()].map((each) => [each.id, each.name ?? each.id.slice(0, 8)]);

export const templateName = (id) => templates.get(id)?.name ?? id.slice(0, 8);

/** A contact's name and company; what is unknown is empty. */
export function contactOf(id) {
  if (id === null) return { name: "Deleted contact", company: "" };
  const contact = contacts.get(id);
  const name = [contact?.first_name, contact?.last_name].filter(Boolean).join(" ");
  return { name: name || contact?.email || id.slice(0, 8), company: contact?.company_name ?? "" };
}
