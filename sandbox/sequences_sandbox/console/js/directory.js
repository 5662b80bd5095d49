// Who is who: contacts and templates by id, read from the public API when they are first needed.

import { on } from "./bus.js";
import { basePath, contract, operation } from "./contract.js";
import { shortId } from "./format.js";
import { session } from "./session.js";

const PAGE = 100;
const AT_ONCE = 6;
const PATIENCE = 100;

let contacts = new Map();
let templates = new Map();
let begun = null;
let organization = null;

/** Reads the templates and the first contacts of the shown organization, once. */
export function readDirectory() {
  organization = session.organization.id;
  begun ??= Promise.all([
    readAll("listSequenceTemplates", "sequences:read", templates),
    readAll("listContacts", "contacts:read", contacts),
  ]);
  return begun;
}

/** Reads it, and waits for it a moment: names that come late are put in later. */
export function soonNamed() {
  return Promise.race([readDirectory(), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

/** Reads the contacts among `ids` that are not known yet, and the templates; returns whether anything new was read. */
export async function readContacts(ids) {
  const first = begun === null;
  const before = missingOf(ids);
  await readDirectory();
  const map = contacts;
  const missing = missingOf(ids);
  if (missing.length === 0) return first || before.length > 0;
  const found = operation(await contract(), "getContact");
  if (!found) return false;
  for (let at = 0; at < missing.length; at += AT_ONCE) {
    await Promise.all(missing.slice(at, at + AT_ONCE).map(async (id) => {
      const { json, status } = await session.read(basePath(await contract()) + found.path.replace("{contact_id}", id), "contacts:read");
      map.set(id, status === 200 ? json : null);
    }));
  }
  return true;
}

const missingOf = (ids) => [...new Set(ids)].filter((id) => id !== null && !contacts.has(id));

async function readAll(id, scope, map) {
  const api = await contract();
  const found = operation(api, id);
  if (!found) return;
  const { json } = await session.read(`${basePath(api)}${found.path}?size=${PAGE}`, scope);
  for (const each of json?.items ?? []) map.set(each.id, each);
}

/** [id, name] of every template that is known. */
export const templateChoices = () => [...templates.values()].map((each) => [each.id, each.name ?? shortId(each.id)]);

/** The id of some contact; undefined where none is known. */
export const someContact = () => contacts.keys().next().value;

/** A template as the API gives it; undefined where it is not known. */
export const template = (id) => templates.get(id);

export const templateName = (id) => templates.get(id)?.name ?? shortId(id);

/** A contact as the API gives it; null where it is not known. */
export const contact = (id) => contacts.get(id) ?? null;

/** A contact's name and company; what is not known is empty. */
export function contactName(id) {
  if (id === null) return { name: "Deleted contact", company: "" };
  const known = contact(id);
  const name = [known?.first_name, known?.last_name].filter(Boolean).join(" ");
  return { name: name || known?.email || shortId(id), company: known?.company_name ?? "" };
}

function forget() {
  contacts = new Map();
  templates = new Map();
  begun = null;
}

on("fresh", ({ why }) => {
  // Where only the stream was away, what is known stays in view until it is read again.
  if (why === "seen" || why === "back") begun = null;
  else forget();
});
on("key", () => { if (organization !== session.organization.id) forget(); });
