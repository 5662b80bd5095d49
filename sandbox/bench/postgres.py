"""What the number of runs in a world does to latency with the store in PostgreSQL, and what a new world costs there.

Run: python sandbox/bench/postgres.py [--url URL] [--write] [SIZE ...]. Without a URL it starts a PostgreSQL of its own, as
it comes, on this machine. Each size is a world of its own in one database. Calls go to the store's verbs in this process,
one at a time, by the clock on the wall: what the database does is what is to be seen.
"""

import argparse
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import machine
import psycopg
import report
from contestants import SCRATCH
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.reading import read_lifecycle, read_spec
from sequences_sandbox.domain.clock import Clock
from sequences_sandbox.domain.query import Query
from sequences_sandbox.domain.timestamps import DAY, HOUR, MINUTE
from sequences_sandbox.fixtures import read
from sequences_sandbox.resources.sequences.model import Run
from sequences_sandbox.resources.sequences.schedule import Schedule
from sequences_sandbox.resources.sequences.transitions import STOP, pause, stop
from sequences_sandbox.store.base import HistoryEntry, WorldRecord
from sequences_sandbox.store.postgres import PostgresStore, states
from sequences_sandbox.worlds.factory import WorldFactory, WorldOptions
from servers import postgres

LIFECYCLE = read_lifecycle(read_spec(shipped("openapi.yaml")))
PAGE = report.ROOT / "docs" / "postgres.md"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
ORGANIZATION = str(uuid.UUID(int=1))
TEMPLATES = [str(uuid.UUID(int=number)) for number in range(2, 8)]
CALLS = 200
SLOW_CALLS = 20
WORLDS = 500
COMPANY = 10

Found = dict[str, list[float]]


@dataclass(eq=False)
class Runs:
    """Runs in every status, of six templates, ten people to a company."""

    size: int

    def runs(self) -> Iterator[Run]:
        """Each run; the later its number, the older it is, up to a year."""
        for number in range(self.size):
            yield Run(
                id=_id(number),
                organization_id=ORGANIZATION,
                contact_id=str(uuid.UUID(int=number // 3)),
                sequence_template_id=TEMPLATES[number // 60 % 6],
                status=LIFECYCLE.statuses[number * 7 % 9],
                variables={"opening_line": "Congratulations on the launch!"},
                source_contact_list_id=None,
                last_step_executed_at=None,
                created_at=-1 - number * 365 * DAY // self.size,
                updated_at=-1 - (number * 7919 % self.size) * 365 * DAY // self.size,
                company=f"company-{number // COMPANY}.example",
            )


def _id(number: int) -> str:
    return str(uuid.UUID(int=(number + 1) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % (1 << 128)))


class World:
    """A world of so many runs, with what is asked of it."""

    def __init__(self, store: PostgresStore, size: int) -> None:
        self.store = store
        self.size = size
        self.id = str(uuid.uuid4())
        self.spread = [number * size // (2 * CALLS) // 9 * 9 for number in range(2 * CALLS)]
        schedule = Schedule(LIFECYCLE, static=True)
        record = WorldRecord(self.id, "w", f"bench-{size}", 0, True, False, 0, None, False, 0, {}, schedule)
        store.add(record, Runs(size), Clock(0, 0, True), [])

    def questions(self) -> Iterator[tuple[str, Callable[[int], object], int]]:
        """Names, calls, and how many of each to make."""
        last = -(-self.size // 10)
        yield "get", lambda number: self._get(_id(self.spread[number])), CALLS
        yield "default list", self._list(Query()), CALLS
        yield "filtered list", self._list(Query("ACTIVE", TEMPLATES[1], sort_by="updated_at", descending=True)), CALLS
        yield "list by status, descending", self._list(Query(sort_by="status", descending=True)), CALLS
        yield "middle page", self._list(Query(page=last // 2)), SLOW_CALLS
        yield "last page", self._list(Query(page=last)), CALLS
        yield "list of the last month", self._list(Query(after=-30 * DAY)), SLOW_CALLS
        yield "list of half a year", self._list(Query(after=-182 * DAY, sort_by="updated_at")), SLOW_CALLS
        yield "pause", lambda number: self.pause(_id(self.spread[number])), CALLS
        yield f"stop COMPANY, {COMPANY} people", lambda number: self._stop(_id(self.spread[number + CALLS])), CALLS // 2

    def _get(self, run: str) -> object:
        with self.store.unit(self.id, reads=True) as unit:
            return unit.get(ORGANIZATION, run)

    def _list(self, query: Query) -> Callable[[int], object]:
        def call(_: int) -> object:
            with self.store.unit(self.id, reads=True) as unit:
                return unit.page(ORGANIZATION, query)

        return call

    def pause(self, run_id: str) -> None:
        """Pauses a run, or writes it as it is."""
        with self.store.unit(self.id) as unit:
            run = unit.get(ORGANIZATION, run_id)
            if run is not None and LIFECYCLE.allows(run.status, "pause"):
                unit.put(pause(run, HOUR, MINUTE, LIFECYCLE), HistoryEntry(MINUTE, "pause", "client", None, "", None))
            else:
                unit.put(run or next(Runs(1).runs()), HistoryEntry(MINUTE, "update", "client", None, "", None))

    def _stop(self, run_id: str) -> None:
        with self.store.unit(self.id) as unit:
            run = unit.get(ORGANIZATION, run_id)
            assert run is not None  # noqa: S101
            for each in (run, *unit.siblings(run)):
                if LIFECYCLE.allows(each.status, STOP):
                    unit.put(stop(each, MINUTE, LIFECYCLE), HistoryEntry(MINUTE, STOP, "client", None, "", None))


def timed(call: Callable[[int], object], times: int) -> list[float]:
    """Median and 99th of a hundred, in milliseconds, after a few calls that do not count."""
    for number in range(6):
        call(number)
    took = []
    for number in range(times):
        began = time.perf_counter()
        call(number)
        took.append((time.perf_counter() - began) * 1000)
    return [statistics.median(took), statistics.quantiles(took, n=100)[98]]


def measured(store: PostgresStore, url: str, size: int) -> Found:
    """The figures of one size."""
    with psycopg.connect(url, autocommit=True) as connection:
        before, began = _bytes(connection), time.perf_counter()
        world = World(store, size)
        seconds = time.perf_counter() - began
        heap, indexes = (after - then for after, then in zip(_bytes(connection), before, strict=True))
        # This world shares its runs with what it began with, and its first write copies them.
        began = time.perf_counter()
        world.pause(_id(0))
        first = time.perf_counter() - began
        connection.execute("VACUUM ANALYZE")  # as the database does by itself, a minute later
    found = {
        "load, seconds": [seconds],
        "bytes a run: row, indexes": [heap / size, indexes / size],
        "copying them once, seconds": [first],
    }
    return found | {name: timed(call, times) for name, call, times in world.questions()}


def worlds(store: PostgresStore) -> Iterator[list[str]]:
    """What a new world of the demo fixture costs."""
    factory, demo = WorldFactory(store, LIFECYCLE), read("demo", LIFECYCLE)
    began = time.perf_counter()
    made = [factory.bear(demo, WorldOptions("w"), store.wall()).record.id for _ in range(WORLDS)]
    yield ["new worlds of the demo fixture, a second", f"{WORLDS / (time.perf_counter() - began):,.0f}"]
    took = []
    for world_id in made[:CALLS]:
        began = time.perf_counter()
        with store.unit(world_id) as unit:
            unit.put(next(iter(unit.all_runs()))._replace(updated_at=1))
        took.append((time.perf_counter() - began) * 1000)
    yield ["the first write to one, which copies its runs, ms at the median", f"{statistics.median(took):.1f}"]


def _bytes(connection: "psycopg.Connection[Any]") -> tuple[int, int]:
    """What the rows of runs take, and what their indexes take."""
    ((rows, indexes),) = connection.execute("SELECT pg_table_size('runs'), pg_indexes_size('runs')").fetchall()
    return rows, indexes


def table(found: Mapping[int, Found]) -> str:
    """Sizes beside each other."""
    rows = [[name, *(_shown(found[size][name]) for size in found)] for name in next(iter(found.values()))]
    return report.table(["", *(f"{size:,} runs" for size in found)], rows)


def _shown(figures: Iterable[float]) -> str:
    return ", ".join(f"{figure:,.0f}" if figure >= 100 else f"{figure:.2g}" for figure in figures)


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--url", help="an empty database to measure in")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/postgres.md")
    options = parser.parse_args()
    SCRATCH.mkdir(exist_ok=True)
    with ExitStack() as stack:
        url = options.url or stack.enter_context(postgres())
        states.LARGE = sys.maxsize  # type: ignore[misc]  # so that loading and copying are measured apart
        store = PostgresStore(url, LIFECYCLE, size=2)
        stack.callback(store.disconnect)
        new = report.table(["", ""], list(worlds(store)))
        found = {}
        for size in options.sizes:
            found[size] = measured(store, url, size)
            print(size, found[size], flush=True)
    text = f"Measured on {machine.described()}.\n\n{table(found)}\n\n{new}"
    print(text)
    if options.write:
        report.place("postgres", text, PAGE)


if __name__ == "__main__":
    main()
