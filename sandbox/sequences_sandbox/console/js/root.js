// Where this sandbox is: a proxy may have put it under a path of its own, which the server writes into the page.

/** The path before every path of the sandbox, such as /sandbox; empty where there is none. */
export const root = document.documentElement.dataset.root ?? "";

/** The URL of the sandbox, without a slash at its end. */
export const home = location.origin + root;
