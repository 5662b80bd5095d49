// The contract as it is served, and what it says about the lifecycle: the page knows no status by itself.

let loading = null;

/** The document, read once. */
export function contract() {
  loading ??= fetch("/openapi.json").then((response) => response.json());
  return loading;
}

/** The path under which the contract's operations stand, such as /v1. */
export function basePath(document) {
  return new URL(document.servers[0].url).pathname.replace(/\/$/, "");
}

/** The operations: id, method, path, summary, whether it takes a body, and the event it triggers. */
export function operations(document) {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    ["get", "put", "post", "patch", "delete"].filter((method) => item[method]).map((method) => ({
      id: item[method].operationId,
      method: method.toUpperCase(),
      path,
      summary: item[method].summary,
      event: item[method]["x-event"] ?? null,
    })));
}

/** Every permitted change of status, asked in the ways that the page needs. */
export class Lifecycle {
  constructor(document) {
    const status = document.components.schemas.Status;
    this.statuses = status.enum;
    this.rows = status["x-lifecycle"];
    const reached = new Set(this.rows.filter((row) => row.from !== row.to).map((row) => row.to));
    this.initial = this.statuses.filter((name) => !reached.has(name));
  }

  /** The rows that leave a status. */
  from(status) {
    return this.rows.filter((row) => row.from === status);
  }

  ended(status) {
    return this.from(status).length === 0;
  }

  /** The statuses from which an event is possible, those that the documents name first. */
  allowing(event) {
    const rows = this.rows.filter((row) => row.event === event);
    return [...rows.filter((row) => row.basis === "doc"), ...rows].map((row) => row.from);
  }

  /** How far each status is from the beginning, in changes. */
  depths() {
    const depths = new Map(this.initial.map((name) => [name, 0]));
    for (const name of depths.keys()) {
      for (const row of this.from(name)) if (!depths.has(row.to)) depths.set(row.to, depths.get(name) + 1);
    }
    return depths;
  }
}
