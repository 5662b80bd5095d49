// The key that a request was sent with. The journal keeps its name; two organizations may each have a key of that name.

import { session } from "../session.js";

/** The keys that a name may stand for; `organization` narrows them down where it is known. */
export function keysNamed(name, organization = null) {
  return session.world.keys.filter((key) => key.name === name && (organization === null || key.organization_id === organization));
}

/** The organization that a response speaks of; null where it speaks of none. */
export function organizationIn(text) {
  return /"organization_id":\s*"([0-9a-f-]{36})"/.exec(text ?? "")?.[1] ?? null;
}

/** A key's name, with its organization where the world has several and only one has a key of that name; "none" where no key was sent. */
export function keyWords(name, organization = null) {
  if (name === null) return "none";
  const keys = keysNamed(name, organization);
  const owner = session.world.organizations.find(({ id }) => id === keys[0]?.organization_id);
  return session.world.organizations.length > 1 && keys.length === 1 ? `${name}, ${owner.name}` : name;
}
