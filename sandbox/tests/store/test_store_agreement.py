"""One machine drives memory and PostgreSQL with the same verbs, and asserts that they answer alike."""

import uuid

import psycopg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.reading import read_lifecycle, read_spec
from sequences_sandbox.domain.query import Query
from sequences_sandbox.fixtures import read
from sequences_sandbox.resources.sequences.model import Run
from sequences_sandbox.store.base import HistoryEntry
from sequences_sandbox.store.memory import MemoryStore
from sequences_sandbox.store.postgres import PostgresStore
from sequences_sandbox.worlds.due_events import apply_due_events
from sequences_sandbox.worlds.factory import WorldFactory, WorldOptions

LIFECYCLE = read_lifecycle(read_spec(shipped("openapi.yaml")))
WALL = 1_772_442_000_000_000
HOUR = 3_600_000_000


def ids(kind, count):
    return [str(uuid.UUID(int=(kind << 64) + number)) for number in range(count)]


ORGANIZATIONS, TEMPLATES, CONTACTS, RUNS, KEYS = ids(1, 2), ids(2, 2), ids(3, 3), ids(4, 9), ids(5, 1)
STEPS = [{"type": "email", "delay": "PT2H"}, {"type": "manual", "delay": "PT1H"}]
FIXTURE = {
    "organizations": [
        {
            "id": ORGANIZATIONS[0],
            "name": "First",
            "api_keys": [{"id": KEYS[0], "name": "key", "scopes": ["sequences:read"]}],
            "contacts": [{"id": CONTACTS[0], "company_domain": "acorn.example", "first_name": "Ada"}],
            "sequence_templates": [{"id": template, "name": "t", "steps": STEPS} for template in TEMPLATES],
            "sequences": [
                {
                    "id": run,
                    "contact_id": CONTACTS[0],
                    "sequence_template_id": TEMPLATES[hours % 2],
                    "status": "ACTIVE",
                    "created_at": f"-PT{hours}H",
                }
                for hours, run in enumerate(RUNS[:5])
            ],
        },
        {"id": ORGANIZATIONS[1], "name": "Second"},
    ]
}

STATUSES = LIFECYCLE.statuses[:5]
NAMES = st.sampled_from(["one", "two"])
TIMES = st.integers(-4, 4).map(lambda hours: hours * HOUR)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)


def sleeping_if_it_waits(run):
    return (
        run
        if "wake" in [row.event for row in LIFECYCLE.rows if row.source == run.status]
        else run._replace(paused_until=None)
    )


SEQUENCES = st.builds(
    Run,
    id=st.sampled_from(RUNS),
    organization_id=st.just(ORGANIZATIONS[0]),
    contact_id=st.sampled_from([None, *CONTACTS]),
    sequence_template_id=st.sampled_from(TEMPLATES),
    status=st.sampled_from(STATUSES),
    variables=st.none() | st.dictionaries(TEXTS, TEXTS, max_size=2),
    source_contact_list_id=st.none(),
    last_step_executed_at=st.none() | TIMES,
    created_at=TIMES,
    updated_at=TIMES,
    company=st.sampled_from([None, "acorn.example", "dune.example"]),
    paused_until=TIMES,
    steps_done=st.integers(0, 2),
    next_step_at=st.none() | TIMES,
    step_skipped=st.booleans(),
).map(sleeping_if_it_waits)
QUERIES = st.builds(
    Query,
    status=st.none() | st.sampled_from(STATUSES),
    template=st.none() | st.sampled_from(TEMPLATES),
    after=st.none() | TIMES,
    before=st.none() | TIMES,
    sort_by=st.sampled_from(["created_at", "updated_at", "status"]),
    descending=st.booleans(),
    page=st.integers(1, 8) | st.just(10**30),
    size=st.integers(1, 5),
)
ENTRIES = st.builds(
    HistoryEntry, TIMES, TEXTS.filter(lambda text: "\0" not in text), st.just("client"),
    st.none() | st.sampled_from(STATUSES), st.sampled_from(STATUSES), st.none() | st.just("req"),
)  # fmt: skip


def answer(verb, *arguments, form=lambda found: found):
    """A verb that answers; KeyError is an answer too."""

    def called(unit, *values):
        try:
            return form(getattr(unit, verb)(*values))
        except KeyError as error:
            return repr(error)

    return st.tuples(st.just(called), *arguments)


def act(function, *arguments):
    return st.tuples(st.just(function), *arguments)


def put(unit, run, entries_):
    unit.put(run, *entries_)


def advance(unit, hours):
    unit.clock = unit.clock.at(unit.clock.now(unit.wall) + hours * HOUR, unit.wall)
    return unit.clock


def freeze(unit):
    unit.clock = unit.clock.freeze(unit.wall)


def reset(unit, epoch):
    unit.reset(epoch, unit.clock.at(0, unit.wall))


def fail(unit):
    raise ZeroDivisionError


def everything(unit):
    """All that a store knows of a world."""
    return [
        *(
            unit.record.epoch,
            unit.record.fixed_epoch,
            unit.clock,
            unit.wall,
            unit.next_due(),
            unit.forgotten_contacts(),
        ),
        list(unit.all_runs()),
        [list(unit.history(run)) for run in RUNS],
        [{status: count for status, count in unit.counts(one).items() if count} for one in ORGANIZATIONS],
        [(kept, kept_of(unit, kept.name)) for kept in unit.snapshots()],
    ]


def kept_of(unit, name):
    return unit.kept_birth(name), sorted(unit.kept_runs(name), key=lambda run: run.id)


ACTS = st.one_of(
    act(put, SEQUENCES, st.lists(ENTRIES, max_size=2)),
    act(put, SEQUENCES, st.lists(ENTRIES, max_size=2)),
    act(lambda unit: [change.run for change in apply_due_events(unit, unit.clock.now(unit.wall))]),
    act(reset, st.sampled_from([WALL, WALL + HOUR])),
    act(advance, st.integers(0, 3)),
    act(freeze),
    act(everything),
    act(fail),
    answer("get", st.sampled_from([None, *ORGANIZATIONS]), st.sampled_from(RUNS)),
    answer("page", st.sampled_from(ORGANIZATIONS), QUERIES, form=lambda found: (list(found[0]), found[1])),
    answer("siblings", SEQUENCES, form=list),
    answer("of_contact", st.sampled_from(ORGANIZATIONS), st.sampled_from(CONTACTS), form=list),
    answer("due", TIMES, form=list),
    answer("forget_contact", st.sampled_from(CONTACTS)),
    answer("keep", NAMES),
    answer("restore", NAMES),
    answer("drop", NAMES),
    answer("checkpoint"),
)


class Agreement(RuleBasedStateMachine):
    """Both stores, in step. A world is the pair of its ids."""

    url = ""
    worlds = Bundle("worlds")

    def __init__(self):
        super().__init__()
        self.now = WALL
        self.fixture = read(FIXTURE, LIFECYCLE)
        self.stores = (MemoryStore(lambda: self.now), PostgresStore(self.url, LIFECYCLE, size=2, wall=lambda: self.now))
        self.factory = [WorldFactory(store, LIFECYCLE) for store in self.stores]

    def teardown(self):
        store = self.stores[1]
        for world in store.worlds():
            store.remove(world.id)
        store.disconnect()
        with psycopg.connect(self.url) as connection:
            for table in ("bases", "runs", "tallies", "happenings", "forgotten_contacts", "snapshots", "keys"):
                left = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
                assert left == (0,), f"a world that was removed leaves something in {table}"

    def both(self, world, ask):
        """What both stores answer."""
        found = []
        for store, world_id in zip(self.stores, world, strict=True):
            try:
                found.append(ask(store, world_id))
            except KeyError as error:
                found.append(error.args == (world_id,))
        assert found[0] == found[1]

    @initialize(target=worlds)
    def begin(self):
        return self.born(None)

    @rule(target=worlds, ttl=st.sampled_from([None, 3 * HOUR]))
    def add(self, ttl):
        return self.born(ttl)

    def born(self, ttl):
        return tuple(
            factory.create(self.fixture, WorldOptions("w", ttl=ttl), self.now).record.id for factory in self.factory
        )

    @precondition(lambda self: len(self.stores[0].worlds()) > 1)
    @rule(world=consumes(worlds))
    def remove(self, world):
        self.both(world, lambda store, world_id: store.remove(world_id))

    @rule(hours=st.integers(0, 2))
    def wait(self, hours):
        self.now += hours * HOUR

    @rule(world=worlds)
    def use_and_collect(self, world):
        self.both(world, lambda store, world_id: store.use(world_id))
        self.both(world, lambda store, world_id: store.expires(world_id))
        self.both(world, lambda store, world_id: [(key.name, key.scopes) for key in store.keys(world_id)])
        self.both(world, lambda store, world_id: len(store.collect()))
        self.both(world, lambda store, world_id: [(each.name, each.ttl, each.epoch) for each in store.worlds()])

    @rule(world=worlds, acts=st.lists(ACTS, min_size=1, max_size=10))
    def work(self, world, acts):
        self.both(world, lambda store, world_id: worked(store, world_id, acts))
        self.both(world, lambda store, world_id: worked(store, world_id, [(everything,)]))

    @rule(world=worlds, acts=st.lists(ACTS, min_size=1, max_size=10))
    def work_more(self, world, acts):
        self.work(world, acts)

    @rule(world=worlds, queries=st.lists(st.tuples(st.sampled_from(ORGANIZATIONS), QUERIES), min_size=5, max_size=20))
    def list_runs(self, world, queries):
        def listed(store, world_id):
            with store.unit(world_id, reads=True) as unit:
                return [(list(runs), total) for runs, total in (unit.page(*query) for query in queries)]

        self.both(world, listed)


def worked(store, world_id, acts):
    """What the acts of one unit of work answered, and whether it failed."""
    answers = []
    try:
        with store.unit(world_id) as unit:
            answers += [function(unit, *arguments) for function, *arguments in acts]
    except ZeroDivisionError:
        answers.append("failed")
    return answers


def test_memory_and_postgresql_agree(postgres_url):
    Agreement.url = postgres_url
    run_state_machine_as_test(
        Agreement,
        settings=settings(
            max_examples=40, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
