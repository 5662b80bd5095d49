// How a world comes to be kept: it is made, or opened by one of its keys.

import { Rejected, control, send } from "../api.js";
import { basePath, contract } from "../contract.js";
import { KEEPS } from "./kept.js";

const A_WEEK = 7 * 24 * 3600;
const AN_HOUR = 3600;
const STEP = 300; // seconds, to which lifetimes are rounded up

/** No world can be had; the text says why. `taken` where this sandbox lets the visitor make none at present, or at all. */
export class NoWorld extends Error {
  constructor(message, taken, retry = null) {
    super(message);
    this.taken = taken;
    this.retry = retry;
  }
}

/** Makes a world of a fixture by name or document. Throws Rejected or NoWorld. */
export async function makeWorld({ fixture, name = "Console" }) {
  const body = { name, ttl_seconds: KEEPS ? A_WEEK : AN_HOUR, ...(fixture === undefined ? {} : { fixture }) };
  const exchange = await send({ method: "POST", path: "/_sandbox/worlds", body });
  if (exchange.status !== 201) throw problem(exchange, fixture);
  const keys = exchange.json.organizations.flatMap(({ id, api_keys: each }) => each.map((key) => ({ ...key, organization_id: id })));
  const world = { ...described(exchange.json), own: true, keys };
  if (world.keys.length === 0) throw new NoWorld("That fixture holds no API key, so nothing can open its world.", false);
  return world;
}

/** The world of a key that was made elsewhere. Throws Rejected. */
export async function worldOfKey(token) {
  const world = described(await control(token, "GET", "/world"));
  const path = `${basePath(await contract())}/me`;
  const { json: me } = await send({ path, token, observer: true });
  const key = {
    id: me?.id ?? null, name: me?.name ?? "The given key", token,
    scopes: me?.scopes ?? ["sequences:read"],
    organization_id: me?.organization_id ?? world.organizations[0].id,
  };
  return { ...world, own: false, keys: [key] };
}

/** What of a world's description is kept. `idle` is how many seconds it stays after its last use, which was within the last
 * minutes; null: for good. */
export function described({ id, name, fixture, created_at, expires_at: expires, ends_at, limits, organizations }) {
  const idle = expires === null ? null : rounded((Date.parse(expires) - Date.now()) / 1000);
  return { id, name, fixture, created_at, idle, ends_at, limits, organizations: organizations.map((each) => ({ id: each.id, name: each.name })) };
}

const rounded = (seconds) => (seconds > STEP ? Math.ceil(seconds / STEP) * STEP : Math.round(seconds));

function problem(exchange, fixture) {
  const rejected = new Rejected(exchange);
  if (exchange.status === 401) return new NoWorld("Visitors cannot make worlds on this sandbox. Its operator can allow it with --public-worlds.", true);
  if (exchange.status === 429) return new NoWorld(rejected.message, true, 30);
  return fixture === undefined ? new NoWorld(rejected.message, false, 3) : rejected;
}
