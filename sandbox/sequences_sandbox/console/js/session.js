// The visitor's private world: made at the first visit, kept in the browser, replaced when it is gone.

import { Refused, control, send } from "./api.js";
import { tell } from "./bus.js";

const PLACE = "sequences-sandbox";
const A_WEEK = 7 * 24 * 3600;
const NO_KEY = "none";

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
    await alone(async () => {
      // While this tab waited, another may have made one.
      const meanwhile = read();
      if (meanwhile && meanwhile.world.id !== kept?.world.id) this.#adopt(meanwhile.world);
      else await this.#make({});
    });
    return kept !== null;
  }

  /** Another world in place of this one, of a fixture by name or document. Throws Refused or NoWorld. */
  async renew(fixture) {
    const former = this.world;
    await this.#make(fixture === undefined ? {} : { fixture });
    if (former?.own) await control(former.keys[0].token, "DELETE", "/world").catch(() => null);
    tell("world");
  }

  /** The world of a key that was made elsewhere. Throws Refused. */
  async openByKey(token) {
    const world = await control(token, "GET", "/world");
    this.#adopt({ id: world.id, name: world.name, fixture: world.fixture, own: false, keys: [{ label: "The given key", name: null, scopes: ["sequences:read"], token }] });
    tell("world");
  }

  /** Calls the control API. Throws Refused; where the world is gone, a new one is made first. */
  async control(method, path, body) {
    try {
      return await control(this.controlToken, method, path, body);
    } catch (error) {
      if (error instanceof Refused && error.status === 401) await this.lost();
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

  /** The world is gone: makes another and tells so. */
  async lost() {
    this.#losing ??= this.renew().then(() => tell("lost"), (error) => tell("closed", error)).finally(() => { this.#losing = null; });
    await this.#losing;
  }

  #losing = null;

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
    const exchange = await send({ method: "POST", path: "/_sandbox/worlds", body: { name: "Console", ttl_seconds: A_WEEK, ...wish } });
    if (exchange.status === 401) throw new NoWorld("This sandbox lets visitors make no worlds of their own.", true);
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

function read() {
  try {
    return JSON.parse(localStorage.getItem(PLACE));
  } catch {
    return null; // Storage may be forbidden in a frame; then the world lasts as long as the page.
  }
}

function write(value) {
  try {
    localStorage.setItem(PLACE, JSON.stringify(value));
  } catch {
    return;
  }
}

/** Runs `work` in one tab or frame at a time, so that a page with many frames makes one world. */
function alone(work) {
  return navigator.locks ? navigator.locks.request(PLACE, work) : work();
}
