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
  static shared() {
    const { SEQUENCES_SANDBOX_URL: url, SEQUENCES_SANDBOX_ADMIN_TOKEN: adminToken } = process.env;
    Sandbox.#shared ??= url ? Sandbox.connect(url, { adminToken }) : Sandbox.start();
    return Sandbox.#shared;
  }

  /** One that is running. @param {string} url @param {{adminToken?: string}} [options] */
  static async connect(url, { adminToken } = {}) {
    if (!URL.canParse(url)) {
      throw new SandboxError(`'${url}' is not the URL of a sandbox; write one such as http://127.0.0.1:4010.`);
    }
    const root = new URL(url).origin;
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
    return new World(this.url, await send(this.url, "POST", "/_sandbox/worlds", this.#adminToken, snake(options)));
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
    return found.token;
  }

  /**
   * A call of the control API, such as `call("PUT", "/rate-limit", {limit: 60, per_seconds: 60})`.
   *
   * @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} its JSON
   */
  call(method, path, body) {
    return send(this.root, method, `/_sandbox${path}`, this.keyWith(), body);
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
    let reached = await this.world.call("POST", "/clock/advance", typeof how === "string" ? { by: how } : how);
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
  add({ on, method, path, keyName, nth, every, probability, times, for: lasting, enabled, ...effect }) {
    const match = snake({ operation: on, method, path, keyName, nth, every, probability });
    const latency = typeof effect.latency === "number" ? { fixed_ms: effect.latency } : effect.latency;
    const body = { match, times, for: lasting, enabled, effect: { ...snake(effect), latency } };
    return this.world.call("POST", "/faults", body);
  }

  /** The rules, with how often each `matched` and `fired`. @returns {Promise<Json[]>} */
  async list() {
    return (await this.world.call("GET", "/faults")).items;
  }

  /** Removes one, or all. @param {Json} [rule] */
  async remove(rule) {
    await this.world.call("DELETE", rule ? `/faults/${rule.id}` : "/faults");
  }
}

/** What was sent to the public API of a world. */
class Journal extends Part {
  /** The requests that match, oldest first, with their bodies. @param {RequestMatch & JournalMatch} [match] */
  async requests({ on, ...filters } = {}) {
    const query = snake({ operation: on, ...filters, bodies: true });
    const newestFirst = await pages((page) => this.world.call("GET", `/journal?${search({ ...query, ...page })}`));
    return newestFirst.reverse();
  }

  /**
   * How many requests match. VerificationError when it is not as many as wanted: one or more, unless a number is given.
   *
   * @param {string} on an operationId @param {Omit<RequestMatch, "on"> & JournalMatch & Wanted} [wanted]
   */
  verify(on, { exactly, atLeast, atMost, body, query, headers, ...match } = {}) {
    const whole = { operation: on, ...match, bodySubset: body, querySubset: query, headerSubset: headers };
    const question = { match: snake(whole), ...snake({ exactly, atLeast, atMost }) };
    return this.#verified(`verify("${on}")`, question);
  }

  /** Requires these operations in this order, with others between them or not. @param {...string} operations */
  verifyOrder(...operations) {
    const in_order = operations.map((operation) => ({ operation }));
    return this.#verified(`verifyOrder("${operations.join('", "')}")`, { in_order });
  }

  /** @param {string} call @param {Json} question @returns {Promise<number>} */
  async #verified(call, question) {
    /** @type {{ok: boolean, count: number, nearest: {request_id: string, differs: string[]}[]}} */
    const { ok, count, nearest } = await this.world.call("POST", "/journal/verify", question);
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
  async create(status, { contact, template, ...options } = {}) {
    const sequenceTemplateId = template && (await this.#template(template));
    return this.world.call("POST", "/sequences", snake({ contactId: contact, sequenceTemplateId, status, ...options }));
  }

  /** All that match, oldest first; filters are those of the public API. @param {Record<string, string>} [filters] */
  list(filters = {}) {
    return pages((page) => this.#public("GET", `?${search({ ...filters, ...page })}`, undefined, OBSERVER));
  }

  /** One. @param {string} id @returns {Promise<Json>} */
  get(id) {
    return this.#public("GET", `/${id}`, undefined, OBSERVER);
  }

  /** Acts as the engine: "activate", "answer", "fail" and so on. @param {string} id @param {string} event */
  async event(id, event) {
    return /** @type {Json} */ (await this.world.call("POST", `/sequences/${id}/events`, { event }));
  }

  /** Sets variables, and with null removes them. @param {string} id @param {Record<string, string | null>} variables */
  update(id, variables) {
    return this.#public("PATCH", `/${id}`, { variables });
  }

  /** Pauses one. @param {string} id @param {string} until @returns {Promise<Json>} */
  pause(id, until) {
    return this.#public("POST", `/${id}/pause`, { paused_until: until });
  }

  /** Resumes one. @param {string} id @returns {Promise<Json>} */
  resume(id) {
    return this.#public("POST", `/${id}/resume`);
  }

  /** Stops one, and those of its contact or company. @param {string} id @param {string} [reason] @param {string} [scope] */
  stop(id, reason = "WIN", scope = "CONTACT") {
    return this.#public("POST", `/${id}/stop`, { reason, scope });
  }

  /** The id of a template. @param {string} wanted its id or name @returns {Promise<string>} */
  async #template(wanted) {
    const { root, key } = this.world;
    const read = (/** @type {Json} */ page) =>
      send(root, "GET", `/v1/sequence-templates?${search(page)}`, key, undefined, OBSERVER);
    const known = await pages(read);
    const found = known.find(({ id, name }) => id === wanted || name === wanted);
    if (found) return found.id;
    const names = known.map(({ id, name }) => name ?? id).join(", ") || "none";
    throw new SandboxError(`This world has no template '${wanted}'; there are ${names}.`);
  }

  /** @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, string>} [headers] */
  #public(method, path, body, headers) {
    return send(this.world.root, method, `/v1/sequences${path}`, this.world.key, body, headers);
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
 * One request; its JSON. SandboxError for an error response, and when nothing answers.
 *
 * @param {string} root @param {string} method @param {string} path @param {string} [key] @param {unknown} [body]
 * @param {Record<string, string>} [more] headers
 * @returns {Promise<any>}
 */
async function send(root, method, path, key, body, more) {
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
  throw new SandboxError(message, { status: response.status, issue: result ?? {} });
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

/** Options in the API's spelling, without those that are undefined. @param {Json} options @returns {Json} */
function snake(options) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const spelt = (/** @type {string} */ name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(given.map(([name, value]) => [spelt(name), value]));
}

/** @param {Json} query */
const search = (query) => new URLSearchParams(query).toString();
