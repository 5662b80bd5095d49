// The contract as this visitor can try it at once: their sandbox, and for every operation a run that suits it.

import { basePath, operations, Lifecycle } from "../contract.js";
import { nextMonday, wire } from "../format.js";
import { snippets } from "../snippets.js";

const LANGUAGES = { curl: "shell", Python: "python", JavaScript: "javascript" };
const LISTED = { status: (lifecycle) => lifecycle.allowing("pause")[0] };

/**
 * A run for each operation that names one: no run twice, in a status that permits the operation, and those first whose
 * next change is farthest off. `runs` are as the directory knows them.
 */
export function suited(document, runs) {
  const lifecycle = new Lifecycle(document);
  const free = [...runs].sort((one, other) => (other.next ?? 0) - (one.next ?? 0));
  const chosen = new Map();
  for (const { id, path, event } of operations(document)) {
    if (!path.includes("{sequence_id}")) continue;
    const statuses = event ? lifecycle.allowing(event) : lifecycle.statuses;
    const run = statuses.map((status) => free.find((each) => each.status === status)).find(Boolean);
    if (!run) continue;
    free.splice(free.indexOf(run), 1);
    chosen.set(id, { run: run.id, statuses: event ? statuses : null });
  }
  return chosen;
}

/** A copy of the contract with examples from the visitor's world, and code that runs as it stands. `only` keeps one operation. */
export function tailored(original, { chosen, token, now, only = null }) {
  const document = structuredClone(original);
  const lifecycle = new Lifecycle(document);
  document.servers = [{ url: location.origin + basePath(original), description: "This sandbox" }];
  for (const item of Object.values(document.paths)) {
    const shared = item.parameters ?? [];
    delete item.parameters;
    for (const method of ["get", "put", "post", "patch", "delete"].filter((name) => item[name])) {
      const operation = item[method];
      if (only && operation.operationId !== only) {
        delete item[method];
        continue;
      }
      const run = chosen.get(operation.operationId)?.run;
      operation.parameters = [...shared, ...(operation.parameters ?? [])].map((each) => parameter(document, each, run, lifecycle));
    }
  }
  examples(document, "paused_until", wire(nextMonday(now)));
  for (const { method, path, id } of operations(document)) {
    const operation = document.paths[path][method.toLowerCase()];
    operation["x-codeSamples"] = samples(document, operation, { method, path }, token);
  }
  return document;
}

/** A parameter whose example is one to send: in the schema, where the component looks for it. */
function parameter(document, original, run, lifecycle) {
  const { example, ...kept } = structuredClone(deref(document, original));
  const { format, ...schema } = deref(document, kept.schema);
  // The component finds fault with an instant that is left out.
  if (format === "date-time") return { ...kept, schema, description: `${kept.description} Format: ${format}.` };
  const value = kept.in === "path" ? run : LISTED[kept.name]?.(lifecycle);
  if (value === undefined) return kept;
  return { ...kept, schema: { ...deref(document, kept.schema), example: value } };
}

/** The operation's request as code: with the examples of its parameters and the first of its body. */
function samples(document, operation, { method, path }, token) {
  const query = new URLSearchParams();
  let place = path;
  for (const { name, in: where, schema } of operation.parameters) {
    if (schema.example === undefined) continue;
    if (where === "path") place = place.replace(`{${name}}`, schema.example);
    else query.set(name, schema.example);
  }
  const media = operation.requestBody?.required ? operation.requestBody.content["application/json"] : null;
  const body = media ? Object.values(media.examples)[0].value : undefined;
  const headers = { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(media ? { "Content-Type": "application/json" } : {}) };
  const url = document.servers[0].url + place + (query.size ? `?${query}` : "");
  return snippets({ method, url, headers, body }).map(([label, source]) => ({ lang: LANGUAGES[label], label, source }));
}

/** Sets a field in every example of a request body that has it. */
function examples(document, name, value) {
  for (const { requestBody } of Object.values(document.paths).flatMap((item) => Object.values(item))) {
    for (const media of Object.values(requestBody?.content ?? {})) {
      for (const each of Object.values(media.examples ?? {})) {
        if (name in each.value) each.value[name] = value;
      }
    }
  }
}

function deref(document, value) {
  if (!value.$ref) return value;
  return value.$ref.slice(2).split("/").reduce((place, key) => place[key], document);
}
