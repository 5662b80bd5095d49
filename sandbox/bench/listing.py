"""What a list call costs by the number of runs, for every combination of filters, bounds and order, in memory.

Run: python sandbox/bench/listing.py [SIZE ...]. A call is the operation as the server runs it, from the values of its
parameters to the bytes of its answer, with total and ten runs. Prints, for the first and a middle page, the median
microseconds at each size, the ratio of the largest to the smallest, and the worst ratio of all; then what a write costs,
with and without a list call after it, and the memory that a run and its indexes take.
"""

import gc
import itertools
import json
import random
import resource
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.reading import read_lifecycle, read_spec
from sequences_sandbox.domain.clock import Clock
from sequences_sandbox.domain.query import Query
from sequences_sandbox.domain.timestamps import DAY, format_timestamp
from sequences_sandbox.http.responses import Encoder
from sequences_sandbox.operations.public.sequences import listSequences, updateSequence
from sequences_sandbox.resources.sequences.model import Run
from sequences_sandbox.resources.sequences.schedule import Schedule
from sequences_sandbox.store.base import KeyRecord, WorldRecord
from sequences_sandbox.store.memory import MemoryStore
from sequences_sandbox.worlds.events import EventBus
from sequences_sandbox.worlds.world import Caller, Worlds

LIFECYCLE = read_lifecycle(read_spec(shipped("openapi.yaml")))
SCHEDULE = Schedule(LIFECYCLE, static=True)
ORGANIZATION = str(uuid.UUID(int=1))
TEMPLATES = [str(uuid.UUID(int=number)) for number in range(2, 8)]
SPAN = 365 * DAY
REPEATS = 30


def runs(size: int, seed: int = 1) -> Iterator[Run]:
    """Runs spread over a year, three of each company in each of a few templates."""
    draw = random.Random(seed)
    for number in range(size):
        created = -draw.randrange(SPAN)
        yield Run(
            id=str(uuid.UUID(int=draw.getrandbits(128), version=4)),
            organization_id=ORGANIZATION,
            contact_id=None,
            sequence_template_id=draw.choice(TEMPLATES),
            status=draw.choice(LIFECYCLE.statuses),
            variables=None,
            source_contact_list_id=None,
            last_step_executed_at=None,
            created_at=created,
            updated_at=created + draw.randrange(1, DAY),
            company=f"company-{number // 3}.example",
        )


def queries() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every combination, named by what it asks for, as the parameters of a call."""
    late, early, middle = (format_timestamp(-SPAN * quarter // 4) for quarter in (1, 3, 2))
    bounds = {
        "": {},
        "after": {"after": middle},
        "before": {"before": middle},
        "both": {"after": early, "before": late},
    }
    for status, template, bound, sort_by, order in product(
        (None, LIFECYCLE.statuses[2]),
        (None, TEMPLATES[0]),
        bounds,
        ("created_at", "updated_at", "status"),
        ("asc", "desc"),
    ):
        names = ("status" if status else "", "template" if template else "", bound, sort_by, order)
        arguments: dict[str, Any] = {f"created_at_{side}": instant for side, instant in bounds[bound].items()}
        arguments |= {
            "status": status,
            "sequence_template_id": template,
            "sort_by": sort_by,
            "sort_order": order,
            "size": 10,
        }
        yield " ".join(name for name in names if name), arguments


def median(call: Callable[[], object]) -> float:
    """Microseconds of a call, the median of several."""
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1e6)
    return statistics.median(took)


class Runs:
    """A base of so many runs."""

    def __init__(self, size: int) -> None:
        self.size = size

    def runs(self) -> Iterator[Run]:
        """Each run."""
        return runs(self.size)


def world_of(size: int) -> tuple[Worlds, Caller]:
    """A world of so many runs, and somebody who may list them."""
    store = MemoryStore(lambda: 0)
    key = KeyRecord(b"", "key", "key", frozenset(), "world", ORGANIZATION)
    record = WorldRecord("world", "world", "bench", 0, True, False, 0, None, False, 0, {}, SCHEDULE)
    store.add(record, Runs(size), Clock(0), [key])
    return Worlds(store, EventBus()), Caller(key, "req")


def pages_of(worlds: Worlds, caller: Caller) -> dict[str, float]:
    """Microseconds by combination and page."""
    costs = {}
    encoder = Encoder()

    def call(arguments: dict[str, Any]) -> bytes:
        return encoder.answer(200, listSequences(worlds, caller, **arguments)).body

    for name, arguments in queries():
        total = json.loads(call({**arguments, "page": 1}))["total_count"]
        for place, page in (("first", 1), ("middle", max(1, total // 20))):
            wanted = {**arguments, "page": page}
            costs[f"{name} {place}"] = median(lambda wanted=wanted: call(wanted))
    return costs


def writes_of(worlds: Worlds, caller: Caller) -> tuple[float, float]:
    """Microseconds of an update alone, and of an update with the first page by updated_at after it."""
    counter = itertools.count()
    with worlds.store.unit("world") as unit:
        ids = itertools.cycle([run.id for run in unit.page(ORGANIZATION, Query(size=100))[0]])

    def write() -> None:
        updateSequence(worlds, caller, sequence_id=next(ids), body={"variables": {"k": str(next(counter))}})

    def write_and_list() -> None:
        write()
        listSequences(worlds, caller, sort_by="updated_at", sort_order="desc", page=1, size=10)

    return median(write), median(write_and_list)


def main(sizes: list[int]) -> None:
    """Prints the tables."""
    table: dict[int, dict[str, float]] = {}
    for size in sizes:
        gc.disable()
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
        worlds, caller = world_of(size)
        built, grown = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        gc.freeze()
        table[size] = pages_of(worlds, caller)
        alone, listed = writes_of(worlds, caller)
        print(f"{size:>9,} runs: built in {built:.1f} s, {max(grown, 0) * 1024 / size:,.0f} bytes a run; ", end="")
        print(f"a write {alone:.0f} us, with the list call after it {listed:.0f} us")
        del worlds
        gc.collect()
    smallest, largest = sizes[0], sizes[-1]
    print(f"\n{'combination':<44}" + "".join(f"{size:>11,}" for size in sizes) + "      ratio")
    ratios = {name: table[largest][name] / table[smallest][name] for name in table[smallest]}
    for name, ratio in sorted(ratios.items(), key=lambda pair: pair[1]):
        print(f"{name:<44}" + "".join(f"{table[size][name]:>11.1f}" for size in sizes) + f"{ratio:>11.2f}")
    print(f"\nworst ratio {max(ratios.values()):.2f}, median ratio {statistics.median(ratios.values()):.2f}")


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [1_000, 10_000, 100_000, 1_000_000])
