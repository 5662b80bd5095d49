"""The database walks indexes: no hot query scans the table of runs, and no page without bounds sorts more than itself."""

import uuid
from dataclasses import dataclass
from itertools import product

import psycopg
import pytest
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.reading import read_lifecycle, read_spec
from sequences_sandbox.domain.clock import Clock
from sequences_sandbox.domain.query import Query
from sequences_sandbox.domain.timestamps import HOUR
from sequences_sandbox.resources.sequences.model import Run
from sequences_sandbox.resources.sequences.schedule import Schedule
from sequences_sandbox.store.base import WorldRecord
from sequences_sandbox.store.postgres import PostgresStore
from sequences_sandbox.store.postgres.unit import PostgresUnit

LIFECYCLE = read_lifecycle(read_spec(shipped("openapi.yaml")))
RUNS = 50_000
WORLD, ORGANIZATION = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))
TEMPLATES = [str(uuid.UUID(int=number)) for number in range(3, 9)]


@dataclass(eq=False)
class Many:
    """A base of many runs: all statuses, six templates, a company for every ten."""

    def runs(self):
        for number in range(RUNS):
            yield Run(
                id=str(uuid.UUID(int=number * 0x9E3779B97F4A7C15 % (1 << 128))),
                organization_id=ORGANIZATION,
                contact_id=str(uuid.UUID(int=number // 3)),
                sequence_template_id=TEMPLATES[number % 6],
                status=LIFECYCLE.statuses[number * 7 % 9],
                variables=None,
                source_contact_list_id=None,
                last_step_executed_at=None,
                created_at=-number * HOUR,
                updated_at=-(number * 7919 % RUNS) * HOUR,
                company=f"company-{number // 10}.example",
            )


class Explaining:
    """A connection that keeps the plan of every statement it carries out."""

    def __init__(self, connection):
        self.connection = connection
        self.plans = []

    def execute(self, statement, values):
        text = statement if isinstance(statement, bytes) else statement.encode()
        ((plan,),) = self.connection.execute(b"EXPLAIN (FORMAT JSON) " + text, values).fetchall()
        self.plans.append(plan[0]["Plan"])
        return self.connection.execute(statement, values)


@pytest.fixture(scope="module")
def world(postgres):
    """A large world, beside which the table holds nothing."""
    schema = f"plans_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        store = PostgresStore(f"{postgres}&options=-csearch_path%3D{schema}", LIFECYCLE, size=1, wall=lambda: 0)
        schedule = Schedule(LIFECYCLE, static=False)
        record = WorldRecord(WORLD, "w", "many", 0, True, False, 0, None, False, 0, {}, schedule)
        store.add(record, Many(), Clock(0, 0, True), [])
        yield store
        store.disconnect()
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def explained(world):
    """Carries out a verb, and gives the plans of what it asked."""
    with world.unit(WORLD, reads=True) as unit:

        def explain(verb, *arguments):
            connection = Explaining(unit._connection)
            getattr(PostgresUnit(connection, unit._rows, unit._world, holds=False), verb)(*arguments)
            return connection.plans

        yield explain


def nodes(plan):
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def scans(plans):
    """The tables of runs that are scanned from one end to the other."""
    found = [node for plan in plans for node in nodes(plan)]
    return [node for node in found if node["Node Type"] == "Sequence Scan" and node["Relation Name"] == "runs"]


FILTERS = list(product([None, LIFECYCLE.statuses[3]], [None, TEMPLATES[1]]))
BOUNDS = [(None, None), (-20_000 * HOUR, None), (None, -49_000 * HOUR), (-30_000 * HOUR, -29_900 * HOUR)]
ORDERS = list(product(["created_at", "updated_at", "status"], [False, True]))


@pytest.mark.parametrize(("sort_by", "descending"), ORDERS)
@pytest.mark.parametrize(("status", "template"), FILTERS)
def test_a_page_is_found_in_an_index(explained, status, template, sort_by, descending):
    for (after, before), page in product(BOUNDS, [1, 40]):
        plans = explained("page", ORGANIZATION, Query(status, template, after, before, sort_by, descending, page, 10))
        assert scans(plans) == []


@pytest.mark.parametrize(("sort_by", "descending"), ORDERS)
@pytest.mark.parametrize(("status", "template"), FILTERS)
def test_a_page_without_bounds_sorts_no_more_than_equal_runs(explained, status, template, sort_by, descending):
    total = {(False, False): RUNS, (True, False): RUNS // 9, (False, True): RUNS // 6, (True, True): RUNS // 54}
    for offset in (1, total[status is not None, template is not None] // 10):
        for plan in explained(
            "page", ORGANIZATION, Query(status, template, None, None, sort_by, descending, offset, 10)
        ):
            sorts = [node for node in nodes(plan) if node["Node Type"] == "Sort"]
            assert [node["Plan Rows"] for node in sorts if node["Plan Rows"] > 100] == []


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("get", (ORGANIZATION, str(uuid.UUID(int=0)))),
        ("counts", (ORGANIZATION,)),
        ("siblings", (next(Many().runs()),)),
        ("of_contact", (ORGANIZATION, str(uuid.UUID(int=5)))),
        ("due", (0,)),
        ("next_due", ()),
        ("history", (str(uuid.UUID(int=0)),)),
    ],
)
def test_other_questions_are_answered_from_an_index(explained, verb, arguments):
    assert scans(explained(verb, *arguments)) == []
