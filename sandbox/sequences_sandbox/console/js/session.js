// The visitor's private world: made at the first visit, kept in the browser, replaced when it is gone.

import { Refused, control, send } from "./api.js";
import { tell } from "./bus.js";

const PLACE = "sequences-sandbox";
const A_WEEK = 7 * 24 * 3600;
const AN_HOUR = 3600;
const NO_KEY = "none";

// Whether the browser keeps anything for this page. In a frame of another site many do not; its world is of the page then.
const KEEPS = isKept();

/** No world can be had; the text says why. `closed` where this sandbox lets no visitor make one. */
export class NoWorld extends Error {
  constructor(message, closed) {
    super(message);
    this.closed = closed;
  }
}

class Session {
  world = null;
  chosen = "0";

  /** The token that the visitor chose to send; null for none. */
  get token() {
    return this.chosen === NO_KEY ? null : this.world.keys[Number(this.chosen)].token;
  }

  /** The key that opens the control API; any key of the world does. */
  get controlToken() {
    return this.world.keys[0].token;
  }

  /** A key that may read, whatever the visitor chose. */
  get readToken() {
    return (this.world.keys.find((key) => key.scopes.includes("sequences:read")) ?? this.world.keys[0]).token;
  }

  /** What the key switch offers: [value, label] pairs. */
  get choices() {
    return [...this.world.keys.map((key, index) => [String(index), key.label]), [NO_KEY, "No key"]];
  }

  /** Finds the kept world or makes one. Throws NoWorld. Returns whether an earlier world was gone. */
  async open() {
    const kept = read();
    if (kept && (await this.#alive(kept.world))) {
      this.world = kept.world;
      this.choose(kept.chosen in this.world.keys || kept.chosen === NO_KEY ? kept.chosen : "0");
      return false;
    }
    await this.#replace(kept?.world.id);
    return kept !== null;
  }

  /** Another world in place of this one, of a fixture by name or document. Throws Refused or NoWorld. */
  async renew(fixture) {
    const former = this.world;
    await this.#make({ fixture });
    // Told before the former world is deleted: whoever still hears of that one would take it for this.
    tell("world");
    if (former.own) await control(former.keys[0].token, "DELETE", "/world").catch(() => null);
  }

  /** The world of a key that was made elsewhere. Throws Refused. */
  async openByKey(token) {
    const world = await control(token, "GET", "/world");
    this.#adopt({ id: world.id, name: world.name, fixture: world.fixture, own: false, keys: [{ label: "The given key", name: null, scopes: ["sequences:read"], token }] });
    tell("world");
  }

  /** Calls the control API. Throws Refused; where the world is gone, a new one is made first. */
  async control(method, path, body) {
    const token = this.controlToken;
    try {
      return await control(token, method, path, body);
    } catch (error) {
      if (error instanceof Refused && error.status === 401) await this.lost(token);
      throw error;
    }
  }

  /** Reads for the page itself, with a key that may, and unmarked by the visitor's choice. */
  read(path) {
    return send({ path, token: this.readToken, own: true });
  }

  choose(value) {
    this.chosen = value;
    write({ world: this.world, chosen: value });
    tell("key");
  }

  /** The world that `token` opened is gone: where it is still the present one, makes another and tells so. */
  async lost(token) {
    if (token !== this.controlToken) return;
    this.#losing ??= this.#replace(this.world.id)
      .then(() => { tell("world"); tell("lost"); }, (error) => tell("closed", error))
      .finally(() => { this.#losing = null; });
    await this.#losing;
  }

  #losing = null;

  /** A world in place of the one of an id that is gone: the one that another tab made meanwhile, else a new one. */
  #replace(id) {
    return alone(async () => {
      const meanwhile = read();
      if (meanwhile && meanwhile.world.id !== id) this.#adopt(meanwhile.world);
      else await this.#make({});
    });
  }

  async #alive(world) {
    try {
      await control(world.keys[0].token, "GET", "/world");
      return true;
    } catch (error) {
      if (error.status === 401) return false;
      throw new NoWorld(error.message, false);
    }
  }

  async #make(wish) {
    const exchange = await send({ method: "POST", path: "/_sandbox/worlds", body: { name: "Console", ttl_seconds: KEEPS ? A_WEEK : AN_HOUR, ...wish } });
    if (exchange.status === 401) throw new NoWorld("This sandbox lets visitors make no worlds of their own. Its owner can allow it with --public-worlds.", true);
    if (exchange.status !== 201) {
      if (wish.fixture) throw new Refused(exchange);
      throw new NoWorld(new Refused(exchange).message, exchange.status === 429);
    }
    const { id, name, fixture, organizations } = exchange.json;
    const keys = organizations.flatMap((organization, index) => organization.api_keys.map((key) => ({
      label: index === 0 ? key.name : `${organization.name}: ${key.name}`,
      name: key.name, scopes: key.scopes, token: key.token,
    })));
    if (keys.length === 0) throw new NoWorld("That state holds no API key, so nothing can open it.", false);
    this.#adopt({ id, name, fixture, own: true, keys });
  }

  #adopt(world) {
    this.world = world;
    this.choose("0");
  }
}

export const session = new Session();

/** Follows a world that another tab made. */
addEventListener("storage", (event) => {
  const kept = event.key === PLACE ? read() : null;
  if (kept && session.world && kept.world.id !== session.world.id) {
    session.world = kept.world;
    session.chosen = kept.chosen;
    tell("key");
    tell("world");
  }
});

function isKept() {
  try {
    return Boolean(localStorage);
  } catch {
    return false;
  }
}

function read() {
  try {
    return KEEPS ? JSON.parse(localStorage.getItem(PLACE)) : null;
  } catch {
    return null;
  }
}

function write(value) {
  if (KEEPS) localStorage.setItem(PLACE, JSON.stringify(value));
}

/** Runs `work` in one tab or frame at a time, so that a page with many frames makes one world. */
function alone(work) {
  return KEEPS && navigator.locks ? navigator.locks.request(PLACE, work) : work();
}
