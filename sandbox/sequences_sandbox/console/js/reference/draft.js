// A request that is being written: what the form holds, as a request to send and as code.

import { basePath } from "../contract.js";
import { nextMonday, wire } from "../format.js";
import { worldNow } from "../head/time.js";
import { home } from "../root.js";
import { session } from "../session.js";

/** The request of an operation. `values` are parameters by name, `body` the JSON body or undefined, `raw` its text instead. */
export function requestOf(api, { method, path, parameters }, values, { body, raw } = {}) {
  const filled = (where) => parameters.filter((each) => each.in === where && (values[each.name] ?? "") !== "");
  let place = basePath(api) + path;
  for (const { name } of filled("path")) place = place.replace(`{${name}}`, encodeURIComponent(values[name]));
  const query = new URLSearchParams(filled("query").map(({ name }) => [name, values[name]]));
  const address = query.size ? `${place}?${query}` : place;
  const token = session.token;
  const headers = { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(body === undefined && raw === undefined ? {} : { "Content-Type": "application/json" }) };
  return { method, path: address, url: home + address, headers, token, body, raw };
}

/** The body that an operation begins with: the first example of the contract, its times made to follow the world's clock. */
export function exampleBody({ body }, name = null) {
  const examples = Object.entries(body?.examples ?? {});
  if (!body?.required || examples.length === 0) return undefined;
  const [, { value }] = examples.find(([each]) => each === name) ?? examples[0];
  const times = Object.entries(body.schema.properties ?? {}).filter(([field, { format }]) => format === "date-time" && field in value);
  return { ...value, ...Object.fromEntries(times.map(([field]) => [field, wire(nextMonday(worldNow()))])) };
}
