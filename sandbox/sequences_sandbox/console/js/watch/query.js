// What the list of runs asks for: the parameters of the API, as they stand in the page's address.

import { address } from "../router.js";

export const NEWEST = { sort_by: "updated_at", sort_order: "desc" };
const NAMES = ["status", "sequence_template_id", "created_at_after", "created_at_before", "sort_by", "sort_order", "page", "size"];

/** The query of an address: what it does not say is as at the beginning. */
export function queryOf(parameters) {
  const given = NAMES.filter((name) => parameters.get(name)).map((name) => [name, parameters.get(name)]);
  return { ...NEWEST, ...Object.fromEntries(given) };
}

/** The query with changes; it begins at the first page again, unless one is named. */
export function changed(query, changes) {
  const entries = Object.entries({ ...query, page: undefined, ...changes }).filter(([, value]) => value);
  return Object.fromEntries(entries);
}

/** The address of the view with a query: what differs from the beginning. */
export function addressOf(query) {
  return address("/watch", Object.fromEntries(Object.entries(query).filter(([name, value]) => value !== NEWEST[name])));
}

/** Whether a run belongs to the list of a query, whatever the page. */
export function belongs(run, query) {
  return (!query.status || run.status === query.status)
    && (!query.sequence_template_id || run.sequence_template_id === query.sequence_template_id)
    && (!query.created_at_after || Date.parse(run.created_at) > Date.parse(query.created_at_after))
    && (!query.created_at_before || Date.parse(run.created_at) < Date.parse(query.created_at_before));
}

/** Which of two runs comes first in the list of a query; equal ones are in ascending order of their id. */
export function order(query) {
  const name = query.sort_by ?? "created_at";
  const sign = query.sort_order === "desc" ? -1 : 1;
  const value = (run) => (name === "status" ? run.status : Date.parse(run[name]));
  return (one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a !== b) return a < b ? -sign : sign;
    return one.id < other.id ? -1 : 1;
  };
}
