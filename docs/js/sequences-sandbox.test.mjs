import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { Sandbox, SandboxError, VerificationError, World, withWorld } from "./sequences-sandbox.mjs";

const MONDAY = "2026-03-02T09:00:00Z";
const FIXTURE = {
  now: MONDAY,
  frozen: true,
  organizations: [
    {
      contacts: [
        { first_name: "Ada", company_domain: "acorn.example" },
        { first_name: "Ben", company_domain: "birch.example" },
      ],
      sequence_templates: [{ name: "Product launch", steps: [{ type: "email", delay: "P1D" }] }],
    },
  ],
};

/** A call as the code under test makes it. */
const call = (world, method, path, body) =>
  fetch(world.url + path, {
    method,
    headers: { Authorization: `Bearer ${world.key}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });

const rejects = (promise, kind, message) =>
  assert.rejects(promise, (error) => {
    assert.equal(error.constructor, kind, error.stack);
    assert.match(error.message, message);
    return true;
  });

test("worlds are private, and a deleted one is gone", async () => {
  let kept;
  await withWorld({ fixture: FIXTURE }, async (world) => {
    kept = world;
    const other = await (await Sandbox.shared()).world({ fixture: FIXTURE });
    await world.sequences.create("ACTIVE");
    assert.equal((await world.sequences.list()).length, 1);
    assert.deepEqual(await other.sequences.list(), []);
    await other.delete();
  })();
  assert.equal((await call(kept, "GET", "/sequences")).status, 401);
});

test("a world is deleted after a test that fails, too", async () => {
  let kept;
  const failing = withWorld({}, (world) => {
    kept = world;
    throw new TypeError("the test's own");
  });
  await rejects(failing(), TypeError, /own/);
  await rejects(kept.sequences.list(), SandboxError, /API key/);
});

test("the clock moves, and what was due has happened", withWorld({ fixture: FIXTURE }, async (world) => {
  const run = await world.sequences.create("ACTIVE", { company: "birch.example", template: "Product launch" });
  const paused = await world.sequences.pause(run.id, "2026-03-09T09:00:00Z");
  assert.equal(paused.status, "WAITING_FOR_LEAD");
  const woken = await world.clock.advance("P7D");
  assert.deepEqual(woken.fired.map(({ at, event }) => [at, event]), [["2026-03-09T09:00:00Z", "wake"]]);
  assert.equal((await world.clock.next()).fired.at(-1).event, "succeed");
  assert.equal((await world.sequences.get(run.id)).status, "SUCCEEDED");
  assert.equal((await world.clock.advance({ to: "2026-06-01T00:00:00Z" })).now, "2026-06-01T00:00:00Z");
  await world.clock.unfreeze();
  assert.equal((await world.clock.read()).frozen, false);
  await world.clock.freeze();
  assert.equal((await world.clock.read()).frozen, true);
  await world.reset();
  assert.equal((await world.clock.read()).now, MONDAY);
  assert.deepEqual(await world.sequences.list(), []);
}));

test("faults are injected as often as wanted", withWorld({ fixture: FIXTURE }, async (world) => {
  const late = await world.faults.add({ on: "getMe", latency: 1, times: 1 });
  const rule = await world.faults.add({ on: "listSequences", nth: 2, status: 429, retryAfter: 7, message: "Slower." });
  assert.deepEqual(late.effect, { latency: { fixed_ms: 1 } });
  assert.equal((await call(world, "GET", "/sequences")).status, 200);
  const limited = await call(world, "GET", "/sequences");
  assert.deepEqual([limited.status, limited.headers.get("retry-after")], [429, "7"]);
  assert.equal((await limited.json()).message, "Slower.");
  assert.deepEqual((await world.faults.list()).map(({ matched, fired }) => [matched, fired]), [[0, 0], [2, 1]]);
  await world.faults.remove(rule);
  assert.equal((await world.faults.list()).length, 1);
  await world.faults.remove();
  assert.deepEqual(await world.faults.list(), []);
}));

test("the journal says what was sent, and what differs", withWorld({ fixture: FIXTURE }, async (world) => {
  const { id } = await world.sequences.create("ACTIVE");
  await call(world, "POST", `/sequences/${id}/pause`, { paused_until: "2026-04-01T00:00:00Z" });
  await world.sequences.resume(id);
  assert.deepEqual((await world.sequences.update(id, { opening: "Hello" })).variables, { opening: "Hello" });
  await world.sequences.stop(id, "WIN", "COMPANY");
  const wanted = { sequenceId: id, body: { reason: "WIN", scope: "COMPANY" }, status: 200, exactly: 1 };
  assert.equal(await world.journal.verify("stopSequence", wanted), 1);
  assert.equal(await world.journal.verifyOrder("pauseSequence", "stopSequence"), 2);
  const sent = await world.journal.requests({ sequenceId: id });
  const operations = ["pauseSequence", "resumeSequence", "updateSequence", "stopSequence"];
  assert.deepEqual(sent.map(({ operation }) => operation), operations);
  assert.deepEqual(JSON.parse(sent[3].request.body), { reason: "WIN", scope: "COMPANY" });
  await rejects(world.journal.verify("stopSequence", { body: { reason: "LOSS" } }), VerificationError,
    /^journal\.verify\("stopSequence"\) does not hold: 0 matched\.\n {2}req_\w+: .*WIN/);
  await rejects(world.journal.verify("stopSequence", { atMost: 0 }), VerificationError, /1 matched\.\n.*one too many/);
  await rejects(world.journal.verifyOrder("stopSequence", "pauseSequence"), VerificationError, /verifyOrder/);
}));

test("what is not named is made", withWorld({ fixture: "empty" }, async (world) => {
  const one = await world.sequences.create("ACTIVE");
  const other = await world.sequences.create("FOUND", { company: "oak.example" });
  assert.notEqual(one.contact_id, other.contact_id);
  assert.equal(one.sequence_template_id, other.sequence_template_id);
}));

test("the engine acts when it is asked to", withWorld({ fixture: FIXTURE }, async (world) => {
  const { id } = await world.sequences.create("WAITING_FOR_USER");
  assert.equal((await world.sequences.event(id, "answer")).status, "SUCCEEDED");
  await rejects(world.sequences.event(id, "answer"), SandboxError, /answer/);
}));

test("what the world does not have is named", withWorld({ fixture: FIXTURE }, async (world) => {
  const named = world.sequences.create("ACTIVE", { template: "Spring" });
  await rejects(named, SandboxError, /no template 'Spring'; there are Product launch/);
  assert.throws(() => world.keyWith("tasks:write"), { name: "SandboxError", message: /has tasks:write/ });
}));

test("a mistake in a call is told in the words of the call", withWorld({ fixture: "empty" }, async (world) => {
  const { clock, faults, journal, sequences } = world;
  const { id } = await sequences.create("ACTIVE");
  for (const [call, message] of [
    [() => faults.add({ on: "pauseSequnce", status: 503 }), /^'on' is 'pauseSequnce'.*'pauseSequence'/],
    [() => faults.add({ status: 503, sattus: 503 }), /^faults.add has no option 'sattus'; it takes on, /],
    [() => faults.add({ status: 503, retryAfter: -1 }), /^'retryAfter' must be/],
    [() => faults.add({ latency: { fixed_ms: -1 } }), /^'latency\/fixed_ms' must be/],
    [() => faults.add({ status: 503, close: "before" }), /^faults.add takes one of .*dripSeconds, not status and close\.$/],
    [() => faults.remove(undefined), /^faults.remove takes a rule of .*, or nothing to remove all/],
    [() => journal.verify("listSequence"), /^'on' is/],
    [() => journal.verify("listSequences", { sequenceId: "x" }), /^'sequenceId' must be a UUID/],
    [() => journal.verify("listSequences", { sequenceID: id }), /^journal.verify has no option 'sequenceID'; it takes /],
    [() => journal.verify("listSequences", { body: "x" }), /^'body' must be an object/],
    [() => journal.verify("listSequences", { query: { page: 1 } }), /^'query\/page' must be a string/],
    [() => journal.verify("listSequences", { atLeast: -1 }), /^'atLeast' must be/],
    [() => journal.verifyOrder("listSequences", "listSequence"), /^'argument 2' is 'listSequence'/],
    [() => journal.verifyOrder(), /^journal.verifyOrder takes operations/],
    [() => journal.verifyOrder("listSequences", undefined), /^journal.verifyOrder takes operations/],
    [() => journal.requests({ sequenceId: "x" }), /^'sequenceId' is 'x'/],
    [() => journal.requests({ size: 5 }), /^journal.requests has no option 'size'/],
    [() => journal.requests("listSequences"), /^journal.requests takes an object/],
    [() => clock.advance("2 days"), /^'how' must be an ISO 8601 duration/],
    [() => clock.advance(3), /^clock.advance takes a duration such as "P2D", or/],
    [() => clock.advance({ days: 3 }), /^clock.advance takes a duration such as "P2D", or/],
    [() => clock.advance({ to: undefined }), /^clock.advance takes a duration such as "P2D", or/],
    [() => sequences.create("ACTIVE", { contact: "x" }), /^'contact' must be a UUID/],
    [() => sequences.pause(id, "tomorrow"), /^'until' must be a full/],
    [() => sequences.pause(id), /^The call lacks 'until'/],
    [() => sequences.get("../contacts"), /^sequences.get takes the id of a sequence; "\.\.\/contacts" is no id\.$/],
    [() => sequences.stop(".."), /^sequences.stop takes the id/],
    [() => sequences.event("", "answer"), /^sequences.event takes the id/],
    [() => sequences.get("x"), /^'id' is 'x'/],
    [() => sequences.list({ size: 1 }), /^sequences.list takes filters .* reads all pages/],
    [async () => (await Sandbox.shared()).world({ ttlSeconds: 0 }), /^'ttlSeconds' must be/],
  ]) {
    await rejects(call(), SandboxError, message);
  }
  assert.equal((await sequences.list({ status: undefined })).length, 1);
}));

test("a token that cannot be sent is not shown", async () => {
  await rejects(Sandbox.connect("http://127.0.0.1:1", { adminToken: null }), SandboxError, /^adminToken is empty, or/);
  const before = { ...process.env };
  process.env.SEQUENCES_SANDBOX_URL = "http://127.0.0.1:1";
  try {
    for (const token of ["se\ncret", "secret\n", "sëcret", "✓secret", "se cret", ""]) {
      process.env.SEQUENCES_SANDBOX_ADMIN_TOKEN = token;
      await rejects(Sandbox.shared(), SandboxError, /^SEQUENCES_SANDBOX_ADMIN_TOKEN is empty, or has (?!.*cret)/);
      await rejects(Sandbox.connect("http://127.0.0.1:1", { adminToken: token }), SandboxError, /^adminToken is empty, or/);
      const world = new World("http://127.0.0.1:1", { id: "1", organizations: [{ api_keys: [{ token, scopes: [] }] }] });
      await rejects(world.reset(), SandboxError, /^The key of this world is empty, or has (?!.*cret)/);
    }
  } finally {
    process.env = before;
  }
});

test("a sandbox below a path is used there", async () => {
  const proxy = createServer(({ url }, response) => {
    response.end(url === "/sandbox/_sandbox/health" ? '{"status": "ok"}' : "");
  });
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${proxy.address().port}/sandbox`;
  for (const given of [url, `${url}/`, `${url}/v1`]) assert.equal((await Sandbox.connect(given)).url, url);
  proxy.closeAllConnections();
  proxy.close();
});

test("what is no sandbox is not taken for one", async () => {
  const other = createServer((_, response) => response.end("<html>")).listen(0, "127.0.0.1");
  await once(other, "listening");
  const url = `http://127.0.0.1:${other.address().port}`;
  await rejects(Sandbox.connect(url), SandboxError, /is not a sandbox/);
  other.closeAllConnections();
  await new Promise((closed) => other.close(closed));
  await rejects(Sandbox.connect(url), SandboxError, /^No sandbox answers at .*ECONNREFUSED.*sequences-sandbox serve$/);
  for (const name of ["localhost", "localhost:4010"]) {
    await rejects(Sandbox.connect(name), SandboxError, new RegExp(`'${name}' is not the URL .* begins with http://`));
  }
});

test("a sandbox that cannot be started says why", async () => {
  await rejects(Sandbox.start({ command: "no-such-program" }), SandboxError, /'no-such-program' cannot be started.*ENOENT/);
  await rejects(Sandbox.start({ arguments: ["--fixture", "no_such"] }), SandboxError, /did not start\. .*no_such/s);
});

test("a started sandbox ends with its process, and does not keep it alive", async () => {
  const script = `import { Sandbox } from "./sequences-sandbox.mjs";
    const sandbox = await Sandbox.start({ arguments: ["--fixture", "empty"] });
    await (await sandbox.world()).delete();
    console.log(sandbox.url);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: new URL(".", import.meta.url),
  });
  let url = "";
  child.stdout.on("data", (text) => (url += text));
  assert.deepEqual(await once(child, "close"), [0, null]);
  for (;;) {
    const error = await Sandbox.connect(url.trim()).catch((caught) => caught);
    if (error instanceof SandboxError) {
      assert.match(error.message, /No sandbox answers/);
      return;
    }
  }
});
