"""One machine drives memory and PostgreSQL with the same verbs, and asserts that they agree."""

import hashlib
import json
import uuid

import psycopg
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, rule, run_state_machine_as_test
from sequences_sandbox.domain.clock import Clock
from sequences_sandbox.domain.errors import Issue
from sequences_sandbox.store.memory import MemoryStore
from sequences_sandbox.store.postgres import PostgresStore
from sequences_sandbox.store.records import ChangeSet, KeyRecord, Moment, WorldRecord
from sequences_sandbox.traffic.rate_limits import RateLimit

WALL = 1_772_442_000_000_000
HOUR = 3_600_000_000
TIMES = st.integers(-3, 3).map(lambda hours: WALL + hours * HOUR)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda values: st.lists(values, max_size=2) | st.dictionaries(st.text(max_size=3), values, max_size=2),
    max_leaves=4,
)
DOCUMENTS = st.dictionaries(
    st.tuples(st.sampled_from(["runs", "history", "kept"]), st.sampled_from("abcd") | TEXTS),
    st.none() | st.dictionaries(st.text(max_size=3), VALUES, max_size=3),
    max_size=5,
)
MOMENTS = st.builds(Moment, TIMES, st.builds(Clock, TIMES, TIMES, st.booleans()))
CHANGES = st.builds(
    ChangeSet, DOCUMENTS, MOMENTS, replaces=st.booleans(), keeping=st.sampled_from([frozenset(), frozenset({"kept"})])
)
LIMITS = st.builds(RateLimit, st.integers(1, 9), st.integers(1, 7200), st.integers(1, 9))


class Agreement(RuleBasedStateMachine):
    """Both stores, in step. Of each world, the versions that both have had, as pairs."""

    url = ""
    helper = None
    worlds = Bundle("worlds")

    def __init__(self):
        super().__init__()
        self.now = WALL
        codecs = self.helper.codecs
        self.stores = (MemoryStore(lambda: self.now), PostgresStore(self.url, codecs, size=2, wall=lambda: self.now))
        self.versions = {}
        self.numbers = {}
        self.digests = []

    def teardown(self):
        store = self.stores[1]
        for record in store.worlds():
            store.delete(record.id)
        store.disconnect()
        with psycopg.connect(self.url) as connection:
            for table in ("worlds", "documents", "keys", "journal", "buckets", "seeds"):
                left = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
                assert left == (0,), f"worlds that were deleted leave something in {table}"

    def both(self, ask):
        """What both stores say, an issue included; they say the same."""
        found = []
        for store in self.stores:
            try:
                found.append(ask(store))
            except (Issue, KeyError) as error:
                found.append((type(error), str(error)))
        assert found[0] == found[1]
        return found[0]

    @initialize(target=worlds)
    def begin(self):
        return self.create(None, 2, "one", None)

    @rule(
        target=worlds,
        ttl=st.sampled_from([None, HOUR, 3 * HOUR]),
        keys=st.integers(0, 3),
        fixture=st.sampled_from(["one", "two"]),
        taken=st.none() | st.integers(0, 9),
    )
    def create(self, ttl, keys, fixture, taken):
        world_id = str(uuid.uuid4())
        seed = hashlib.sha256(fixture.encode()).digest()
        record = WorldRecord(world_id, "é", fixture, seed, WALL, True, False, self.now, ttl, True, -7)
        added = [self.helper.key(world_id) for _ in range(keys)]
        if taken is not None and taken < len(self.digests):
            added.append(KeyRecord(self.digests[taken], "k", "n", frozenset(), world_id, "o"))
        self.digests += [key.digest for key in added]
        self.both(lambda store: store.create(record, Clock(1, 2, frozen=True), added, lambda: {"of": fixture}))
        self.versions[world_id] = [(0, 0)]
        return world_id

    @rule(world=worlds, changes=CHANGES, stale=st.integers(0, 6))
    def commit(self, world, changes, stale):
        known = self.versions[world]
        pair = known[0] if stale == 0 else known[-1]
        made = []
        for store, expected in zip(self.stores, pair, strict=True):
            try:
                made.append(store.commit(world, expected, changes))
            except Issue as issue:
                made.append(issue.message)
        assert isinstance(made[0], str) is isinstance(made[1], str)
        if isinstance(made[0], str):
            assert made[0] == made[1]
        else:
            known.append(tuple(made))

    @rule(world=worlds, changes=CHANGES)
    def commit_more(self, world, changes):
        self.commit(world, changes, 1)

    @rule(world=worlds, back=st.integers(0, 4))
    def load(self, world, back):
        known = self.versions[world]
        sinces = known[-back] if 0 < back <= len(known) else (None, None)
        loaded = [store.load(world, since) for store, since in zip(self.stores, sinces, strict=True)]
        if back and loaded[0] is not None:
            # What a process has not loaded before, it loads whole.
            loaded = [store.load(world, since) for store, since in zip(self.stores, sinces, strict=True)]
        shown = [
            found
            and (
                *(
                    found.record,
                    found.moment,
                    found.wall,
                    found.expires_wall,
                    found.used_wall,
                    found.watched,
                    found.complete,
                ),
                list(found.documents.items()),
            )
            for found in loaded
        ]
        assert shown[0] == shown[1]

    @rule(world=worlds, now=TIMES)
    def touch(self, world, now):
        keys = self.both(lambda store: list(store.keys(world)))
        self.both(lambda store: store.touch(world, keys[0] if keys else None, now))
        self.both(lambda store: list(store.keys(world)))

    @rule(number=st.integers(0, 9))
    def find_key(self, number):
        if number < len(self.digests):
            self.both(lambda store: store.find_key(self.digests[number]))

    @rule(world=consumes(worlds))
    def delete(self, world):
        self.both(lambda store: store.delete(world))
        self.both(lambda store: store.load(world, None))

    @rule(hours=st.integers(0, 2))
    def wait_and_expire(self, hours):
        self.now += hours * HOUR
        for world in self.both(lambda store: sorted(store.expired())):
            self.both(lambda store, world=world: store.delete(world))
        self.both(lambda store: list(store.worlds()))

    @rule(world=worlds, number=st.integers(1, 5))
    def journal(self, world, number):
        if self.stores[0].load(world, None) is None:
            return  # where the entries of a world go that is gone is nobody's business
        for each in range(number):
            entry = self.helper.entry(f"r{each}", body=b"\0\xff")
            self.both(lambda store, entry=entry: store.append_journal(world, entry))
        self.both(lambda store: list(store.read_journal(world)))

    @rule(world=worlds, journal=st.booleans(), buckets=st.booleans())
    def clear_traffic(self, world, journal, buckets):
        self.both(lambda store: store.clear_traffic(world, journal=journal, buckets=buckets))
        self.both(lambda store: list(store.read_journal(world)))

    @rule(world=worlds, key=st.sampled_from("ab"), limit=LIMITS, now=TIMES, times=st.integers(1, 4))
    def take_token(self, world, key, limit, now, times):
        for _ in range(times):
            self.both(lambda store: store.take_token(world, key, limit, self.now, now))
        self.both(lambda store: store.levels(world))

    @rule(world=worlds)
    def watch(self, world):
        self.numbers[world] = self.both(lambda store: store.watch(world))

    @rule(world=worlds, data=st.dictionaries(st.text(max_size=3), VALUES, max_size=2))
    def publish(self, world, data):
        self.both(lambda store: store.publish(world, "kind", json.dumps(data)))
        self.both(lambda store: sorted(store.read_after(self.numbers)))


def test_memory_and_postgresql_agree(postgres_url, helper):
    Agreement.url, Agreement.helper = postgres_url, helper
    run_state_machine_as_test(
        Agreement,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
