"""Worlds that nobody uses go; looking at them is no use of them, and shows them as time has made them."""

import pytest
from sequences_sandbox.domain.timestamps import HOUR, SECOND
from sequences_sandbox.worlds.events import WORLD


@pytest.fixture
def made(api):
    """Makes a world; returns its description and a key."""

    def make(**body):
        world = api("POST", "/_sandbox/worlds", json=body).json()
        return world, world["organizations"][0]["api_keys"][0]["token"]

    return make


def listed(api, world):
    return next(
        (one for one in api("GET", "/_sandbox/worlds?size=100").json()["items"] if one["id"] == world["id"]), None
    )


def test_a_listed_world_shows_what_time_has_brought(api, made):
    world, key = made()
    api.clock.advance(HOUR)
    shown = listed(api, world)
    assert shown["clock"]["next_due"]["at"] > shown["clock"]["now"]
    assert shown | api("GET", "/_sandbox/world", key=key).json() == shown


def test_a_listed_world_says_when_it_was_last_used_and_how_much_it_keeps(api, made):
    world, key = made(ttl_seconds=3600)
    first = listed(api, world)
    assert (first["last_used_at"], first["expires_at"]) == ("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z")
    api.clock.advance(10 * 60 * SECOND)
    assert listed(api, world)["last_used_at"] == first["last_used_at"]
    assert api("GET", "sequences", key=key).status_code == 200
    used = listed(api, world)
    assert (used["last_used_at"], used["expires_at"]) == ("2026-03-02T09:10:00Z", "2026-03-02T10:10:00Z")
    api("PUT", "/_sandbox/snapshots/one", key=key)
    assert listed(api, world)["size"] > 1.9 * first["size"] > 100


def test_a_world_counts_its_documents_by_kind_and_its_runs_by_status(api, made):
    for organization in made()[0]["organizations"]:
        counts = organization["counts"]
        statuses = {name: number for name, number in counts.items() if name.isupper()}
        assert sum(statuses.values()) == counts["sequences"] > 0
        assert counts["contacts"] > 0 < counts["sequence_templates"]


def test_a_world_starts_with_all_that_was_due_before_applied(api):
    document = api("GET", "/_sandbox/world/export").json()
    [organization, *_] = document["organizations"]
    found = next(run for run in organization["sequences"] if run["status"] == "FOUND")
    found["created_at"] = "-PT2H"
    found["updated_at"] = "-PT2H"
    world = api("POST", "/_sandbox/worlds", json={"fixture": document, "frozen": True}).json()
    assert listed(api, world)["organizations"] == [
        {**one, "api_keys": [{name: key[name] for name in ("id", "name", "scopes")} for key in one["api_keys"]]}
        for one in world["organizations"]
    ]


def test_being_listed_is_no_use(api, made):
    world, key = made(ttl_seconds=60)
    api.clock.advance(59 * SECOND)
    assert listed(api, world) is not None
    api.clock.advance(SECOND)
    assert listed(api, world) is None
    assert api("GET", "sequences", key=key).json()["data"]["problem"] == "unknown"


def test_the_unused_ones_among_many_go_and_the_used_ones_stay(api, made):
    worlds = [made(ttl_seconds=60) for _ in range(6)]
    api.clock.advance(40 * SECOND)
    for _, key in worlds[::2]:
        assert api("GET", "sequences", key=key).status_code == 200
    api.clock.advance(40 * SECOND)
    assert [listed(api, world) is not None for world, _ in worlds] == [True, False] * 3
    api.clock.advance(60 * SECOND)
    assert api("GET", "/_sandbox/worlds").json()["total_count"] == 1


def test_subscribers_get_the_expiry_of_a_world(api, made):
    world, _ = made(ttl_seconds=60)
    published = []
    api.app.worlds.events.subscribe(world["id"], published.append)
    api.clock.advance(60 * SECOND)
    made()
    assert [(event.kind, event.data) for event in published] == [(WORLD, '{"event":"deleted"}')]
