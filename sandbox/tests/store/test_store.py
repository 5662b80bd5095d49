"""What every store promises, verb by verb. One test for all implementations."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sequences_sandbox.domain.clock import Clock
from sequences_sandbox.domain.errors import CommitIssue
from sequences_sandbox.domain.timestamps import HOUR, SECOND
from sequences_sandbox.store.base import MOST_EVENT_BYTES, MOST_JOURNAL_BYTES
from sequences_sandbox.store.memory import MemoryStore
from sequences_sandbox.store.records import ChangeSet, Moment
from sequences_sandbox.traffic.rate_limits import RateLimit, take

WALL = 1_772_442_000_000_000


class ManualClock:
    now = WALL

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def store(new_store, clock):
    return new_store(clock)


@pytest.fixture
def world(store, helper):
    return helper.create(store)[0].id


def test_a_new_world_is_as_it_was_made(store, helper):
    record, _ = helper.create(store, ttl=HOUR)
    loaded = store.load(record.id, None)
    assert loaded.record == record
    assert loaded.moment == Moment(WALL, Clock(WALL, WALL))
    assert (loaded.wall, loaded.expires_wall, loaded.used_wall) == (WALL, WALL + HOUR, WALL)
    assert (loaded.complete, loaded.watched, loaded.documents) == (True, False, {})


def test_a_world_that_is_not_there_is_none(store):
    assert store.load("00000000-0000-4000-8000-000000000000", None) is None
    assert store.load("no id at all", 3) is None


def test_what_was_committed_is_there_since_the_version_before(store, helper, world):
    first = helper.put(store, world, {("a", "1"): {"n": 1}, ("a", "2"): {"n": 2}})
    second = helper.put(store, world, {("a", "2"): None, ("b", "1"): [1]})
    assert second > first
    newer = store.load(world, first)
    assert not newer.complete
    assert newer.documents == {("a", "2"): None, ("b", "1"): [1]}
    assert store.load(world, second).documents == {}
    whole = store.load(world, None)
    assert whole.complete
    assert whole.documents == {("a", "1"): {"n": 1}, ("a", "2"): None, ("b", "1"): [1]}
    assert whole.version == second


def test_documents_come_in_the_order_in_which_they_were_added(store, helper, world):
    helper.put(store, world, {("a", name): {} for name in "zyx"})
    helper.put(store, world, {("a", "w"): {}, ("a", "y"): {"n": 1}})
    assert [name for _, name in store.load(world, None).documents] == ["z", "y", "x", "w"]


def test_documents_come_back_as_they_were(store, helper, world):
    document = {"z": 1, "a": {"\0": "\ud800 NUL \0 and é"}, "n": [None, 10**30, 0.1]}
    helper.put(store, world, {("a", "é 'quoted' \\ {id}"): document})
    ((key, found),) = store.load(world, None).documents.items()
    assert key == ("a", "é 'quoted' \\ {id}")
    assert found == document
    assert list(found) == ["z", "a", "n"]


def test_a_commit_sets_the_moment(store, helper, world):
    moment = Moment(WALL - 5, Clock(WALL, WALL + HOUR, frozen=True))
    helper.put(store, world, {}, moment=moment)
    assert store.load(world, None).moment == moment


def test_a_commit_to_another_version_changes_nothing(store, helper, world):
    version = helper.put(store, world, {("a", "1"): {"n": 1}})
    before = store.load(world, None)
    changes = ChangeSet({("a", "1"): None, ("a", "2"): {}}, Moment(1, Clock(1, 1)), replaces=True)
    for expected in (version - 1, version + 1, 0):
        with pytest.raises(CommitIssue):
            store.commit(world, expected, changes)
    assert store.load(world, None) == before


def test_a_commit_to_a_world_that_is_gone_is_a_conflict(store, helper, world):
    loaded = store.load(world, None)
    store.delete(world)
    with pytest.raises(CommitIssue):
        store.commit(world, loaded.version, ChangeSet({("a", "1"): {}}, loaded.moment))
    assert store.load(world, None) is None


def test_what_was_added_and_removed_is_forgotten_now_and_then(store, helper, world, monkeypatch):
    for module in ("memory", "postgres.documents"):
        monkeypatch.setattr(f"sequences_sandbox.store.{module}.FORGETTING", 4)
    before = helper.put(store, world, {("added", "0"): {}, ("fixture's", "1"): None})
    for number in range(10):
        last = helper.put(
            store, world, {("added", str(number)): None, ("added", str(number + 1)): {}}, added=frozenset({"added"})
        )
    whole = store.load(world, None).documents
    assert {("fixture's", "1"): None, ("added", "10"): {}}.items() <= whole.items()
    assert len(whole) <= 2 + 4
    assert store.load(world, last).complete is False
    assert store.load(world, before).complete is True


def test_a_new_timeline_keeps_what_it_is_told_to_keep(store, helper, world):
    before = helper.put(store, world, {("a", "1"): {}, ("a", "2"): {"n": 1}, ("kept", "1"): {}})
    after = helper.put(
        store, world, {("a", "2"): {"n": 2}, ("b", "1"): None}, replaces=True, keeping=frozenset({"kept"})
    )
    expected = {("a", "2"): {"n": 2}, ("kept", "1"): {}, ("b", "1"): None}
    for since in (None, before):
        loaded = store.load(world, since)
        assert loaded.complete
        assert loaded.documents == expected
    assert store.load(world, after).documents == {}


def test_writers_at_once_lose_nothing(store, helper, world):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: helper.count_up(store, world, f"c{number % 3}"), range(90)))
    assert [helper.counted(store, world, f"c{number}") for number in range(3)] == [30, 30, 30]


def test_worlds_know_nothing_of_each_other(store, helper, world):
    other, _ = helper.create(store)
    helper.put(store, world, {("a", "1"): {"n": 1}})
    helper.put(store, other.id, {("a", "1"): {"n": 2}})
    store.delete(world)
    assert store.load(other.id, None).documents == {("a", "1"): {"n": 2}}


def test_worlds_come_oldest_first(store, helper):
    records = [helper.create(store)[0] for _ in range(3)]
    assert list(store.worlds()) == records
    store.delete(records[1].id)
    assert list(store.worlds()) == [records[0], records[2]]


def test_a_world_that_is_deleted_leaves_nothing(store, helper):
    record, (key,) = helper.create(store)
    helper.put(store, record.id, {("a", "1"): {}})
    store.append_journal(record.id, helper.entry())
    assert store.find_key(key.digest) == key
    assert store.delete(record.id)
    assert not store.delete(record.id)
    assert store.load(record.id, None) is None
    assert store.find_key(key.digest) is None
    assert list(store.keys(record.id)) == []
    assert list(store.read_journal(record.id)) == []


def test_keys_are_found_and_come_in_order(store, helper):
    record, keys = helper.create(store, keys=3)
    assert list(store.keys(record.id)) == keys
    assert [store.find_key(key.digest) for key in keys] == keys
    assert store.find_key(b"x" * 32) is None


def test_a_key_of_another_world_is_a_conflict_and_adds_nothing(store, helper):
    record, (key,) = helper.create(store)
    other = replace(record, id="00000000-0000-4000-8000-000000000001")
    with pytest.raises(CommitIssue):
        store.create(other, Clock(1, 1), [helper.key(other.id), replace(key, world_id=other.id)], dict)
    assert store.load(other.id, None) is None
    assert store.find_key(key.digest) == key
    assert list(store.worlds()) == [record]


def test_a_use_puts_off_the_end_and_is_noted(store, helper, clock):
    record, (key, other) = helper.create(store, ttl=HOUR, keys=2)
    clock.now += HOUR // 2
    assert store.load(record.id, None).expires_wall == WALL + HOUR
    store.touch(record.id, key, 77)
    assert store.load(record.id, None).expires_wall == clock.now + HOUR
    assert store.find_key(key.digest).last_used_at == 77
    assert [each.last_used_at for each in store.keys(record.id)] == [77, None]
    clock.now += 5
    store.touch(record.id, None, 99)
    assert store.load(record.id, None).expires_wall == clock.now + HOUR
    store.touch("00000000-0000-4000-8000-000000000000", other, 1)


def test_worlds_expire_when_nobody_uses_them(store, helper, clock):
    short, long, _ = (helper.create(store, ttl=ttl)[0].id for ttl in (HOUR, 2 * HOUR, None))
    assert list(store.expired()) == []
    clock.now += HOUR
    assert list(store.expired()) == [short]
    store.delete(short)
    clock.now += HOUR // 2
    store.touch(long, None, 0)
    clock.now += HOUR
    assert list(store.expired()) == []
    clock.now += HOUR
    assert list(store.expired()) == [long]


def test_tokens_are_taken_as_the_rate_limit_says(store, world):
    limit, level, now = RateLimit(3, 10, 5), None, WALL
    for step in (0, 0, 0, 0, 0, 0, SECOND, 4 * SECOND, 0, HOUR, -HOUR, 10**18, 0):
        now += step
        level, expected = take(limit, level, now, now)
        assert store.take_token(world, "k", limit, now, now) == expected
        assert store.levels(world) == {"k": level}
    assert store.take_token(world, "other", limit, now, now).remaining == 4
    store.clear_traffic(world, journal=False)
    assert store.levels(world) == {}
    assert store.take_token(world, "k", limit, now, now).remaining == 4


def test_a_limit_that_changes_holds_at_once(store, world):
    laxer, stricter = RateLimit(1_000_000, 86_400, 1_000_000), RateLimit(2, 60, 2)
    assert store.take_token(world, "k", laxer, WALL, WALL).remaining == 999_999
    assert store.take_token(world, "k", stricter, WALL, WALL).remaining == 1


def test_tokens_taken_at_once_are_no_more_than_there_are(store, world):
    limit = RateLimit(20, 86_400, 20)
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(lambda _: store.take_token(world, "k", limit, WALL, WALL), range(60)))
    assert sum(verdict.allowed for verdict in verdicts) == 20


def test_the_bucket_of_a_world_that_is_gone_is_missing(store):
    with pytest.raises(KeyError):
        store.take_token("00000000-0000-4000-8000-000000000000", "k", RateLimit(1, 1, 1), WALL, WALL)


def test_keys_are_read_whole_while_their_world_goes(clock, helper):
    store = MemoryStore(clock)
    record, keys = helper.create(store, keys=2)

    class Keys(dict):
        def __getitem__(self, digest):
            goes = threading.Thread(target=store.delete, args=(record.id,))
            goes.start()
            goes.join(0.05)
            return super().__getitem__(digest)

    store._keys = Keys(store._keys)
    assert store.keys(record.id) == keys


def test_a_journal_comes_back_as_it_was_oldest_first(store, helper, world):
    entries = [helper.entry(f"r{number}", body=bytes(range(256))) for number in range(150)]
    for entry in entries:
        store.append_journal(world, entry)
    assert list(store.read_journal(world)) == entries
    store.clear_traffic(world, buckets=False)
    assert list(store.read_journal(world)) == []
    store.append_journal(world, entries[3])
    assert list(store.read_journal(world)) == [entries[3]]
    assert store.journal_bytes() > 0


def test_the_oldest_entries_go_when_a_journal_is_full(store, helper, world):
    most = MOST_JOURNAL_BYTES // helper.entry(body=b"x" * 60_000).weight
    for number in range(most + 30):
        store.append_journal(world, helper.entry(f"r{number}", body=b"x" * 60_000))
    found = [entry.request_id for entry in store.read_journal(world)]
    assert found == [f"r{number}" for number in range(30, most + 30)]


def test_the_events_of_a_watched_world_are_kept_and_numbered(store, helper, world):
    store.publish(world, "lost", "{}")
    assert store.watch(world) == 0
    assert store.load(world, None).watched
    store.publish(world, "kept", '{"z":0}')
    store.publish(world, "kept", '{"z":1,"a":"\\u0000"}', '{"z":2}')
    events = store.read_after({world: 1})
    assert [(event.world_id, event.number, event.kind, event.data) for event in events] == [
        (world, 2, "kept", '{"z":1,"a":"\\u0000"}'),
        (world, 3, "kept", '{"z":2}'),
    ]
    assert store.watch(world) == 3
    assert store.read_after({}) == []
    other = helper.create(store)[0].id
    store.watch(other)
    store.publish(other, "other", "{}")
    assert [event.world_id for event in store.read_after({world: 3, other: 0})] == [other]


def test_large_events_are_bounded_in_bytes(store, world):
    store.watch(world)
    for number in range(60):
        store.publish(world, "kind", json.dumps([number, "x" * 100_000]))
    kept = [json.loads(event.data)[0] for event in store.read_after({world: 0})]
    assert kept == list(range(60 - MOST_EVENT_BYTES // 100_400, 60))
    store.publish(world, "kind", json.dumps("x" * 2 * MOST_EVENT_BYTES))
    assert len(store.read_after({world: 0})) == 1


def test_the_last_event_of_a_world_outlives_it(store, world):
    store.watch(world)
    store.publish(world, "world", '{"event":"reset"}', '{"event":"reset"}')
    store.publish(world, "world", '{"event":"deleted"}')
    store.delete(world)
    store.publish(world, "world", '{"event":"too late"}')
    assert [event.data for event in store.read_after({world: 0})] == ['{"event":"deleted"}']
    assert store.watch(world) == 0


def test_a_store_that_serves_has_no_trouble(store, clock):
    assert store.trouble() is None
    assert store.wall() == clock.now
