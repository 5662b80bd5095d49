// The key that a request was sent with. Two organizations may each have a key of the same name; ids tell them apart.

import { shortId } from "../format.js";
import { session } from "../session.js";

/** The key of an id; undefined where this browser does not have it. */
export const keyOf = (id) => session.world.keys.find((key) => key.id === id);

/** The key of an entry in words: its name, with its organization where the world has several; "none" where no key was sent. */
export function keyWords({ key_name: name, key_id: id }) {
  if (name === null) return "none";
  const { organizations } = session.world;
  if (organizations.length === 1) return name;
  const key = keyOf(id);
  return `${name}, ${key ? organizations.find((each) => each.id === key.organization_id).name : shortId(id)}`;
}

/** [id, words] of every key that this browser has. */
export const keyChoices = () => session.world.keys.map(({ id, name }) => [id, keyWords({ key_name: name, key_id: id })]);
