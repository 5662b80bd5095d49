"""An immutable ordered set of tuples with order statistics: the index of the memory store.

A `Tree` is a B+tree copied along the path of a change, so a state that holds trees is itself a value: a world, a
snapshot or a rollback is a pointer. Entries are tuples of ints and strs, unique and totally ordered. A *bound* is an
entry or a prefix of one; a prefix sorts before all entries that extend it.

A tree may have a *cross* coordinate, the place of an int (64 bits, signed) in the entry. Reads can then be held
`within` an open interval of it: every inner node keeps, for each child, the multiset of the cross coordinates below, so
that whole subtrees are counted by bisection. A tree of a single leaf keeps none and scans.

Balance: a node splits above its capacity; one that lost members joins a neighbour when the two fill at most three
quarters of one; an empty one vanishes. So any two neighbours under one parent together hold more than half of what one
can, and depth is O(log n) in the entries held now, whatever was deleted before.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from .nodes import Entry, Node, Subtree, edited, leaves, low_of, rooted, size_of
from .window import Interval, Window, take, take_last

__all__ = ["Entry", "Interval", "Tree"]


class Tree:
    """A persistent ordered set. Ranks count from 0 among all entries, or among those `within` the interval.

    `within` on a tree without a cross coordinate is a ValueError.
    """

    __slots__ = ("_cross", "_root")

    def __init__(self, root: "Subtree", cross: int | None) -> None:
        self._root = root
        self._cross = cross

    @classmethod
    def build(cls, ascending: Sequence[Entry], cross: int | None) -> "Tree":
        """A tree of entries that ascend strictly, in linear time. That is trusted: to look costs as much as to build."""
        return cls(rooted(list(ascending), cross), cross)

    def replace(self, removed: Iterable[Entry], added: Iterable[Entry]) -> "Tree":
        """A tree without the removed and with the added entries; the removals come first.

        KeyError names an entry that was to be removed and is absent, or to be added and is present.
        """
        root = edited(self._root, sorted(removed), sorted(added), self._cross)
        return Tree(rooted(root, self._cross), self._cross)

    def __len__(self) -> int:
        return size_of(self._root)

    def __iter__(self) -> Iterator[Entry]:
        return chain.from_iterable(leaves(self._root))

    def first(self) -> Entry | None:
        """The smallest entry, None of an empty tree."""
        return low_of(self._root) if len(self._root) else None

    def count(self, within: Interval | None = None) -> int:
        """How many entries lie within the interval."""
        return len(self) if within is None else self._window(within).count(self._root)

    def rank(self, bound: Entry, within: Interval | None = None) -> int:
        """How many entries within the interval sort before the bound."""
        window = None if within is None else self._window(within)
        subtree, before = self._root, 0
        while isinstance(subtree, Node):
            i = max(bisect_right(subtree.lows, bound) - 1, 0)
            before += sum(subtree.sizes[:i]) if window is None else window.total(subtree.crosses[:i])
            subtree = subtree.children[i]
        i = bisect_left(subtree, bound)
        return before + (i if window is None else window.count(subtree[:i]))

    def slice(self, start: int, stop: int, within: Interval | None = None) -> list[Entry]:
        """The entries of ranks start (0 or more) up to, not including, stop."""
        found: list[Entry] = []
        take(self._root, max(start, 0), stop, None if within is None else self._window(within), found)
        return found

    def page(self, offset: int, size: int, descending: bool = False, within: Interval | None = None) -> list[Entry]:
        """`size` entries from place `offset` on, ascending, or by the first element descending.

        Ties of the first element stand ascending by the rest in both directions (contract, "List").
        """
        if not descending:
            return self.slice(offset, offset + size, within)
        return self._mirrored(offset, size, within) if size > 0 else []

    def _mirrored(self, offset: int, size: int, within: Interval | None) -> list[Entry]:
        """`size` entries from place `offset` of the end on, groups of one first element in reverse, each ascending.

        Whole groups only trade places. Of a group that the page cuts, the other end is wanted, which only its ranks a
        and b tell: when it begins on an earlier page, that one has shown its first b - stop entries, not its last.
        """
        margin = min(offset, 1)
        block = self._tail(offset - margin, size + margin + 1, within)
        beyond, block = block[len(block) - margin :], block[: len(block) - margin]
        before, block = block[:-size], block[-size:]
        head: list[Entry] = []
        if beyond and block and beyond[0][0] == block[-1][0]:
            stop = self.count(within) - offset
            a, b = (self.rank(bound, within) for bound in _group(block[-1][0]))
            cut = min(stop - a, len(block))
            head = self.slice(a + b - stop, a + b - stop + cut, within)
            del block[-cut:]
        if block and before and before[-1][0] == block[0][0]:
            lower, upper = _group(block[0][0])
            a, cut = self.rank(lower, within), bisect_left(block, upper)
            block[:cut] = self.slice(a, a + cut, within)
        return head + sorted(block, key=itemgetter(0), reverse=True)

    def _tail(self, skip: int, size: int, within: Interval | None) -> list[Entry]:
        """The last `size` entries before the last `skip`, ascending."""
        found: list[list[Entry]] = []
        take_last(self._root, skip, skip + size, None if within is None else self._window(within), found)
        return list(chain.from_iterable(reversed(found)))

    def _window(self, within: Interval) -> "Window":
        if self._cross is None:
            raise ValueError("this tree has no cross coordinate; build it with one to read within an interval")
        return Window(within, self._cross)


def _group(first: Any) -> tuple[Entry, Entry]:
    """The bounds of the entries with this first element: its own, and that of the next int or str."""
    return (first,), (first + (1 if isinstance(first, int) else "\0"),)
