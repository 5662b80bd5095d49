"""Reading a tree by rank: all of it, or what lies within an interval of its cross coordinate (see tree.py)."""

from collections.abc import Iterator
from itertools import islice
from typing import TypeAlias

from .multiset import ABOVE, BELOW, Multiset
from .nodes import Entry, Node, Subtree

Interval: TypeAlias = tuple[int | None, int | None]
"""Open at both ends; None leaves that end unbounded."""


class Window:
    """An interval of a cross coordinate: `lo` and `hi`, both excluded."""

    __slots__ = ("cross", "hi", "lo")

    def __init__(self, within: Interval, cross: int) -> None:
        lo, hi = within
        self.lo = BELOW if lo is None else lo
        self.hi = max(ABOVE if hi is None else hi, self.lo + 1)  # an interval turned around is empty
        self.cross = cross

    def filter(self, leaf: list[Entry]) -> Iterator[Entry]:
        lo, hi, cross = self.lo, self.hi, self.cross
        return (entry for entry in leaf if lo < entry[cross] < hi)

    def count(self, subtree: Subtree) -> int:
        if isinstance(subtree, Node):
            return self.total(subtree.crosses)
        lo, hi, cross = self.lo, self.hi, self.cross
        return len([entry for entry in subtree if lo < entry[cross] < hi])

    def total(self, crosses: "list[Multiset]") -> int:
        lo, hi = self.lo, self.hi
        return sum([multiset.between(lo, hi) for multiset in crosses])


def take(subtree: Subtree, start: int, stop: int, window: "Window | None", found: list[Entry]) -> None:
    """Appends the entries of ranks start to stop to what was found."""
    if not isinstance(subtree, Node):
        found += subtree[start:stop] if window is None else islice(window.filter(subtree), start, stop)
        return
    for i, child in enumerate(subtree.children):
        if stop <= 0:
            return
        size = subtree.sizes[i] if window is None else subtree.crosses[i].between(window.lo, window.hi)
        if start < size:
            take(child, max(start, 0), stop, window, found)
        start, stop = start - size, stop - size


def take_last(subtree: Subtree, start: int, stop: int, window: "Window | None", found: list[list[Entry]]) -> None:
    """Appends the entries of the ranks start to stop, counted from the end, to what was found: last pieces first."""
    if not isinstance(subtree, Node):
        entries = subtree if window is None else list(window.filter(subtree))
        found.append(entries[max(len(entries) - stop, 0) : max(len(entries) - start, 0)])
        return
    for i in range(len(subtree.children) - 1, -1, -1):
        if stop <= 0:
            return
        size = subtree.sizes[i] if window is None else subtree.crosses[i].between(window.lo, window.hi)
        if start < size:
            take_last(subtree.children[i], max(start, 0), stop, window, found)
        start, stop = start - size, stop - size
