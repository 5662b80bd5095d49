"""What the memory store's index costs, by size: `python sandbox/bench/tree.py [entries ...]`. Figures, no verdict.

Entries are (updated_at, id, created_at), the times drawn at random, so that order and cross coordinate do not agree:
the hardest case for reads within an interval. Times are the best of several repeats, in microseconds a call.
"""

import random
import sys
import timeit
import tracemalloc
from collections.abc import Callable
from itertools import cycle
from time import perf_counter, process_time
from uuid import UUID

from sequences_sandbox.store.tree import Entry, Tree

SIZES = (100, 1_000, 100_000, 1_000_000)
SPAN = 10**15
HALF = (SPAN // 4, 3 * SPAN // 4)
PAGE = 10


def entries_of(count: int, seed: int = 1) -> list[Entry]:
    """`count` ascending entries."""
    chance = random.Random(seed)
    return sorted(
        (chance.randrange(SPAN), str(UUID(int=chance.getrandbits(128))), chance.randrange(SPAN)) for _ in range(count)
    )


def cost(call: Callable[[], object]) -> float:
    """Microseconds a call, of processor time: the machine may have other work."""
    timer = timeit.Timer(call, timer=process_time)
    number, _ = timer.autorange()
    number = max(number // 10, 100)
    return min(timer.repeat(15, number)) / number * 1e6


def around(place: int) -> Callable[[], int]:
    """Places near this one, in turn, so that no single leaf decides the figure."""
    return cycle(range(place * 4 // 5, place * 6 // 5, max(place // 50, 1))).__next__


def moves_of(entries: list[Entry], keep_cross: bool) -> Callable[[Tree], Callable[[], Tree]]:
    """Single replacements spread over the tree: an entry goes, its successor in time comes."""
    chance = random.Random(2)
    chosen = chance.sample(entries, min(len(entries), 200))
    moves = cycle(
        (
            [entry],
            [(chance.randrange(SPAN), entry[1], entry[2] if keep_cross else chance.randrange(SPAN))],
        )
        for entry in chosen
    )

    def on(tree: Tree) -> Callable[[], Tree]:
        return lambda: tree.replace(*next(moves))

    return on


def batch(tree: Tree, entries: list[Entry], count: int) -> float:
    """Milliseconds of one replacement of `count` entries each way."""
    chance = random.Random(3)
    removed = chance.sample(entries, count)
    added = [(SPAN + i, entry[1], entry[2]) for i, entry in enumerate(removed)]
    start = perf_counter()
    tree.replace(removed, added)
    return (perf_counter() - start) * 1e3


def footprint(entries: list[Entry], cross: int | None) -> tuple[float, float]:
    """Seconds to build, and bytes an entry held by the tree itself, the entries apart."""
    start = perf_counter()
    Tree.build(entries, cross)
    seconds = perf_counter() - start
    tracemalloc.start()
    tree = Tree.build(entries, cross)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return seconds, held / len(tree)


def rows(entries: list[Entry]) -> dict[str, float]:
    """The figures at one size, by name."""
    plain, crossed = Tree.build(entries, None), Tree.build(entries, 2)
    size, half = len(entries), crossed.count(HALF)
    middle, middle_half = around(size // 2), around(half // 2)
    tied = Tree.build(
        [(i * 4 // size, entry[1], entry[2]) for i, entry in enumerate(sorted(entries, key=lambda e: e[1]))], 2
    )
    third = around(tied.count(HALF) // 3)
    table = {
        "count within": cost(lambda: crossed.count(HALF)),
        "first page within": cost(lambda: crossed.page(0, PAGE, False, HALF)),
        "middle page within": cost(lambda: crossed.page(middle_half(), PAGE, False, HALF)),
        "middle page within, descending": cost(lambda: crossed.page(middle_half(), PAGE, True, HALF)),
        "the same among 4 groups of ties": cost(lambda: tied.page(third(), PAGE, True, HALF)),
        "rank within": cost(lambda: crossed.rank((SPAN // 2,), HALF)),
        "middle page": cost(lambda: plain.page(middle(), PAGE, False)),
        "middle page, descending": cost(lambda: plain.page(middle(), PAGE, True)),
        "replace one": cost(moves_of(entries, True)(plain)),
        "replace one, cross kept": cost(moves_of(entries, True)(crossed)),
        "replace one, cross moved": cost(moves_of(entries, False)(crossed)),
    }
    some = max(size // 100, 1)
    table["replace 1 %, ms"] = batch(plain, entries, some)
    table["replace 1 %, with cross, ms"] = batch(crossed, entries, some)
    for name, cross in (("", None), (", with cross", 2)):
        table[f"build{name}, s"], table[f"bytes an entry{name}"] = footprint(entries, cross)
    return table


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or SIZES
    columns = [rows(entries_of(size)) for size in sizes]
    print("microseconds unless said".ljust(34), *(f"{size:>11,}" for size in sizes))
    for name in columns[0]:
        print(name.ljust(34), *(f"{column[name]:>11.3g}" for column in columns))


if __name__ == "__main__":
    main()
