"""What every store promises: atomic, isolated, nothing lost, nothing half done. One test for all implementations."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.reading import read_lifecycle, read_spec
from sequences_sandbox.domain.query import Query
from sequences_sandbox.fixtures import read
from sequences_sandbox.resources.sequences.transitions import update
from sequences_sandbox.store.base import HistoryEntry
from sequences_sandbox.worlds.factory import WorldFactory, WorldOptions

LIFECYCLE = read_lifecycle(read_spec(shipped("openapi.yaml")))
RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"
ORGANIZATION = "53df0b1a-75a6-4f6d-acb2-5184a680e017"
WALL = 1_772_442_000_000_000


@pytest.fixture
def store(new_store):
    return new_store(lambda: WALL)


@pytest.fixture
def factory(store):
    return WorldFactory(store, LIFECYCLE)


@pytest.fixture
def demo():
    return read("demo", LIFECYCLE)


@pytest.fixture
def world(factory, demo):
    return factory.create(demo, WorldOptions("first"), WALL).record.id


def bump(store, world, key):
    """One writer's work: read a run, think, write it back changed."""
    with store.unit(world) as unit:
        run = unit.get(None, RUN)
        count = int((run.variables or {}).get(key, "0"))
        unit.put(
            update(run, {key: str(count + 1)}, count), HistoryEntry(count, "update", "client", None, run.status, None)
        )


def test_concurrent_writers_never_lose_an_update(store, world):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: bump(store, world, f"k{number % 3}"), range(300)))
    with store.unit(world) as unit:
        assert {key: unit.get(None, RUN).variables[key] for key in ("k0", "k1", "k2")} == dict.fromkeys(
            ("k0", "k1", "k2"), "100"
        )
        assert len(unit.history(RUN)) == 300


def test_a_unit_left_by_an_exception_leaves_no_trace(store, world):
    with store.unit(world) as unit:
        before, page = unit.get(None, RUN), unit.page(ORGANIZATION, Query(size=100, sort_by="updated_at"))

    def fail():
        with store.unit(world) as unit:
            run = unit.get(None, RUN)
            unit.put(
                run._replace(status="FAILED", updated_at=1), HistoryEntry(1, "fail", "engine", None, "FAILED", None)
            )
            unit.clock = unit.clock.freeze(WALL)
            unit.forget_contact(ORGANIZATION)
            assert unit.get(None, RUN).status == "FAILED"
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError):
        fail()
    with store.unit(world) as unit:
        assert unit.get(None, RUN) == before
        assert unit.page(ORGANIZATION, Query(size=100, sort_by="updated_at")) == page
        assert unit.history(RUN) == []
        assert not unit.clock.frozen
        assert unit.forgotten_contacts() == frozenset()


def test_what_is_half_done_is_seen_by_nobody(store, world):
    written, release = threading.Event(), threading.Event()

    def write():
        with store.unit(world) as unit:
            unit.put(unit.get(None, RUN)._replace(status="FAILED"))
            written.set()
            release.wait(10)

    def look():
        written.wait(10)
        with store.unit(world) as unit:
            return unit.get(None, RUN).status

    with ThreadPoolExecutor(2) as pool:
        writer, reader = pool.submit(write), pool.submit(look)
        written.wait(10)
        release.set()
        writer.result()
        assert reader.result() == "FAILED"


def test_worlds_of_one_fixture_share_ids_and_nothing_else(store, factory, demo, world):
    other = factory.create(demo, WorldOptions("second"), WALL).record.id
    bump(store, world, "k")
    with store.unit(other) as unit:
        assert "k" not in (unit.get(None, RUN).variables or {})
    assert [record.name for record in store.worlds()] == ["first", "second"]


def test_a_world_that_is_removed_is_gone_with_its_keys(store, factory, demo):
    born = factory.create(demo, WorldOptions("short"), WALL)
    digest = born.keys[0][1].digest
    assert store.find_key(digest).world_id == born.record.id
    store.remove(born.record.id)
    assert store.find_key(digest) is None
    with pytest.raises(KeyError), store.unit(born.record.id):
        pass


def test_an_organization_bounds_what_get_finds(store, world):
    with store.unit(world) as unit:
        assert unit.get(ORGANIZATION, RUN).id == RUN
        assert unit.get(RUN, RUN) is None
        assert unit.get(None, "00000000-0000-4000-8000-000000000000") is None


def test_counts_add_up_to_the_runs(store, world):
    with store.unit(world) as unit:
        counts = unit.counts(ORGANIZATION)
        assert sum(counts.values()) == unit.page(ORGANIZATION, Query())[1]
        assert all(counts[status] for status in LIFECYCLE.statuses)
