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

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, islice, pairwise
from operator import itemgetter, lt
from typing import Any, Final, TypeAlias

Entry: TypeAlias = tuple[Any, ...]
Interval: TypeAlias = tuple[int | None, int | None]
"""Open at both ends; None leaves that end unbounded."""

# Chosen by sandbox/bench/tree.py. A wide leaf keeps small worlds flat but is scanned to read within an interval; each
# level of a tree with a cross costs 8 bytes an entry, and each of a node's children a bisection.
LEAF_CAPACITY = 192
FANOUT = 64
CROSS_FANOUT = 12
CHUNK_CAPACITY = 4096
_BELOW: Final = -(2**63) - 1
_ABOVE: Final = 2**63
_FEW: Final = 16


class Tree:
    """A persistent ordered set. Ranks count from 0 among all entries, or among those `within` the interval.

    `within` on a tree without a cross coordinate is a ValueError.
    """

    __slots__ = ("_cross", "_root")

    def __init__(self, root: "_Subtree", cross: int | None) -> None:
        self._root = root
        self._cross = cross

    @classmethod
    def build(cls, entries_sorted: Sequence[Entry], cross: int | None) -> "Tree":
        """A tree of strictly ascending entries, in about linear time; otherwise ValueError."""
        if not all(map(lt, entries_sorted, islice(entries_sorted, 1, None))):
            raise ValueError("the entries must be strictly ascending; sort them and drop duplicates")
        return cls(_rooted(list(entries_sorted), cross), cross)

    def replace(self, removed: Iterable[Entry], added: Iterable[Entry]) -> "Tree":
        """A tree without the removed and with the added entries; the removals come first.

        KeyError names an entry that was to be removed and is absent, or to be added and is present.
        """
        root = _edited(self._root, sorted(removed), sorted(added), self._cross)
        return Tree(_rooted(root, self._cross), self._cross)

    def __len__(self) -> int:
        return _size(self._root)

    def __iter__(self) -> Iterator[Entry]:
        return chain.from_iterable(_leaves(self._root))

    def first(self) -> Entry | None:
        """The smallest entry, None of an empty tree."""
        return _low(self._root) if len(self._root) else None

    def count(self, within: Interval | None = None) -> int:
        """How many entries lie within the interval."""
        return len(self) if within is None else self._window(within).count(self._root)

    def rank(self, bound: Entry, within: Interval | None = None) -> int:
        """How many entries within the interval sort before the bound."""
        window = None if within is None else self._window(within)
        subtree, before = self._root, 0
        while isinstance(subtree, _Node):
            i = max(bisect_right(subtree.lows, bound) - 1, 0)
            before += sum(subtree.sizes[:i]) if window is None else window.total(subtree.crosses[:i])
            subtree = subtree.children[i]
        i = bisect_left(subtree, bound)
        return before + (i if window is None else window.count(subtree[:i]))

    def slice(self, start: int, stop: int, within: Interval | None = None) -> list[Entry]:
        """The entries of ranks start (0 or more) up to, not including, stop."""
        found: list[Entry] = []
        _take(self._root, max(start, 0), stop, None if within is None else self._window(within), found)
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
        _take_last(self._root, skip, skip + size, None if within is None else self._window(within), found)
        return list(chain.from_iterable(reversed(found)))

    def _window(self, within: Interval) -> "_Window":
        if self._cross is None:
            raise ValueError("this tree has no cross coordinate; build it with one to read within an interval")
        return _Window(within, self._cross)


class _Node:
    """An inner node. By child: its smallest entry, its number of entries and, in a tree with a cross, its multiset."""

    __slots__ = ("children", "crosses", "lows", "sizes")

    def __init__(
        self, children: "list[_Subtree]", lows: list[Entry], sizes: list[int], crosses: "list[_Multiset]"
    ) -> None:
        self.children = children
        self.lows = lows
        self.sizes = sizes
        self.crosses = crosses

    def __len__(self) -> int:
        return len(self.children)

    def part(self, start: int, stop: int) -> "_Node":
        """A node of the children start to stop."""
        return _Node(self.children[start:stop], self.lows[start:stop], self.sizes[start:stop], self.crosses[start:stop])

    def splice(self, start: int, stop: int, children: "list[_Subtree]", cross: int | None) -> None:
        """Puts other children, none or many, in the place of those from start to stop."""
        self.children[start:stop] = children
        self.lows[start:stop] = map(_low, children)
        self.sizes[start:stop] = map(_size, children)
        if cross is not None:
            self.crosses[start:stop] = [_summary(child, cross) for child in children]

    def edit(self, i: int, removed: list[Entry], added: list[Entry], cross: int | None) -> None:
        """Takes one child's share of a batch."""
        old = self.children[i]
        new = _edited(old, removed, added, cross)
        length, change = len(new), len(added) - len(removed)
        if 0 < length <= _capacity(new):
            self.children[i] = new
            self.lows[i] = _low(new)
            self.sizes[i] += change
            if cross is not None:
                coordinate = itemgetter(cross)
                self.crosses[i] = self.crosses[i].replace([*map(coordinate, removed)], [*map(coordinate, added)])
        else:
            self.splice(i, i + 1, _parts(new), cross)
        if length < len(old):
            self.close_up(i, cross)

    def close_up(self, i: int, cross: int | None) -> None:
        """Joins what now stands at place i with a neighbour, when the two fill three quarters of one or less."""
        for left in (i, i - 1):
            if not 0 <= left < len(self.children) - 1:
                continue
            first, second = self.children[left : left + 2]
            if 4 * (len(first) + len(second)) <= 3 * _capacity(first):
                self.splice(left, left + 2, [_joined(first, second, cross)], cross)


_Subtree: TypeAlias = list[Entry] | _Node
"""A leaf is the bare list of its entries. All leaves of a tree are equally deep."""


def _capacity(subtree: _Subtree) -> int:
    if isinstance(subtree, _Node):
        return CROSS_FANOUT if subtree.crosses else FANOUT
    return LEAF_CAPACITY


def _low(subtree: _Subtree) -> Entry:
    return subtree.lows[0] if isinstance(subtree, _Node) else subtree[0]


def _size(subtree: _Subtree) -> int:
    return sum(subtree.sizes) if isinstance(subtree, _Node) else len(subtree)


def _leaves(subtree: _Subtree) -> Iterator[list[Entry]]:
    if isinstance(subtree, _Node):
        for child in subtree.children:
            yield from _leaves(child)
    else:
        yield subtree


def _summary(subtree: _Subtree, cross: int) -> "_Multiset":
    if isinstance(subtree, _Node):
        return _Multiset.of(chain.from_iterable(chain.from_iterable(multiset.chunks for multiset in subtree.crosses)))
    return _Multiset.of(map(itemgetter(cross), subtree))


def _rooted(root: _Subtree, cross: int | None) -> _Subtree:
    """The root with the levels it needs, whatever its width before.

    With a cross an inner root has a single child, so that the multiset it keeps is that of the whole tree.
    """
    while isinstance(root, _Node) and len(root) < 2:
        child = root.children[0] if root.children else []
        if cross is not None and isinstance(child, _Node) and len(child) > 1:
            return root
        root = child
    while len(root) > _capacity(root) or (cross is not None and isinstance(root, _Node) and len(root) > 1):
        top = _Node([], [], [], [])
        top.splice(0, 0, _parts(root), cross)
        root = top
    return root


def _parts(subtree: _Subtree) -> list[_Subtree]:
    """The subtree as even parts that fit, each at least half full when there are several; none when it is empty."""
    length, capacity = len(subtree), _capacity(subtree)
    if length <= capacity:
        return [subtree] if length else []
    count = -(-length // (capacity if isinstance(subtree, _Node) else -(-3 * capacity // 4)))
    cuts = [length * i // count for i in range(count + 1)]
    if isinstance(subtree, _Node):
        return [subtree.part(start, stop) for start, stop in pairwise(cuts)]
    return [subtree[start:stop] for start, stop in pairwise(cuts)]


def _joined(left: Any, right: Any, cross: int | None) -> _Subtree:
    """Two leaves, or two nodes, as one."""
    if not isinstance(left, _Node):
        return [*left, *right]
    node = left.part(0, len(left))
    node.children += right.children
    node.lows += right.lows
    node.sizes += right.sizes
    node.crosses += right.crosses
    node.close_up(len(left), cross)  # the children at the seam have become neighbours
    return node


def _edited(subtree: _Subtree, removed: list[Entry], added: list[Entry], cross: int | None) -> _Subtree:
    """A copy after the batch, both lists ascending: perhaps empty or above its capacity, for the caller to mend."""
    if not isinstance(subtree, _Node):
        return _edited_leaf(subtree, removed, added)
    node = subtree.part(0, len(subtree))
    gone, come = len(removed), len(added)
    while gone or come:  # from the last share to the first, so that what is spliced moves no place still to come
        last = removed[gone - 1] if gone and not (come and added[come - 1] > removed[gone - 1]) else added[come - 1]
        i = max(bisect_right(node.lows, last) - 1, 0)
        kept = bisect_left(removed, node.lows[i], 0, gone) if i else 0
        left = bisect_left(added, node.lows[i], 0, come) if i else 0
        node.edit(i, removed[kept:gone], added[left:come], cross)
        gone, come = kept, left
    return node


def _edited_leaf(leaf: list[Entry], removed: list[Entry], added: list[Entry]) -> list[Entry]:
    entries = leaf.copy()
    for entry in removed:
        i = bisect_left(entries, entry)
        if i == len(entries) or entries[i] != entry:
            raise KeyError(entry)
        del entries[i]
    if len(added) > _FEW:  # one merge instead of many moves
        entries = sorted(entries + added)
        twice = next((a for a, b in pairwise(entries) if a == b), None)
        if twice is not None:
            raise KeyError(twice)
        return entries
    for entry in added:
        i = bisect_left(entries, entry)
        if i < len(entries) and entries[i] == entry:
            raise KeyError(entry)
        entries.insert(i, entry)
    return entries


def _take(subtree: _Subtree, start: int, stop: int, window: "_Window | None", found: list[Entry]) -> None:
    """Appends the entries of ranks start to stop to what was found."""
    if not isinstance(subtree, _Node):
        found += subtree[start:stop] if window is None else islice(window.filter(subtree), start, stop)
        return
    for i, child in enumerate(subtree.children):
        if stop <= 0:
            return
        size = subtree.sizes[i] if window is None else subtree.crosses[i].between(window.lo, window.hi)
        if start < size:
            _take(child, max(start, 0), stop, window, found)
        start, stop = start - size, stop - size


def _take_last(subtree: _Subtree, start: int, stop: int, window: "_Window | None", found: list[list[Entry]]) -> None:
    """Appends the entries of the ranks start to stop, counted from the end, to what was found: last pieces first."""
    if not isinstance(subtree, _Node):
        entries = subtree if window is None else list(window.filter(subtree))
        found.append(entries[max(len(entries) - stop, 0) : max(len(entries) - start, 0)])
        return
    for i in range(len(subtree.children) - 1, -1, -1):
        if stop <= 0:
            return
        size = subtree.sizes[i] if window is None else subtree.crosses[i].between(window.lo, window.hi)
        if start < size:
            _take_last(subtree.children[i], max(start, 0), stop, window, found)
        start, stop = start - size, stop - size


def _group(first: Any) -> tuple[Entry, Entry]:
    """The bounds of the entries with this first element: its own, and that of the next int or str."""
    return (first,), (first + (1 if isinstance(first, int) else "\0"),)


class _Window:
    """An interval of a cross coordinate: `lo` and `hi`, both excluded."""

    __slots__ = ("cross", "hi", "lo")

    def __init__(self, within: Interval, cross: int) -> None:
        lo, hi = within
        self.lo = _BELOW if lo is None else lo
        self.hi = max(_ABOVE if hi is None else hi, self.lo + 1)  # an interval turned around is empty
        self.cross = cross

    def filter(self, leaf: list[Entry]) -> Iterator[Entry]:
        lo, hi, cross = self.lo, self.hi, self.cross
        return (entry for entry in leaf if lo < entry[cross] < hi)

    def count(self, subtree: _Subtree) -> int:
        if isinstance(subtree, _Node):
            return self.total(subtree.crosses)
        lo, hi, cross = self.lo, self.hi, self.cross
        return len([entry for entry in subtree if lo < entry[cross] < hi])

    def total(self, crosses: "list[_Multiset]") -> int:
        lo, hi = self.lo, self.hi
        return sum([multiset.between(lo, hi) for multiset in crosses])


class _Multiset:
    """A persistent sorted multiset of ints: chunks of machine integers, which copy as one block of memory."""

    __slots__ = ("chunks", "lows", "starts")

    def __init__(self, chunks: "list[array[int]]", lows: list[int]) -> None:
        self.chunks = chunks
        self.lows = lows
        self.starts = [0, *accumulate(map(len, chunks))]

    @classmethod
    def of(cls, values: Iterable[int]) -> "_Multiset":
        """Of values in any order; runs of ascending ones are merged."""
        ascending = array("q", sorted(values))
        step = -(-3 * CHUNK_CAPACITY // 4)
        chunks = [ascending[i : i + step] for i in range(0, len(ascending), step)]
        return cls(chunks, [chunk[0] for chunk in chunks])

    def between(self, lo: int, hi: int) -> int:
        """How many are greater than lo and smaller than hi; lo < hi."""
        chunks = self.chunks
        if len(chunks) == 1:
            return bisect_left(chunks[0], hi) - bisect_right(chunks[0], lo)
        i = max(bisect_right(self.lows, lo) - 1, 0)
        j = max(bisect_left(self.lows, hi) - 1, 0)
        return self.starts[j] + bisect_left(chunks[j], hi) - self.starts[i] - bisect_right(chunks[i], lo)

    def replace(self, removed: list[int], added: list[int]) -> "_Multiset":
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
        return _Multiset(chunks, lows)


def _settle(chunks: "list[array[int]]", lows: list[int], start: int, stop: int, chunk: "array[int]") -> None:
    """Puts one chunk, or its halves when it is above capacity, in the place of those from start to stop."""
    middle = len(chunk) // 2
    parts = [chunk] if len(chunk) <= CHUNK_CAPACITY else [chunk[:middle], chunk[middle:]]
    chunks[start:stop] = parts
    lows[start:stop] = [part[0] for part in parts]
