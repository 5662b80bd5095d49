// A run that suits an operation: the one that the visitor works with, where its status permits the operation.

import { basePath } from "../contract.js";
import { readDirectory, someContact, templateChoices } from "../directory.js";
import { session } from "../session.js";

const OFFERED = 25;

let current = null;

/** The run that was worked with last, in the shown world; null before any was. */
const workedWith = () => (current?.world === session.world.id && current.organization === session.organization.id ? current.id : null);

/** Says that the visitor works with a run. */
export function workWith(id) {
  current = { id, world: session.world.id, organization: session.organization.id };
}

/** Values for the parameters in an operation's path that are no run: a contact and a template that exist. */
export async function otherIds({ parameters }) {
  const known = { contact_id: someContact, sequence_template_id: () => templateChoices()[0]?.[0] };
  const wanted = parameters.filter((each) => each.in === "path" && known[each.name]);
  if (wanted.length) await readDirectory();
  return Object.fromEntries(wanted.map(({ name }) => [name, known[name]()]));
}

/** Runs in which an operation is permitted, the one worked with first where it is among them. */
export async function suitingRuns(api, lifecycle, event) {
  const path = `${basePath(api)}/sequences`;
  const known = workedWith();
  const [kept, ...listed] = await Promise.all([
    known && session.read(`${path}/${known}`),
    ...lifecycle.allowing(event).slice(0, 2).map((status) => session.read(`${path}?status=${status}&size=${OFFERED}&sort_by=created_at&sort_order=desc`)),
  ]);
  const mine = kept?.status === 200 && lifecycle.allows(event, kept.json.status) ? [kept.json] : [];
  const others = listed.flatMap((each) => each.json?.items ?? []).filter(({ id }) => id !== mine[0]?.id);
  return [...mine, ...others];
}
