// Addresses: each view has one, and the page goes between them without loading again.

import { home, root } from "./root.js";

const listeners = [];

/** The address as {path, parts, query}. */
export function place() {
  const path = location.pathname.slice(root.length);
  return { path, parts: path.split("/").filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(location.search) };
}

/** Calls `changed` when the page went to another address. */
export function onPlace(changed) {
  listeners.push(changed);
}

/** Goes to an address of the console. */
export function go(address) {
  history.pushState(null, "", root + address);
  arrived();
}

/** Puts another address in place of the current one, without going anywhere. */
export function readdress(address) {
  if (location.pathname + location.search !== root + address) history.replaceState(null, "", root + address);
}

/** An address with the parameters that have a value. */
export function address(path, parameters) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== ""));
  return query.size ? `${path}?${query}` : path;
}

/** Whether a click on a link is one that the page follows by itself: not a new tab, not a file, not another site. */
function isOurs(event, link) {
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false;
  return link.href.startsWith(`${home}/`) && !link.target && !link.download && link.dataset.file === undefined && !link.getAttribute("href").startsWith("#");
}

function arrived() {
  for (const listener of listeners) listener(place());
}

/** Begins to follow links and the Back button. */
export function startRouter() {
  addEventListener("popstate", arrived);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!isOurs(event, link)) return;
    event.preventDefault();
    go(link.pathname.slice(root.length) + link.search);
  });
}
