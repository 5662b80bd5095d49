// The current world and the key that is sent: kept in the browser, replaced when the world has ended.

import { Rejected, control, send } from "./api.js";
import { publish } from "./bus.js";
import { described, makeWorld, NoWorld, worldOfKey } from "./world/create.js";
import { alone, forgetWorld, keepChoice, keepWorld, onKeptElsewhere, readChoice, readKept } from "./world/kept.js";

const NO_KEY = "none";

class Session {
  world = null;
  chosen = "0";
  hasRead = false;
  #losing = null;

  /** The key that the visitor chose to send; null for none. */
  get key() {
    return this.chosen === NO_KEY ? null : this.world.keys[Number(this.chosen)];
  }

  get token() {
    return this.key?.token ?? null;
  }

  /** The organization whose runs are shown: the chosen key's. */
  get organization() {
    const id = (this.key ?? this.world.keys[0]).organization_id;
    return this.world.organizations.find((each) => each.id === id) ?? { id, name: "" };
  }

  /** A key of the shown organization, for the control API: any key of the world opens it. */
  get controlToken() {
    return (this.key ?? this.world.keys[0]).token;
  }

  /** The key of the shown organization that may most. */
  get widestToken() {
    const keys = this.world.keys.filter((key) => key.organization_id === this.organization.id);
    return keys.reduce((widest, key) => (key.scopes.length > widest.scopes.length ? key : widest)).token;
  }

  /** Keys by organization: [name, [[value, label], …]]. */
  get choices() {
    return this.world.organizations.map(({ id, name }) => [name, this.world.keys
      .map((key, index) => [String(index), key])
      .filter(([, key]) => key.organization_id === id)
      .map(([value, key]) => [value, key.name])]).filter(([, keys]) => keys.length);
  }

  /** Finds a kept world that is still there, or makes one. Throws NoWorld. Returns what was found gone, if anything was. */
  async open() {
    const { current, worlds } = readKept();
    const kept = worlds.find((each) => each.id === current);
    const found = kept && (await renewed(kept));
    if (found) {
      this.#use(found);
      return null;
    }
    await this.#replace(kept?.id);
    return kept ?? null;
  }

  /** A new world beside the kept ones. Throws Rejected or NoWorld. */
  async make(wish) {
    this.#show(await makeWorld(wish), "made");
  }

  /** The world of a key. Throws Rejected. */
  async openByKey(token) {
    const known = readKept().worlds.find((each) => each.keys.some((key) => key.token === token));
    this.#show(known ?? (await worldOfKey(token)), "opened", token);
  }

  /** Another of the kept worlds, with the key of a `token` chosen. Throws NoWorld where it has ended; it is forgotten then. */
  async switchTo(id, token = null) {
    const world = await renewed(readKept().worlds.find((each) => each.id === id));
    if (world) return this.#show(world, "switched", token);
    forgetWorld(id);
    publish("worlds");
    throw new NoWorld("That world has ended: it was not used for a while, or the sandbox was restarted.", false);
  }

  /** Removes a kept world from the list, and from the sandbox where it is the visitor's own. */
  async remove({ id, own, keys }) {
    if (own) await control(keys[0].token, "DELETE", "/world").catch(() => null);
    forgetWorld(id);
    publish("worlds");
  }

  /** Calls the control API. Throws Rejected; where the world has ended, another takes its place first. */
  async control(method, path, body) {
    const token = this.controlToken;
    this.hasRead = true;
    try {
      return await control(token, method, path, body);
    } catch (error) {
      if (error instanceof Rejected && error.status === 401) await this.lost(token);
      throw error;
    }
  }

  /** Reads the public API for the page itself, with a key of the shown organization that may. Never throws. */
  read(path, scope = "sequences:read") {
    const keys = this.world.keys.filter((key) => key.organization_id === this.organization.id);
    this.hasRead = true;
    const key = keys.find(({ scopes }) => scopes.includes(scope)) ?? keys[0];
    return send({ path, token: key.token, observer: true });
  }

  choose(value) {
    this.chosen = value;
    keepChoice(this.world.id, value);
    publish("key");
  }

  /** What finds at a path what the shown organization lacks: [the other one's name, the value of its key] or null. */
  async finder(path, scope = "sequences:read") {
    const { world, organization } = this;
    for (const { id, name } of world.organizations.filter((each) => each.id !== organization.id)) {
      const index = world.keys.findIndex((key) => key.organization_id === id && key.scopes.includes(scope));
      if (index >= 0 && (await send({ path, token: world.keys[index].token, observer: true })).status === 200) return [name, String(index)];
    }
    return null;
  }

  /** The world that `token` opened has ended: where it is still the current one, another takes its place. */
  async lost(token) {
    if (!this.world.keys.some((key) => key.token === token)) return;
    this.#losing ??= this.#replace(this.world.id)
      .then(() => publish("fresh", { another: true, why: "ended" }), (error) => publish("closed", error))
      .finally(() => { this.#losing = null; });
    await this.#losing;
  }

  /** In place of the world of an id that has ended: the one that another tab made meanwhile, else a new one. */
  #replace(id) {
    return alone(async () => {
      const { current, worlds } = readKept();
      const meanwhile = worlds.find((each) => each.id === current && each.id !== id);
      if (meanwhile) return this.#use(meanwhile);
      const made = await makeWorld({});
      if (id) forgetWorld(id);
      keepWorld(made);
      return this.#use(made);
    });
  }

  #show(world, why, token = null) {
    keepWorld(world);
    const index = world.keys.findIndex((key) => key.token === token);
    if (index >= 0) keepChoice(world.id, String(index));
    this.#use(world);
    publish("fresh", { another: true, why });
  }

  #use(world) {
    this.world = world;
    const choice = readChoice(world.id);
    this.chosen = choice === NO_KEY || world.keys[choice] ? choice : "0";
  }

  /** Follows another tab to the world that it made, opened or switched to, or that took the place of one that has ended. */
  follow({ current, worlds }) {
    publish("worlds");
    const world = worlds.find((each) => each.id === current);
    if (!this.world || !world || world.id === this.world.id) return;
    const why = worlds.some((each) => each.id === this.world.id) ? "tab" : "ended";
    this.#use(world);
    publish("fresh", { another: true, why });
  }
}

/** A kept world as it is now; null where it has ended. Throws NoWorld. */
async function renewed(world) {
  const exchange = await send({ path: "/_sandbox/world", token: world.keys[0].token, observer: true });
  if (exchange.status === 401) return null;
  if (exchange.status !== 200) throw new NoWorld(new Rejected(exchange).message, false, 3);
  return { ...world, ...described(exchange.json) };
}

export const session = new Session();

onKeptElsewhere((kept) => session.follow(kept));
