// The contract as it is served. The page knows no operation, no field and no status by itself.

import { home, root } from "./root.js";

const METHODS = ["get", "put", "post", "patch", "delete"];

let loading = null;

/** The document, read once. */
export function contract() {
  loading ??= fetch(`${root}/openapi.json`).then((response) => response.json()).catch((error) => { loading = null; throw error; });
  return loading;
}

/** The path under which the contract's operations are, such as /v1. */
export function basePath(api) {
  return new URL(api.servers[0].url, home).pathname.replace(/\/$/, "").slice(root.length);
}

/**
 * The operations in the contract's order: id, method, path, tag, summary, description, parameters, body, responses, the
 * scope that a key needs and the lifecycle event that it triggers, with every reference resolved one level deep.
 */
export function operations(api) {
  return Object.entries(api.paths).flatMap(([path, item]) => METHODS.filter((method) => item[method]).map((method) => {
    const operation = item[method];
    return {
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      tag: operation.tags?.[0] ?? "",
      summary: operation.summary,
      description: operation.description,
      parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((each) => deref(api, each)),
      body: body(api, operation.requestBody),
      responses: Object.entries(operation.responses).map(([status, response]) => ({ status, ...deref(api, response) })),
      scope: operation["x-required-scope"] ?? null,
      event: operation["x-event"] ?? null,
    };
  }));
}

/** The operation of an id; undefined where there is none. */
export const operation = (api, id) => operations(api).find((each) => each.id === id);

/** What a reference stands for; anything else is itself. */
export function deref(api, value) {
  if (!value?.$ref) return value;
  return deref(api, value.$ref.slice(2).split("/").reduce((place, key) => place[key], api));
}

/** A schema with the parts of `allOf` laid over each other. */
export function schemaOf(api, value) {
  const schema = deref(api, value);
  if (!schema?.allOf) return schema ?? {};
  const parts = schema.allOf.map((part) => schemaOf(api, part));
  return parts.reduce(laid, {});
}

function laid(one, other) {
  const properties = { ...one.properties };
  for (const [name, each] of Object.entries(other.properties ?? {})) properties[name] = { ...properties[name], ...each };
  return { ...one, ...other, properties };
}

function body(api, value) {
  const content = deref(api, value)?.content["application/json"];
  if (!content) return null;
  return { required: Boolean(deref(api, value).required), schema: schemaOf(api, content.schema), examples: content.examples ?? {} };
}

/** Every permitted change of status, asked in the ways that the page needs. */
export class Lifecycle {
  constructor(api) {
    const status = api.components.schemas.Status;
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

  /** Whether an event is possible in a status; an operation without an event is possible in any. */
  allows(event, status) {
    return event === null || this.from(status).some((row) => row.event === event);
  }

  /** The statuses in which an event is possible, those that the vendor's documents name first; all without an event. */
  allowing(event) {
    if (event === null) return ["ACTIVE", ...this.statuses].filter((name, index, all) => this.statuses.includes(name) && all.indexOf(name) === index);
    const rows = this.rows.filter((row) => row.event === event);
    const ordered = [...rows.filter((row) => row.basis === "doc"), ...rows].map((row) => row.from);
    return [...new Set(ordered)];
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
