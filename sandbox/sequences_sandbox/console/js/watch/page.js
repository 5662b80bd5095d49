// One page of runs as the API gave it, carried on by the events since.

import { belongs, order } from "./query.js";

/** The page after an event: {items, total_count}. What the event cannot tell is read again soon after. */
export function carried(page, query, { sequence: run, from }) {
  const known = page.items.some((each) => each.id === run.id);
  const fits = belongs(run, query);
  const others = page.items.filter((each) => each.id !== run.id);
  const size = Number(query.size ?? 10);
  const first = Number(query.page ?? 1) === 1;
  const fitted = known || (from !== null && belongs({ ...run, status: from }, query));
  const total = page.total_count + Number(fits) - Number(fitted);
  if (!fits) return { ...page, items: others, total_count: total };
  if (!known && !first) return { ...page, total_count: total };
  return { ...page, items: [...others, run].sort(order(query)).slice(0, size), total_count: total };
}
