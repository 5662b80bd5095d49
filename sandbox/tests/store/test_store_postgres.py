"""What holds for PostgreSQL alone: its clock, its locks, its schema, and the world that many processes join."""

import psycopg
import pytest
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.reading import read_lifecycle, read_spec
from sequences_sandbox.domain.errors import CommitIssue, UnavailableIssue, ValidationIssue
from sequences_sandbox.domain.query import Query
from sequences_sandbox.fixtures import read
from sequences_sandbox.store.base import StoreError
from sequences_sandbox.store.postgres import PostgresStore, database, states
from sequences_sandbox.worlds.factory import WorldFactory, WorldOptions

LIFECYCLE = read_lifecycle(read_spec(shipped("openapi.yaml")))
RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"
ORGANIZATION = "53df0b1a-75a6-4f6d-acb2-5184a680e017"
WALL = 1_772_442_000_000_000


@pytest.fixture
def store_at(postgres_url):
    """Opens the store as a process does, with a clock of its own or, with None, the database's."""
    opened = []

    def open_store(wall=None, size=2):
        clock = None if wall is None else lambda: wall
        opened.append(PostgresStore(postgres_url, LIFECYCLE, size=size, wall=clock))
        return opened[-1]

    yield open_store
    for store in opened:
        store.disconnect()


def born(store, fixture="demo", **epoch):
    return (
        WorldFactory(store, LIFECYCLE)
        .create(read(fixture, LIFECYCLE), WorldOptions("w", **epoch), store.wall())
        .record.id
    )


def touch(store, world):
    with store.unit(world) as unit:
        unit.put(unit.get(None, RUN)._replace(updated_at=unit.clock.now(unit.wall)))
        return unit.wall


def test_the_present_of_a_world_never_goes_back_whichever_clock_tells_it(store_at):
    ahead, behind = store_at(WALL + 10), store_at(WALL)
    world = born(behind)
    assert touch(behind, world) == WALL
    assert touch(ahead, world) == WALL + 10
    assert touch(behind, world) == WALL + 10
    with behind.unit(world, reads=True) as unit:
        assert unit.wall == WALL + 10


def test_the_databases_clock_is_the_clock_of_all(store_at):
    store = store_at()
    world = born(store)
    before = store.wall()
    with store.unit(world, reads=True) as unit:
        assert before <= unit.wall <= store.wall()


def test_a_world_that_stays_held_is_a_conflict(store_at, monkeypatch):
    monkeypatch.setattr(database, "_SESSION", ("SET lock_timeout = '50ms'",))
    one, other = store_at(), store_at()
    world = born(one)
    with one.unit(world) as unit:
        unit.put(unit.get(None, RUN)._replace(updated_at=1))
        with pytest.raises(CommitIssue), other.unit(world):
            pass
    with other.unit(world) as unit:
        assert unit.get(None, RUN).updated_at == 1


def test_a_reader_waits_for_nobody_and_sees_one_moment(store_at):
    one, other = store_at(WALL), store_at(WALL)
    world = born(one)
    with other.unit(world, reads=True) as reader:
        total = reader.page(ORGANIZATION, Query())[1]
        with one.unit(world) as writer:
            writer.put(writer.get(None, RUN)._replace(id="00000000-0000-4000-8000-000000000001"))
            assert reader.get(None, RUN).id == RUN
        assert reader.page(ORGANIZATION, Query())[1] == total
    with other.unit(world, reads=True) as reader:
        assert reader.page(ORGANIZATION, Query())[1] == total + 1


def test_a_unit_that_was_opened_to_read_puts_nothing(store_at):
    store = store_at(WALL)
    world = born(store)
    with pytest.raises(RuntimeError, match="opened to read"), store.unit(world, reads=True) as unit:
        unit.put(unit.get(None, RUN))


def test_worlds_share_what_they_began_with_until_they_are_written_to(store_at, postgres_url):
    store = store_at(WALL)
    worlds = [born(store) for _ in range(3)]

    def states():
        with psycopg.connect(postgres_url) as connection:
            return connection.execute("SELECT count(DISTINCT state) FROM runs").fetchone()[0]

    assert states() == 1
    touch(store, worlds[0])
    touch(store, worlds[0])
    assert states() == 2
    store.remove(worlds[0])
    assert states() == 1
    for world in worlds[1:]:
        store.remove(world)
    assert states() == 0


def test_a_large_state_is_copied_by_whoever_comes_to_share_it(store_at, postgres_url, monkeypatch):
    monkeypatch.setattr(states, "LARGE", 10)
    store = store_at(WALL)
    world = born(store)

    def owned():
        with psycopg.connect(postgres_url) as connection:
            return connection.execute(
                "SELECT owns_state, (SELECT count(DISTINCT state) FROM runs) FROM worlds"
            ).fetchone()

    assert owned() == (True, 2)
    with store.unit(world) as unit:
        unit.keep("kept")
    assert owned() == (True, 3)
    with store.unit(world) as unit:
        unit.reset(WALL, unit.clock)
        unit.drop("kept")
    assert owned() == (True, 2)


def test_a_verb_within_a_unit_of_work_needs_no_second_connection(store_at):
    store = store_at(WALL, size=1)
    world = born(store, ttl=1000)
    with store.unit(world) as unit:
        assert store.expires(world) == WALL + 1000
        unit.put(unit.get(None, RUN)._replace(updated_at=1))
        assert [each.id for each in store.worlds()] == [world]


def test_units_of_work_within_each_other_are_kept_apart(store_at):
    store = store_at(WALL)
    one, other = born(store), born(store)

    def fail():
        with store.unit(one) as unit:
            unit.put(unit.get(None, RUN)._replace(updated_at=1))
            touch(store, other)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.unit(one) as unit:
        assert unit.get(None, RUN).updated_at != 1
    with store.unit(other) as unit:
        assert unit.get(None, RUN).updated_at >= 0


def test_a_database_of_a_later_version_is_refused(store_at, postgres_url):
    store_at()
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    with pytest.raises(StoreError, match=r"version 99.*upgrade the program"):
        store_at()


def test_the_default_world_is_joined_and_one_of_another_fixture_is_not(store_at):
    factory, demo = WorldFactory(store_at(), LIFECYCLE), read("demo", LIFECYCLE)
    first = factory.join(demo, WorldOptions("default", minted=False), WALL)
    second = WorldFactory(store_at(), LIFECYCLE).join(demo, WorldOptions("default", minted=False), WALL)
    assert second.record.id == first.record.id
    assert second.keys == first.keys
    other = read({"organizations": [{"id": ORGANIZATION, "name": "Other", "api_keys": keys_of(demo)}]}, LIFECYCLE)
    with pytest.raises(StoreError, match=r"the fixture 'demo'.*another database"):
        factory.join(other, WorldOptions("default", minted=False), WALL)


def keys_of(fixture):
    key = fixture.organizations[0].api_keys[0]
    return [{"id": key.id, "name": key.name, "token": key.token, "scopes": []}]


def test_a_key_that_is_there_already_is_a_conflict(store_at):
    factory, demo = WorldFactory(store_at(), LIFECYCLE), read("demo", LIFECYCLE)
    factory.create(demo, WorldOptions("one", minted=False), WALL)
    with pytest.raises(CommitIssue):
        factory.create(demo, WorldOptions("two", minted=False), WALL)
    assert [world.name for world in store_at().worlds()] == ["one"]


def test_a_name_that_the_database_cannot_hold_is_refused(store_at):
    store = store_at()
    world = born(store)
    with pytest.raises(ValidationIssue, match="cannot be stored"), store.unit(world) as unit:
        unit.keep("a\0b")


def test_a_store_that_was_closed_is_not_available(store_at):
    store = store_at()
    store.disconnect()
    assert "cannot reach its database" in store.trouble()
    with pytest.raises(UnavailableIssue):
        store.worlds()
    store.connect()
    assert store.trouble() is None
