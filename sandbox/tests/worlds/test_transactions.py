"""Transactions: what fails leaves nothing, what is due comes first, and processes that share a store agree."""

from contextlib import suppress
from dataclasses import replace

import pytest
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.lifecycles import run_lifecycle
from sequences_sandbox.contract.reading import read_spec
from sequences_sandbox.domain.errors import (
    CommitIssue,
    NotFoundIssue,
    RateLimitIssue,
    UnauthorizedIssue,
    UnavailableIssue,
)
from sequences_sandbox.domain.limits import WAITING, Share
from sequences_sandbox.domain.query import ListQuery
from sequences_sandbox.domain.timestamps import DAY, HOUR, SECOND
from sequences_sandbox.fixtures import read
from sequences_sandbox.resources.sequences.model import RUNS
from sequences_sandbox.resources.sequences.transitions import STOP, pause, stop
from sequences_sandbox.store.memory import MemoryStore
from sequences_sandbox.store.open import MOST_CONNECTIONS
from sequences_sandbox.store.records import Moment
from sequences_sandbox.traffic.places import Places
from sequences_sandbox.traffic.rate_limits import RATE_LIMIT, RateLimit
from sequences_sandbox.worlds import transaction
from sequences_sandbox.worlds.cache import Cache
from sequences_sandbox.worlds.events import EventBus
from sequences_sandbox.worlds.factory import WorldFactory, WorldOptions
from sequences_sandbox.worlds.history import HISTORY, MOST_ENTRIES, history_of
from sequences_sandbox.worlds.worlds import Caller, Worlds

SPEC = read_spec(shipped("openapi.yaml"))
LIFECYCLE = run_lifecycle(SPEC)
FIXTURE = read("demo", LIFECYCLE)


@pytest.fixture
def store(clock):
    return MemoryStore(clock)


@pytest.fixture
def process(store):
    """Makes what another process would have: worlds of the same store, at hand for itself."""

    def start():
        started = Worlds(store, EventBus(store), LIFECYCLE)
        started.seeds.add_fixture(FIXTURE)
        return started

    return start


@pytest.fixture
def one(process):
    return process()


@pytest.fixture
def created(one):
    return WorldFactory(one).create(FIXTURE, WorldOptions("w"))


@pytest.fixture
def caller(created):
    return Caller(created.keys[0][1], "req_test")


def active(tx):
    return next(run for run in tx.values(RUNS.kind) if run.status == "ACTIVE" and run.company is not None)


def stopped(tx, run):
    changed = stop(run, tx.now, tx.world.schedule.lifecycle)
    tx.put(run, changed, STOP)
    return changed


def state(worlds_, world_id):
    with worlds_.open(world_id) as tx:
        return {kind: dict(of_kind) for kind, of_kind in tx.world.documents.items()}, tx.moment


def test_a_transaction_that_fails_leaves_everything_equal(one, caller, created):
    before = state(one, created.record.id)

    def fail():
        with one.transaction(caller) as tx:
            stopped(tx, active(tx))
            tx.set_clock(tx.moment.clock.at(tx.now + DAY, tx.world.wall))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert state(one, created.record.id) == before


def test_reads_within_a_transaction_see_its_writes(one, caller):
    with one.transaction(caller) as tx:
        run = stopped(tx, active(tx))
        assert tx.get(RUNS, run.id) is run
        assert run in tx.values(RUNS.kind)
        assert [entry.event for entry in history_of(tx.value, run.id)] == [STOP]


def test_a_run_of_another_organization_is_not_found(one, caller, created):
    with one.transaction(caller) as tx:
        other = next(run for run in tx.values(RUNS.kind) if run.organization_id != caller.key.organization_id)
        with pytest.raises(NotFoundIssue):
            tx.get(RUNS, other.id)


def test_processes_see_what_the_others_committed(one, process, caller, created):
    two = process()
    two.visit(caller.key)
    with one.transaction(caller) as tx:
        run = stopped(tx, active(tx))
    with two.transaction(caller) as tx:
        assert tx.get(RUNS, run.id) == run
        query = ListQuery(run.organization_id, "created_at", size=100, equal={"status": "STOPPED_EARLY"})
        assert run in tx.page(RUNS, query).items
    assert state(one, created.record.id) == state(two, created.record.id)


def test_of_two_processes_that_race_one_meets_a_conflict_and_has_done_nothing(one, process, caller):
    two = process()
    late = caller._replace(world=two.visit(caller.key))
    with one.transaction(caller) as tx:
        run = stopped(tx, active(tx))
    with pytest.raises(CommitIssue), two.transaction(late) as tx:
        tx.put(
            tx.get(RUNS, run.id), replace(tx.get(RUNS, run.id), variables={"lost": "update"}, updated_at=tx.now), "x"
        )
    with two.transaction(caller) as tx:
        assert tx.get(RUNS, run.id) == run


def test_who_waited_for_the_world_does_not_meet_the_same_conflict(one, process, caller):
    two = process()
    late = caller._replace(world=two.visit(caller.key))
    with one.transaction(caller) as tx:
        run = stopped(tx, active(tx))
    with pytest.raises(CommitIssue), two.transaction(late) as tx:
        stopped(tx, active(tx))
    with two.transaction(late) as tx:
        assert tx.get(RUNS, run.id) == run
        other = stopped(tx, active(tx))
    with one.transaction(caller) as tx:
        assert tx.get(RUNS, other.id) == other


def test_the_history_of_a_run_is_kept_in_pages_up_to_its_bound(one, process, caller, clock):
    with one.transaction(caller) as tx:
        run = active(tx)
        for number in range(MOST_ENTRIES + 40):
            before, run = run, replace(run, updated_at=tx.now + number)
            tx.put(before, run, f"event {number}")
    with process().transaction(caller) as tx:
        kept = [entry.event for entry in history_of(tx.value, run.id)]
        assert kept == [f"event {number}" for number in range(40, MOST_ENTRIES + 40)]
        assert len(tx.world.documents[HISTORY]) < MOST_ENTRIES // 10


def test_a_new_timeline_is_seen_by_every_process(one, process, caller, created):
    two = process()
    with two.transaction(caller) as tx:
        stopped(tx, active(tx))
    with one.transaction(caller) as tx:
        record = tx.world.record
        start = {kind: dict(of_kind) for kind, of_kind in one.seeds.start_of(record, record.epoch).items()}
        tx.start_timeline(start, Moment(record.epoch, tx.moment.clock))
    assert state(one, created.record.id) == state(two, created.record.id)
    assert not any(
        run.status == "STOPPED_EARLY" and run.updated_at > tx.world.record.epoch for run in tx.values(RUNS.kind)
    )


def test_what_is_due_is_applied_before_anything_is_read_each_at_its_own_time(one, caller, clock):
    with one.transaction(caller) as tx:
        run = active(tx)
        until = tx.now + HOUR
        paused = pause(run, until, tx.now, tx.world.schedule.lifecycle)
        tx.put(run, paused, "pause")
    clock.advance(2 * HOUR)
    with one.transaction(caller) as tx:
        woken = next(entry for entry in history_of(tx.value, run.id) if entry.event == "wake")
        assert (woken.at, woken.by, woken.target) == (until, "clock", "ACTIVE")
        history = [entry.at for run_ in tx.values(RUNS.kind) for entry in history_of(tx.value, run_.id)]
        assert max(history) <= tx.now


def test_what_is_due_happens_once_whoever_looks_first(one, process, caller, clock):
    two = process()
    with one.transaction(caller) as tx:
        run = active(tx)
        tx.put(run, pause(run, tx.now + HOUR, tx.now, tx.world.schedule.lifecycle), "pause")
    clock.advance(2 * HOUR)
    seen = [each.visit(caller.key) for each in (one, two)]  # both processes know that the wake is due
    for each, world in zip((one, two), seen, strict=True):
        with suppress(CommitIssue), each.transaction(caller._replace(world=world)):
            pass
    for each in (one, two):
        with each.transaction(caller) as tx:
            assert [entry.event for entry in history_of(tx.value, run.id)].count("wake") == 1


def test_a_world_with_more_due_than_one_request_applies_catches_up_step_by_step(one, caller, clock, monkeypatch):
    monkeypatch.setattr(transaction, "MOST_EVENTS", 5)
    with one.transaction(caller) as tx:
        first = tx.next_due()
    clock.advance(400 * DAY)
    for _ in range(200):
        with suppress(UnavailableIssue), one.transaction(caller) as tx:
            break
    else:
        pytest.fail("the world never caught up")
    assert tx.next_due() is None or tx.next_due()[0] > tx.now > first[0]


def test_a_world_that_gave_way_to_others_is_as_it_was_when_it_comes_back(one, caller, created, monkeypatch):
    one.at_hand = Cache(1)
    with one.transaction(caller) as tx:
        stopped(tx, active(tx))
    before = state(one, created.record.id)
    other = WorldFactory(one).create(FIXTURE, WorldOptions("other"))
    one.visit(other.keys[0][1])
    assert one.at_hand.get(created.record.id) is None
    assert state(one, created.record.id) == before


def test_what_a_world_starts_with_goes_when_its_last_world_does(one):
    def made(name):
        fixture = replace(FIXTURE, name=name, digest=name.encode())
        return [WorldFactory(one).create(fixture, WorldOptions(name)).record for _ in range(2)]

    before = (len(one.seeds.fixtures), one.seeds.fixtures.bytes)
    records = [record for number in range(3) for record in made(f"fixture {number}")]
    for record in records:
        one.refreshed(record.id)
    assert len(one.seeds.starts) >= 3
    assert one.seeds.fixtures.bytes > before[1]
    for record in records:
        one.delete(record.id)
    if not one.store.blocking:  # where it is, the bound in bytes lets them go
        assert (len(one.seeds.fixtures), one.seeds.fixtures.bytes) == before


def test_what_is_added_and_removed_again_and_again_is_forgotten_and_no_process_takes_it_for_there(
    one, process, caller, created, monkeypatch
):
    for module in ("memory", "postgres.documents"):
        monkeypatch.setattr(f"sequences_sandbox.store.{module}.FORGETTING", 8)
    two, late = process(), process()
    with one.transaction(caller) as tx:
        tx.write(RATE_LIMIT, "first", RateLimit(1, 1, 1))
    late.visit(caller.key)
    for number in range(20):
        for value in (RateLimit(1, 1, 1), None):
            with one.transaction(caller) as tx:
                tx.write(RATE_LIMIT, "first" if number == 0 else str(number), value)
        two.visit(caller.key)
    removed = [key for key, value in one.store.load(created.record.id, None).documents.items() if value is None]
    assert len(removed) <= 4
    for each in (one, two, late):
        assert not each.visit(caller.key).documents.get(RATE_LIMIT)
    assert state(one, created.record.id) == state(two, created.record.id) == state(late, created.record.id)


def test_where_fixtures_and_starts_find_no_room_worlds_are_the_same(one, created):
    before = state(one, created.record.id)
    one.seeds.starts = Cache(1)
    if one.store.blocking:
        one.seeds.fixtures = Cache(1)
    one.at_hand.drop(created.record.id)
    assert state(one, created.record.id) == before


def test_a_world_that_is_gone_is_said_to_be_so(one, process, caller, created):
    two = process()
    two.visit(caller.key)
    assert one.delete(created.record.id)
    for each in (one, two):
        with pytest.raises(UnauthorizedIssue, match="gone"):
            each.visit(caller.key)


def test_a_fixture_goes_with_the_last_world_that_was_made_of_it(one, created):
    own = replace(FIXTURE, digest=b"own")
    first, second = (WorldFactory(one).create(own, WorldOptions(name)).record for name in ("first", "second"))
    one.delete(first.id)
    assert one.seeds.fixture_of(second) is own
    one.delete(second.id)
    with pytest.raises(UnauthorizedIssue, match="gone"):
        one.seeds.fixture_of(second)
    assert one.seeds.fixture_of(created.record) is FIXTURE


def test_a_new_world_has_its_fixture_whatever_others_do_while_it_is_made(one, created, monkeypatch):
    own = replace(FIXTURE, digest=b"own")
    last = WorldFactory(one).create(own, WorldOptions("last")).record
    create = one.store.create

    def create_beside_others(*arguments):
        one.delete(last.id)
        create(*arguments)
        one.seeds.fixtures.put("large", FIXTURE, 1 << 40)

    monkeypatch.setattr(one.store, "create", create_beside_others)
    record = WorldFactory(one).create(own, WorldOptions("new", now=created.record.epoch)).record
    one.seeds.starts = Cache(1)
    assert one.refreshed(record.id).documents == one.seeds.start_of(created.record, record.epoch)


def test_a_world_that_the_store_refuses_leaves_nothing_behind(one):
    WorldFactory(one).create(FIXTURE, WorldOptions("w", minted=False))
    own, before = replace(FIXTURE, digest=b"own"), len(one.seeds.fixtures)
    with pytest.raises(CommitIssue):
        WorldFactory(one).create(own, WorldOptions("same tokens", minted=False, visitor="1.1.1.1"))
    assert one.seeds.visitor_bytes.taken == 0
    assert len(one.seeds.fixtures) == before


def test_a_world_that_goes_while_it_is_committed_takes_no_bytes_any_more(one, monkeypatch):
    visited = WorldFactory(one).create(FIXTURE, WorldOptions("w", visitor="1.1.1.1"))
    assert one.seeds.visitor_bytes.taken > 0
    commit = one.store.commit

    def commit_before_it_goes(world_id, *arguments):
        version = commit(world_id, *arguments)
        assert one.delete(world_id)
        return version

    monkeypatch.setattr(one.store, "commit", commit_before_it_goes)
    with one.transaction(Caller(visited.keys[0][1], "req_test")) as tx:
        stopped(tx, active(tx))
    assert (one.seeds.visitor_bytes.taken, one.at_hand.get(visited.record.id)) == (0, None)


def test_a_world_can_be_used_until_the_store_has_deleted_it(one, created, monkeypatch):
    before, delete = state(one, created.record.id), one.store.delete

    def delete_after_a_look(world_id):
        one.at_hand, one.seeds.starts = Cache(1), Cache(1)
        assert state(one, world_id) == before
        return delete(world_id)

    monkeypatch.setattr(one.store, "delete", delete_after_a_look)
    assert one.delete(created.record.id)
    assert one.at_hand.get(created.record.id) is None


def test_a_world_expires_by_its_last_use(one, caller, clock, created):
    short = WorldFactory(one).create(FIXTURE, WorldOptions("short", ttl=100 * SECOND))
    key = short.keys[0][1]
    for _ in range(5):
        clock.advance(60 * SECOND)
        one.visit(key)
    clock.advance(101 * SECOND)
    with pytest.raises(UnauthorizedIssue):
        one.visit(key)
    one.delete_expired()
    assert [record.id for record in one.store.worlds()] == [created.record.id]


def test_whoever_waits_for_a_world_that_too_many_wait_for_is_told_to_come_again(one, caller):
    one.waiting = Places(Share("requests that wait for their turn", 0, None, 24))
    world = one.visit(caller.key)
    with one.transaction(caller), pytest.raises(RateLimitIssue, match="wait for their turn of a world"):
        one.acquire(world)


def test_who_waits_for_some_worlds_leaves_threads_for_the_others():
    threads = 40  # of anyio, which runs what may wait for a database
    assert WAITING.of_world < WAITING.in_all < threads - MOST_CONNECTIONS // 2


def test_keys_know_when_they_were_last_used_to_a_minute(one, caller, clock):
    key = caller.key
    world = one.visit(key)
    first = one.last_use(world, key)
    assert first == world.now
    clock.advance(30 * SECOND)
    assert one.last_use(one.visit(key), key) == first
    clock.advance(31 * SECOND)
    assert one.last_use(one.visit(key), key) == first + 61 * SECOND
