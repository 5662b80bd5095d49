"""What holds of worlds whatever is done to them, over HTTP: random calls of the public and of the control API."""

import asyncio
import json
from dataclasses import dataclass
from itertools import pairwise
from random import Random

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sequences_sandbox.app import build
from sequences_sandbox.domain.timestamps import DAY, format_duration
from sequences_sandbox.settings import Settings

# A world with answers to many calls is made for each example, so few are drawn and none is timed.
CALLS = settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32)
FIXTURES = st.sampled_from(["demo", "every_status"])
NOBODY = "00000000-0000-4000-8000-000000000000"
EVENTS = ("activate", "refuse", "ask", "answer", "skip", "succeed", "complete", "fail")


class Sandbox:
    """A sandbox whose machine time is moved by hand, called in one event loop."""

    def __init__(self, clock):
        self.clock = clock
        self._loop = asyncio.new_event_loop()
        app = build(Settings(), clock)
        transport = httpx.ASGITransport(app.asgi, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4010")

    def __call__(self, method, path, key=None, body=None):
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        answer = self._loop.run_until_complete(self._client.request(method, path, headers=headers, json=body))
        assert answer.status_code < 500, answer.text
        return answer

    def world(self, **body):
        made = self("POST", "/_sandbox/worlds", body=body).json()
        return World(self, made["organizations"][0]["api_keys"][0]["token"])

    def close(self):
        self._loop.run_until_complete(self._client.aclose())
        self._loop.close()


@dataclass
class World:
    sandbox: Sandbox
    key: str

    def __call__(self, method, path, body=None):
        answer = self.sandbox(method, path, self.key, body)
        return answer.json() if answer.content else None

    def runs(self):
        return [run for page in (1, 2) for run in self("GET", f"/v1/sequences?size=100&page={page}")["items"]]

    def export(self):
        document = self("GET", "/_sandbox/world/export")
        for organization in document["organizations"]:
            organization["api_keys"] = [{**key, "id": None} for key in organization["api_keys"]]
        return document

    def advance(self, length):
        return self("POST", "/_sandbox/clock/advance", {"by": format_duration(length)})

    def state(self):
        """All that can be known of the world."""
        runs = self.runs()
        histories = {run["id"]: self("GET", f"/_sandbox/sequences/{run['id']}/history") for run in runs[::7]}
        return runs, histories, self("GET", "/_sandbox/clock"), self.export()


def live(world, random, times):
    """Some random life, errors included."""
    for _ in range(times):
        method, path, body = _call(world, random)
        world(method, path, body)


def _call(world, random):
    document = world("GET", "/_sandbox/world/export")
    organization = random.choice([one for one in document["organizations"] if one.get("sequences")])
    run = random.choice(organization["sequences"])["id"]
    contact = random.choice([one["id"] for one in organization["contacts"]] or [NOBODY])
    template = random.choice(organization["sequence_templates"])["id"]
    hours = random.randrange(1, 200)
    enrolled = {"organization_id": organization["id"], "contact_id": contact, "sequence_template_id": template}
    return random.choice(
        [
            ("POST", f"/v1/sequences/{run}/pause", {"paused_until": f"2026-04-{random.randrange(1, 30):02}T00:00:00Z"}),
            ("POST", f"/v1/sequences/{run}/resume", {}),
            ("POST", f"/v1/sequences/{run}/stop", {"reason": "WIN", "scope": random.choice(["CONTACT", "COMPANY"])}),
            ("PATCH", f"/v1/sequences/{run}", {"variables": {"a": random.choice(["x", None])}}),
            ("POST", "/_sandbox/clock/advance", random.choice([{"by": f"PT{hours}H"}, {"next": True}])),
            ("PATCH", "/_sandbox/clock", {"frozen": random.choice([True, False])}),
            ("POST", "/_sandbox/sequences", enrolled | random.choice([{}, {"status": "ACTIVE"}])),
            ("POST", f"/_sandbox/sequences/{run}/events", {"event": random.choice(EVENTS)}),
            ("DELETE", f"/_sandbox/contacts/{contact}", None),
        ]
    )


@pytest.fixture
def sandbox(clock):
    one = Sandbox(clock)
    yield one
    one.close()


@CALLS
@given(SEEDS, FIXTURES)
def test_what_a_snapshot_kept_is_back_after_anything(sandbox, seed, fixture):
    random = Random(seed)
    world = sandbox.world(fixture=fixture)
    live(world, random, 4)
    before = world.state()
    world("PUT", "/_sandbox/snapshots/before")
    live(world, random, 8)
    sandbox.clock.advance(random.randrange(30 * DAY))
    world("POST", "/_sandbox/snapshots/before/restore")
    assert world("GET", "/_sandbox/snapshots/before/diff") == {"added": [], "removed": [], "changed": []}
    assert world.state() == before


@CALLS
@given(SEEDS, FIXTURES)
def test_an_exported_world_loads_to_an_equal_one_that_goes_on_equally(sandbox, seed, fixture):
    world = sandbox.world(fixture=fixture)
    live(world, Random(seed), 10)
    document = world("GET", "/_sandbox/world/export")
    assert "topo_" not in json.dumps(document)
    copy = sandbox.world(fixture=document)
    for _ in range(2):
        assert copy.runs() == world.runs()
        assert copy.export() == world.export()
        assert copy("GET", "/_sandbox/clock") == world("GET", "/_sandbox/clock")
        assert copy.advance(9 * DAY) == world.advance(9 * DAY)


@settings(CALLS, max_examples=2)
@given(SEEDS, FIXTURES)
def test_a_thousand_steps_through_time_lead_where_one_leap_leads(sandbox, seed, fixture):
    random = Random(seed)
    length = random.randrange(1, 60) * DAY
    leap, steps = sandbox.world(fixture=fixture, frozen=True), sandbox.world(fixture=fixture, frozen=True)
    stops = sorted([0, length, *(random.randrange(length) for _ in range(999))])
    at_once = leap.advance(length)
    fired = [one for here, there in pairwise(stops) for one in steps.advance(there - here)["fired"]]
    assert (fired, len(fired)) == (at_once["fired"], at_once["fired_count"])
    assert steps.state() == leap.state()


@CALLS
@given(SEEDS, FIXTURES, st.lists(st.booleans(), min_size=2, max_size=14))
def test_two_worlds_whose_calls_interleave_never_leak_into_each_other(sandbox, seed, fixture, turns):
    """Nothing done in one world shows in the other, and a third, untouched, stays as it was born."""
    randoms = (Random(seed), Random(seed + 1))
    worlds = (sandbox.world(fixture=fixture), sandbox.world(fixture=fixture))
    untouched = sandbox.world(fixture=fixture)
    born = untouched.state()
    for turn in turns:
        other = worlds[not turn].state()
        live(worlds[turn], randoms[turn], 1)
        assert worlds[not turn].state() == other
    worlds[0]("POST", "/_sandbox/world/reset", {})
    assert worlds[0].state() == born
    assert untouched.state() == born
