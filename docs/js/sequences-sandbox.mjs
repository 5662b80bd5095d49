/**
 * Tests in JavaScript against the Sequences sandbox: one file without dependencies, for Node 20 and later.
 *
 *     import { withWorld } from "./sequences-sandbox.mjs";
 *     test("a won deal stops the company", withWorld({ frozen: true }, async (world) => { ... }));
 *
 * Options are in camelCase (`retryAfter`), results are the API's JSON (`retry_after`). docs/javascript.md explains.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const SECONDS_TO_START = 60;
const SECONDS_TO_RESPOND = 60;
const PAGE = 100;
const OBSERVER = { "X-Sandbox-Observer": "client" };
const TOKEN = /^[!-~]+$/;
const ID = /^[\w-]+$/;
const EFFECTS = ["status", "latency", "close", "body", "dripSeconds"];

// The arguments of a call, and the place of each in the API's JSON.
const MATCH = { on: "match/operation", method: "match/method", path: "match/path", keyName: "match/key_name" };
const FAULT = {
  ...MATCH, nth: "match/nth", every: "match/every", probability: "match/probability",
  times: "times", for: "for", enabled: "enabled",
  status: "effect/status", type: "effect/type", message: "effect/message", retryAfter: "effect/retry_after",
  latency: "effect/latency", close: "effect/close", body: "effect/body", dripSeconds: "effect/drip_seconds",
};
const VERIFICATION = {
  ...MATCH, keyId: "match/key_id", sequenceId: "match/sequence_id", status: "match/status", since: "match/since",
  body: "match/body_subset", query: "match/query_subset", headers: "match/header_subset",
  exactly: "exactly", atLeast: "at_least", atMost: "at_most",
};
const FILTERS = {
  on: "operation", method: "method", path: "path", keyName: "key_name", keyId: "key_id",
  sequenceId: "sequence_id", status: "status", text: "text", since: "since",
};
const ENROLMENT = {
  status: "status", company: "company", contact: "contact_id", template: "sequence_template_id",
  variables: "variables", pausedUntil: "paused_until", createdAt: "created_at",
};
const WORLD = { fixture: "fixture", name: "name", now: "now", frozen: "frozen", seed: "seed", ttlSeconds: "ttl_seconds" };
const SEQUENCE = { id: "sequence_id", until: "paused_until" };

/**
 * @typedef {Record<string, any>} Json An object of the API, as it came.
 *
 * @typedef {object} WorldOptions
 * @property {string | Json} [fixture] the name of one that ships, or a document
 * @property {string} [name]
 * @property {string} [now] the time at which its clock starts
 * @property {boolean} [frozen] whether its clock stands still
 * @property {number} [seed]
 * @property {number} [ttlSeconds] how long it stays after its last use
 *
 * @typedef {object} RequestMatch
 * @property {string} [on] an operationId, such as "pauseSequence"
 * @property {string} [method]
 * @property {string} [path] `*` stands for any characters
 * @property {string} [keyName]
 *
 * @typedef {object} FaultRule When, how often, and one effect.
 * @property {number} [nth]
 * @property {number} [every]
 * @property {number} [probability]
 * @property {number} [times]
 * @property {string} [for] how long, by the world's clock, such as "PT10M"
 * @property {boolean} [enabled]
 * @property {number | Json} [latency] milliseconds, or the API's object
 * @property {number} [status] with `type`, `message` and `retryAfter`
 * @property {string} [type]
 * @property {string} [message]
 * @property {number} [retryAfter] seconds
 * @property {"before" | "midway"} [close]
 * @property {"empty" | "truncated" | "html"} [body]
 * @property {number} [dripSeconds]
 *
 * @typedef {object} JournalMatch
 * @property {string} [sequenceId]
 * @property {number | string} [status] a number, or a class such as "4xx"
 * @property {string} [since] a time of the world
 * @property {string} [keyId]
 *
 * @typedef {object} Wanted What a request has to contain, at least, and how many there have to be.
 * @property {Json} [body]
 * @property {Record<string, string>} [query]
 * @property {Record<string, string>} [headers]
 * @property {number} [exactly]
 * @property {number} [atLeast]
 * @property {number} [atMost]
 */

/** The sandbox could not be used, or rejected a call: `status` and `issue` are then those of its error response. */
export class SandboxError extends Error {
  /** @param {string} message @param {{status?: number, issue?: Json, cause?: unknown}} [about] */
  constructor(message, { status = 0, issue = {}, cause } = {}) {
    super(message, { cause });
    this.name = new.target.name;
    this.status = status;
    this.issue = issue;
  }
}

/** The journal does not hold what it should. The message names the near misses. */
export class VerificationError extends SandboxError {}

/** A sandbox: one that this process started, or one that was there. */
export class Sandbox {
  /** @type {Promise<Sandbox> | undefined} */
  static #shared;
  #adminToken;
  #stop;

  /** @param {string} url @param {string | undefined} adminToken @param {() => Promise<void>} stop */
  constructor(url, adminToken, stop) {
    this.url = url;
    this.#adminToken = adminToken;
    this.#stop = stop;
  }

  /** The one of this process: that of SEQUENCES_SANDBOX_URL, else one that the first call starts. */
  static async shared() {
    const { SEQUENCES_SANDBOX_URL: url, SEQUENCES_SANDBOX_ADMIN_TOKEN: adminToken } = process.env;
    if (url && adminToken !== undefined) usable("SEQUENCES_SANDBOX_ADMIN_TOKEN", adminToken);
    Sandbox.#shared ??= url ? Sandbox.connect(url, { adminToken }) : Sandbox.start();
    return Sandbox.#shared;
  }

  /** One that is running. @param {string} url @param {{adminToken?: string}} [options] */
  static async connect(url, { adminToken } = {}) {
    if (adminToken !== undefined) usable("adminToken", adminToken);
    const root = rootOf(url);
    const health = await send(root, "GET", "/_sandbox/health").catch((error) => {
      if (error.status) return null;
      throw error;
    });
    if (health?.status !== "ok") throw new SandboxError(`What answers at ${root} is not a sandbox.`);
    return new Sandbox(root, adminToken, async () => {});
  }

  /**
   * Starts one on a free port. It ends with this process, however that ends.
   *
   * @param {{command?: string, arguments?: string[]}} [options] the program, and more options of its verb `serve`
   */
  static async start({ command = "sequences-sandbox", arguments: more = [] } = {}) {
    const folder = await mkdtemp(join(tmpdir(), "sequences-sandbox-"));
    const server = launch(command, folder, more);
    /** @type {Promise<Error | number | null>} */
    const ended = new Promise((resolve) => server.once("error", resolve).once("exit", resolve));
    const stop = async () => {
      server.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    };
    try {
      return new Sandbox((await ready(command, folder, ended)).url, undefined, stop);
    } catch (error) {
      await stop();
      throw error;
    }
  }

  /** A new private world. @param {WorldOptions} [options] */
  async world(options = {}) {
    const body = bodyOf("sandbox.world", WORLD, options);
    const about = { key: this.#adminToken, body, words: WORLD };
    return new World(this.url, await send(this.url, "POST", "/_sandbox/worlds", about));
  }

  /** Stops it, if this process started it. */
  async stop() {
    await this.#stop();
  }
}

/**
 * The body of a test with a world of its own, which is deleted afterwards.
 *
 * @template {any[]} Rest what the test runner passes
 * @param {WorldOptions} options
 * @param {(world: World, ...rest: Rest) => unknown} body
 * @returns {(...rest: Rest) => Promise<void>}
 */
export function withWorld(options, body) {
  return async (...rest) => {
    const world = await (await Sandbox.shared()).world(options);
    try {
      await body(world, ...rest);
    } finally {
      await world.delete();
    }
  };
}

/** A private world. `url` and `key` are for the code under test; the rest is for the test. */
export class World {
  /** @param {string} root @param {Json} description */
  constructor(root, description) {
    this.root = root;
    this.url = `${root}/v1`;
    /** @type {string} */
    this.id = description.id;
    /** @type {Json[]} */
    this.organizations = description.organizations;
    this.clock = new Clock(this);
    this.faults = new Faults(this);
    this.journal = new Journal(this);
    this.sequences = new Sequences(this);
  }

  /** A key of the first organization that reads and writes. */
  get key() {
    return this.keyWith("sequences:read", "sequences:write");
  }

  /** A key of the first organization with at least these scopes. @param {...string} scopes @returns {string} */
  keyWith(...scopes) {
    /** @type {{token: string, scopes: string[]}[]} */
    const keys = this.organizations[0].api_keys;
    const found = keys.find((key) => scopes.every((scope) => key.scopes.includes(scope)));
    if (!found) throw new SandboxError(`No key of this world's fixture has ${scopes.join(" and ")}; add one to it.`);
    return usable("The key of this world", found.token);
  }

  /**
   * A call of the control API, such as `call("PUT", "/rate-limit", {limit: 60, per_seconds: 60})`.
   *
   * @param {string} method @param {string} path @param {unknown} [body]
   * @param {Record<string, string>} [words] arguments by which a message names fields of the API
   * @returns {Promise<any>} its JSON
   */
  async call(method, path, body, words) {
    return send(this.root, method, `/_sandbox${path}`, { key: this.keyWith(), body, words });
  }

  /** Returns to the first state, with the same keys. */
  async reset() {
    await this.call("POST", "/world/reset", {});
  }

  /** Removes it. */
  async delete() {
    await this.call("DELETE", "/world");
  }
}

class Part {
  /** @param {World} world */
  constructor(world) {
    this.world = world;
  }
}

/** The clock of a world. What moves it returns `{now, fired_count, fired}`: the events on the way, each at its time. */
class Clock extends Part {
  /** `{now, frozen, next_due}`. @returns {Promise<Json>} */
  read() {
    return this.world.call("GET", "/clock");
  }

  /** Moves it by a duration ("P2D") or to a time ({to: "2030-01-07T08:00:00Z"}). @param {string | {to: string}} how */
  async advance(how) {
    if (typeof how !== "string" && typeof how?.to !== "string") {
      throw new SandboxError('clock.advance takes a duration such as "P2D", or {to: "2030-01-07T08:00:00Z"}.');
    }
    const words = { how: "by" };
    let reached = await this.world.call("POST", "/clock/advance", typeof how === "string" ? { by: how } : how, words);
    let { fired, fired_count } = reached;
    while (reached.left) {
      reached = await this.world.call("POST", "/clock/advance", reached.left);
      fired = [...fired, ...reached.fired].slice(0, 1000);
      fired_count += reached.fired_count;
    }
    return /** @type {Json} */ ({ ...reached, fired, fired_count });
  }

  /** Moves it to the next due event. @returns {Promise<Json>} */
  next() {
    return this.world.call("POST", "/clock/advance", { next: true });
  }

  /** Stops it. */
  async freeze() {
    await this.world.call("PATCH", "/clock", { frozen: true });
  }

  /** Lets it run. */
  async unfreeze() {
    await this.world.call("PATCH", "/clock", { frozen: false });
  }
}

/** What goes wrong on purpose in a world. */
class Faults extends Part {
  /** Adds a rule and returns it. @param {RequestMatch & FaultRule} rule @returns {Promise<Json>} */
  async add(rule) {
    const body = bodyOf("faults.add", FAULT, rule);
    const named = EFFECTS.filter((name) => /** @type {Json} */ (rule)[name] !== undefined);
    if (named.length !== 1) {
      throw new SandboxError(`faults.add takes one of ${EFFECTS.join(", ")}, not ${named.join(" and ") || "none"}.`);
    }
    if (typeof rule.latency === "number") body.effect.latency = { fixed_ms: rule.latency };
    return this.world.call("POST", "/faults", body, FAULT);
  }

  /** The rules, with how often each `matched` and `fired`. @returns {Promise<Json[]>} */
  async list() {
    return (await this.world.call("GET", "/faults")).items;
  }

  /** Removes one, or without an argument all. @param {...Json} rule */
  async remove(...rule) {
    const wanted = "a rule of faults.add or faults.list, or nothing to remove all";
    await this.world.call("DELETE", rule.length ? `/faults/${idOf("faults.remove", wanted, rule[0]?.id)}` : "/faults");
  }
}

/** What was sent to the public API of a world. */
class Journal extends Part {
  /**
   * The requests that match, oldest first, with their bodies.
   *
   * @param {RequestMatch & JournalMatch & {text?: string}} [match] `text` is part of path, query, a body or User-Agent
   */
  async requests(match = {}) {
    const query = { ...bodyOf("journal.requests", FILTERS, match), bodies: true };
    const path = (/** @type {Json} */ page) => `/journal?${search({ ...query, ...page })}`;
    return (await pages((page) => this.world.call("GET", path(page), undefined, FILTERS))).reverse();
  }

  /**
   * How many requests match. VerificationError when it is not as many as wanted: one or more, unless a number is given.
   *
   * @param {string} on an operationId @param {Omit<RequestMatch, "on"> & JournalMatch & Wanted} [wanted]
   */
  async verify(on, wanted = {}) {
    const question = { match: {}, ...bodyOf("journal.verify", VERIFICATION, { ...wanted, on }) };
    return this.#verified(`verify("${on}")`, question, VERIFICATION);
  }

  /** Requires these operations in this order, with others between them or not. @param {...string} operations */
  async verifyOrder(...operations) {
    if (!operations.length || operations.some((operation) => typeof operation !== "string")) {
      throw new SandboxError('journal.verifyOrder takes operations such as "pauseSequence", "resumeSequence".');
    }
    const in_order = operations.map((operation) => ({ operation }));
    const words = Object.fromEntries(operations.map((_, at) => [`argument ${at + 1}`, `in_order/${at}/operation`]));
    return this.#verified(`verifyOrder("${operations.join('", "')}")`, { in_order }, words);
  }

  /** @param {string} call @param {Json} question @param {Record<string, string>} words @returns {Promise<number>} */
  async #verified(call, question, words) {
    /** @type {{ok: boolean, count: number, nearest: {request_id: string, differs: string[]}[]}} */
    const { ok, count, nearest } = await this.world.call("POST", "/journal/verify", question, words);
    if (ok) return count;
    const misses = nearest.map((near) => `\n  ${near.request_id}: ${near.differs.join("; ") || "one too many"}`);
    const message = `journal.${call} does not hold: ${count} matched.${misses.join("")}`;
    throw new VerificationError(message, { issue: { count, nearest } });
  }
}

/** The sequences of a world. `update`, `pause`, `resume` and `stop` are calls of the public API; the rest leaves no trace. */
class Sequences extends Part {
  /**
   * Enrols a contact. What is not named is found in the world, or made: a contact without a sequence, with `company` (a
   * domain) one who works there, and the first ACTIVE template.
   *
   * @param {string} [status]
   * @param {{company?: string, contact?: string, template?: string, variables?: Record<string, string>,
   *   pausedUntil?: string, createdAt?: string}} [options] `contact` is an id, `template` an id or a name
   * @returns {Promise<Json>} the sequence
   */
  async create(status, options = {}) {
    const body = bodyOf("sequences.create", ENROLMENT, { ...options, status });
    if (options.template) body.sequence_template_id = await this.#template(options.template);
    return this.world.call("POST", "/sequences", body, ENROLMENT);
  }

  /**
   * All that match, oldest first; filters are those of the public API.
   *
   * @param {Record<string, string | undefined>} [filters]
   */
  async list(filters = {}) {
    if (Object(filters) !== filters || "page" in filters || "size" in filters) {
      throw new SandboxError('sequences.list takes filters such as {status: "ACTIVE"}, and reads all pages itself.');
    }
    return pages((page) => this.#public("GET", `?${search({ ...filters, ...page })}`, { headers: OBSERVER }));
  }

  /** One. @param {string} id @returns {Promise<Json>} */
  async get(id) {
    return this.#one("get", id, "GET", "", { headers: OBSERVER });
  }

  /** Acts as the engine: "activate", "answer", "fail" and so on. @param {string} id @param {string} event */
  async event(id, event) {
    const path = `/sequences/${idOf("sequences.event", "the id of a sequence", id)}/events`;
    return /** @type {Json} */ (await this.world.call("POST", path, { event }, SEQUENCE));
  }

  /** Sets variables, and with null removes them. @param {string} id @param {Record<string, string | null>} variables */
  async update(id, variables) {
    return this.#one("update", id, "PATCH", "", { body: { variables } });
  }

  /** Pauses one. @param {string} id @param {string} until @returns {Promise<Json>} */
  async pause(id, until) {
    return this.#one("pause", id, "POST", "/pause", { body: { paused_until: until } });
  }

  /** Resumes one. @param {string} id @returns {Promise<Json>} */
  async resume(id) {
    return this.#one("resume", id, "POST", "/resume");
  }

  /** Stops one, and those of its contact or company. @param {string} id @param {string} [reason] @param {string} [scope] */
  async stop(id, reason = "WIN", scope = "CONTACT") {
    return this.#one("stop", id, "POST", "/stop", { body: { reason, scope } });
  }

  /** The id of a template. @param {string} wanted its id or name @returns {Promise<string>} */
  async #template(wanted) {
    const { root, key } = this.world;
    const read = (/** @type {Json} */ page) =>
      send(root, "GET", `/v1/sequence-templates?${search(page)}`, { key, headers: OBSERVER });
    const known = await pages(read);
    const found = known.find(({ id, name }) => id === wanted || name === wanted);
    if (found) return found.id;
    const names = known.map(({ id, name }) => name ?? id).join(", ") || "none";
    throw new SandboxError(`This world has no template '${wanted}'; there are ${names}.`);
  }

  /** @param {string} call @param {string} id @param {string} method @param {string} verb @param {RequestParts} [about] */
  #one(call, id, method, verb, about) {
    const path = `/${idOf(`sequences.${call}`, "the id of a sequence", id)}${verb}`;
    return this.#public(method, path, { ...about, words: SEQUENCE });
  }

  /** @param {string} method @param {string} path @param {RequestParts} about */
  #public(method, path, about) {
    return send(this.world.root, method, `/v1/sequences${path}`, { key: this.world.key, ...about });
  }
}

/**
 * The server's process, which ends when the pipe to it does. Neither of them keeps this process alive.
 *
 * @param {string} command @param {string} folder @param {string[]} more
 */
function launch(command, folder, more) {
  const log = openSync(join(folder, "log"), "w");
  const options = ["--host", "127.0.0.1", "--port", "0", "--log-level", "warning", "--exit-with-stdin"];
  // The options of another sandbox are not this one's.
  const env = Object.entries(process.env).filter(([name]) => !name.startsWith("SEQUENCES_SANDBOX_"));
  const server = spawn(command, ["serve", ...options, "--ready-file", join(folder, "ready.json"), ...more], {
    stdio: ["pipe", "ignore", log],
    env: Object.fromEntries(env),
  });
  closeSync(log);
  server.unref();
  /** @type {import("node:net").Socket} */ (server.stdin).unref();
  return server;
}

/**
 * What the server's ready file says, once it is there.
 *
 * @param {string} command @param {string} folder @param {Promise<Error | number | null>} ended @returns {Promise<Json>}
 */
async function ready(command, folder, ended) {
  /** @type {{how?: Error | number | null}} */
  const end = {};
  void ended.then((how) => (end.how = how));
  for (const deadline = Date.now() + SECONDS_TO_START * 1000; Date.now() < deadline; await sleep(10)) {
    const text = await readFile(join(folder, "ready.json"), "utf-8").catch(() => "");
    if (text) return JSON.parse(text);
    if (end.how instanceof Error) {
      const hint = "Put the sandbox on the PATH, or set SEQUENCES_SANDBOX_URL to one that is running.";
      throw new SandboxError(`The program '${command}' cannot be started: ${end.how.message}. ${hint}`);
    }
    if (end.how !== undefined) {
      throw new SandboxError(`The sandbox did not start. ${(await readFile(join(folder, "log"), "utf-8")).trim()}`);
    }
  }
  throw new SandboxError(`The sandbox was not ready within ${SECONDS_TO_START} s.`);
}

/**
 * @typedef {object} RequestParts What a request has beside its method and path.
 * @property {string} [key]
 * @property {unknown} [body]
 * @property {Record<string, string>} [headers]
 * @property {Record<string, string>} [words] arguments by which a message names fields of the API
 */

/**
 * One request; its JSON. SandboxError for an error response, and when nothing answers.
 *
 * @param {string} root @param {string} method @param {string} path @param {RequestParts} [about] @returns {Promise<any>}
 */
async function send(root, method, path, { key, body, headers: more, words } = {}) {
  /** @type {Record<string, string>} */
  const headers = { ...more };
  if (key) headers.Authorization = `Bearer ${key}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const signal = AbortSignal.timeout(SECONDS_TO_RESPOND * 1000);
  const text = JSON.stringify(body);
  const response = await fetch(root + path, { method, headers, body: text, signal }).catch((error) => {
    const why = error.cause?.code ?? error.message;
    throw new SandboxError(`No sandbox answers at ${root} (${why}). Start one: sequences-sandbox serve`, { cause: error });
  });
  const result = await response.json().catch(() => null);
  if (response.ok) return result;
  const message = result?.message ?? `${method} ${path} returned ${response.status}.`;
  throw new SandboxError(words ? inWords(message, words) : message, { status: response.status, issue: result ?? {} });
}

/** A message of the API by the arguments of a call. @param {string} message @param {Record<string, string>} words */
function inWords(message, words) {
  let told = message.replace(/^(Path|Query) parameter /, "").replace("The body lacks the field", "The call lacks");
  for (const [name, field] of Object.entries(words)) {
    told = told.replaceAll(`'${field}'`, `'${name}'`).replaceAll(`'${field}/`, `'${name}/`);
  }
  return told;
}

/**
 * The options of a call, each at its place in the API's JSON; those that are undefined are left out.
 *
 * @param {string} call @param {Record<string, string>} places @param {Json} options @returns {Json}
 */
function bodyOf(call, places, options) {
  const known = Object.keys(places).join(", ");
  if (Object(options) !== options) throw new SandboxError(`${call} takes an object with some of ${known}.`);
  /** @type {Json} */
  const body = {};
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(places, name)) throw new SandboxError(`${call} has no option '${name}'; it takes ${known}.`);
    const [field, section] = places[name].split("/").reverse();
    if (value !== undefined) (section ? (body[section] ??= {}) : body)[field] = value;
  }
  return body;
}

/** The root of the sandbox at a URL, with or without `/v1` at its end. @param {string} url */
function rootOf(url) {
  const { protocol, origin, pathname } = URL.canParse(url) ? new URL(url) : { protocol: "", origin: "", pathname: "" };
  if (!["http:", "https:"].includes(protocol)) {
    const hint = "a URL begins with http:// or https://, such as http://127.0.0.1:4010";
    throw new SandboxError(`'${url}' is not the URL of a sandbox; ${hint}.`);
  }
  return origin + pathname.replace(/(\/v1)?\/*$/, "");
}

/** A token that can be sent. The message does not show it. @param {string} name @param {string} token */
function usable(name, token) {
  if (typeof token === "string" && TOKEN.test(token)) return token;
  throw new SandboxError(`${name} is empty, or has a character that no token has, such as a line break; correct it.`);
}

/** An id that can stand in a path. @param {string} call @param {string} wanted @param {unknown} id */
function idOf(call, wanted, id) {
  if (typeof id === "string" && ID.test(id)) return id;
  throw new SandboxError(`${call} takes ${wanted}; ${JSON.stringify(id)?.slice(0, 60)} is no id.`);
}

/** All items of a list. @param {(page: {page: number, size: number}) => Promise<Json>} read @returns {Promise<Json[]>} */
async function pages(read) {
  const items = [];
  for (let page = 1, more = true; more; page += 1) {
    const one = await read({ page, size: PAGE });
    items.push(...one.items);
    more = one.has_more;
  }
  return items;
}

/** @param {Json} query */
const search = (query) =>
  new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined)).toString();
