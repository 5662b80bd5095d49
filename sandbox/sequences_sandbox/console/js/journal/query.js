// What the journal is filtered by, as it stands in the page's address.

import { address } from "../router.js";

const FILTERS = ["text", "operation", "method", "status", "key_id", "sequence_id"];

/** The filters of an address. */
export function filtersOf(parameters) {
  return Object.fromEntries(FILTERS.map((name) => [name, parameters.get(name) ?? ""]));
}

/** The address of the journal with filters, and with an entry open. */
export const addressOf = (filters, id = null) => address(id ? `/journal/${id}` : "/journal", filters);

export const isFiltered = (filters) => Object.values(filters).some(Boolean);

/** Whether an entry that an event brought belongs to the list; null where only the sandbox can tell. */
export function fits(entry, filters) {
  if (filters.text) return null;
  return (!filters.operation || entry.operation === filters.operation)
    && (!filters.method || entry.method === filters.method)
    && (!filters.key_id || entry.key_id === filters.key_id)
    && (!filters.sequence_id || entry.path.includes(filters.sequence_id))
    && (!filters.status || statusFits(entry.status, filters.status));
}

function statusFits(status, wanted) {
  return /^\dxx$/i.test(wanted) ? String(status)[0] === wanted[0] : String(status) === wanted;
}
