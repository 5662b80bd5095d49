"""A persistent sorted multiset of ints, by which a tree counts what lies within an interval (see tree.py)."""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
from typing import Final

# Chosen by sandbox/bench/tree.py, as the capacities of nodes.
CHUNK_CAPACITY = 4096

BELOW: Final = -(2**63) - 1
"""Smaller than any value."""
ABOVE: Final = 2**63
"""Greater than any value."""


class Multiset:
    """A persistent sorted multiset of ints: chunks of machine integers, which copy as one block of memory."""

    __slots__ = ("chunks", "lows", "starts")

    def __init__(self, chunks: "list[array[int]]", lows: list[int]) -> None:
        self.chunks = chunks
        self.lows = lows
        self.starts = [0, *accumulate(map(len, chunks))]

    @classmethod
    def of(cls, values: Iterable[int]) -> "Multiset":
        """Of values in any order; runs of ascending ones are merged."""
        ascending = array("q", sorted(values))
        step = -(-3 * CHUNK_CAPACITY // 4)
        chunks = [ascending[i : i + step] for i in range(0, len(ascending), step)]
        return cls(chunks, [chunk[0] for chunk in chunks])

    def between(self, lo: int, hi: int) -> int:
        """How many are greater than lo and smaller than hi; lo < hi. An end that bounds nothing costs nothing."""
        chunks = self.chunks
        if hi == ABOVE:
            below = self.starts[-1]
        else:
            j = max(bisect_left(self.lows, hi) - 1, 0) if len(chunks) > 1 else 0
            below = self.starts[j] + bisect_left(chunks[j], hi)
        if lo == BELOW:
            return below
        i = max(bisect_right(self.lows, lo) - 1, 0) if len(chunks) > 1 else 0
        return below - self.starts[i] - bisect_right(chunks[i], lo)

    def replace(self, removed: list[int], added: list[int]) -> "Multiset":
        """Without the removed values, each of which must be there, and with the added ones; never left empty."""
        if removed == added:
            return self
        if len(removed) > 1:  # a batch moves entries about and mostly keeps what they are crossed by
            gone, come = Counter(removed), Counter(added)
            removed, added = [*(gone - come).elements()], [*(come - gone).elements()]
        chunks, lows = self.chunks.copy(), self.lows.copy()
        for value in added:
            i = max(bisect_right(lows, value) - 1, 0)
            chunk = chunks[i][:]
            chunk.insert(bisect_right(chunk, value), value)
            _settle(chunks, lows, i, i + 1, chunk)
        for value in removed:
            i = bisect_right(lows, value) - 1
            chunk = chunks[i][:]
            del chunk[bisect_left(chunk, value)]
            if 4 * len(chunk) >= CHUNK_CAPACITY or len(chunks) == 1:
                _settle(chunks, lows, i, i + 1, chunk)
            elif i:
                _settle(chunks, lows, i - 1, i + 1, chunks[i - 1] + chunk)
            else:
                _settle(chunks, lows, 0, 2, chunk + chunks[1])
        return Multiset(chunks, lows)


def _settle(chunks: "list[array[int]]", lows: list[int], start: int, stop: int, chunk: "array[int]") -> None:
    """Puts one chunk, or its halves when it is above capacity, in the place of those from start to stop."""
    middle = len(chunk) // 2
    parts = [chunk] if len(chunk) <= CHUNK_CAPACITY else [chunk[:middle], chunk[middle:]]
    chunks[start:stop] = parts
    lows[start:stop] = [part[0] for part in parts]
