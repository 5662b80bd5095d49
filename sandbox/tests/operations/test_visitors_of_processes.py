"""What the worlds of visitors take together, where several processes share a database."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sequences_sandbox.domain.limits import VISITOR_BYTES, VisitorLimits
from sequences_sandbox.domain.timestamps import SECOND
from sequences_sandbox.store.postgres import PostgresStore
from sequences_sandbox.worlds.documents import CODECS

LONG = {"variables": {"note": "x" * 60_000}}


@pytest.fixture
def two(api_with, postgres_url, clock):
    """Two processes."""
    stores = [PostgresStore(postgres_url, CODECS, size=2, wall=clock) for _ in range(2)]
    yield [api_with(store, admin_token="sesame-1234", visitors=VisitorLimits(5)) for store in stores]
    for store in stores:
        store.disconnect()


def made(api):
    """A world of a visitor: its id, its key, and a run."""
    world = api("POST", "/_sandbox/worlds", key=None, json={}).json()
    key = world["organizations"][0]["api_keys"][0]["token"]
    return world["id"], key, api("GET", "sequences?status=ACTIVE", key=key).json()["items"][0]["id"]


def test_what_visitors_take_is_counted_for_all_processes(two):
    one, other = two
    _, key, run = made(one)
    assert one("PATCH", f"sequences/{run}", key=key, json=LONG).status_code == 200
    _, others_key, others_run = made(other)
    amounts = other.app.worlds.seeds.visitor_bytes
    assert amounts.taken > 60_000
    amounts.share = replace(VISITOR_BYTES, of_address=amounts.taken + 1000)
    refused = other("PATCH", f"sequences/{others_run}", key=others_key, json=LONG)
    assert (refused.status_code, refused.json()["data"]["limit"]) == (413, "bytes of memory of one client address")
    assert one("DELETE", "/_sandbox/world", key=key).status_code == 204
    other.clock.advance(3 * SECOND)
    assert other("PATCH", f"sequences/{others_run}", key=others_key, json=LONG).status_code == 200


@pytest.mark.parametrize("at_hand", [True, False])
def test_what_changed_in_a_large_world_is_loaded_once_for_all_who_ask_at_one_time(two, monkeypatch, at_hand):
    one, other = two
    world_id, key, run = made(one)
    if at_hand:
        assert other("GET", f"sequences/{run}", key=key).status_code == 200
    assert one("PATCH", f"sequences/{run}", key=key, json=LONG).status_code == 200
    monkeypatch.setattr("sequences_sandbox.worlds.worlds._LARGE_BYTES", 1000)
    worlds, number, loaded = other.app.worlds, 5, []
    looked, load = threading.Barrier(number), worlds.store.load

    def load_after_all_looked(world_id, since, most=None):
        found = load(world_id, since, most)
        loaded.append(len(found.documents))
        if most is not None:
            looked.wait(30)
        return found

    monkeypatch.setattr(worlds.store, "load", load_after_all_looked)
    with ThreadPoolExecutor(number) as threads:
        found = list(threads.map(worlds.refreshed, [world_id] * number))
    assert [each.documents["sequences"][run].variables["note"][:1] for each in found] == ["x"] * number
    assert len(loaded) == 2 * number
    assert len([each for each in loaded if each]) == 1


def test_a_world_is_counted_as_what_it_takes_in_memory(two):
    one, _ = two
    world_id, key, run = made(one)
    store = one.app.worlds.store
    steps = (
        ("PATCH", f"/v1/sequences/{run}", LONG),
        ("PUT", "/_sandbox/snapshots/one", {}),
        ("POST", "/_sandbox/clock/advance", {"by": "P30D"}),
        ("POST", "/_sandbox/world/reset", {}),
        ("POST", "/_sandbox/snapshots/one/restore", {}),
    )
    sizes = [store.visitor_worlds()[0].bytes]
    for method, path, body in steps:
        assert one(method, path, key=key, json=body).status_code == 200
        ((_, _, _, counted),) = store.visitor_worlds()
        assert counted == one.app.worlds.at_hand.get(world_id).sizes.total
        sizes.append(counted)
    assert 0 < sizes[0] < sizes[1] < sizes[2]
    assert sizes[4] < sizes[3]
