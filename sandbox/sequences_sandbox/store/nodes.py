"""The leaves and inner nodes of a tree, and how a batch of changes makes new ones of them (see tree.py)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import chain, pairwise
from operator import itemgetter
from typing import Any, Final, TypeAlias

from .multiset import Multiset

Entry: TypeAlias = tuple[Any, ...]

# Chosen by sandbox/bench/tree.py. A wide leaf keeps small worlds flat but is scanned to read within an interval; each
# level of a tree with a cross costs 8 bytes an entry, and each of a node's children a bisection.
LEAF_CAPACITY = 128
FANOUT = 64
CROSS_FANOUT = 12
_FEW: Final = 16


class Node:
    """An inner node. By child: its smallest entry, its number of entries and, in a tree with a cross, its multiset."""

    __slots__ = ("children", "crosses", "lows", "sizes")

    def __init__(
        self, children: "list[Subtree]", lows: list[Entry], sizes: list[int], crosses: "list[Multiset]"
    ) -> None:
        self.children = children
        self.lows = lows
        self.sizes = sizes
        self.crosses = crosses

    def __len__(self) -> int:
        return len(self.children)

    def part(self, start: int, stop: int) -> "Node":
        """A node of the children start to stop."""
        return Node(self.children[start:stop], self.lows[start:stop], self.sizes[start:stop], self.crosses[start:stop])

    def splice(self, start: int, stop: int, children: "list[Subtree]", cross: int | None) -> None:
        """Puts other children, none or many, in the place of those from start to stop."""
        self.children[start:stop] = children
        self.lows[start:stop] = map(low_of, children)
        self.sizes[start:stop] = map(size_of, children)
        if cross is not None:
            self.crosses[start:stop] = [_summary(child, cross) for child in children]

    def edit(self, i: int, removed: list[Entry], added: list[Entry], cross: int | None) -> None:
        """Takes one child's share of a batch."""
        old = self.children[i]
        new = edited(old, removed, added, cross)
        length, change = len(new), len(added) - len(removed)
        if 0 < length <= capacity_of(new):
            self.children[i] = new
            self.lows[i] = low_of(new)
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
            if 4 * (len(first) + len(second)) <= 3 * capacity_of(first):
                self.splice(left, left + 2, [_joined(first, second, cross)], cross)


Subtree: TypeAlias = list[Entry] | Node
"""A leaf is the bare list of its entries. All leaves of a tree are equally deep."""


def capacity_of(subtree: Subtree) -> int:
    if isinstance(subtree, Node):
        return CROSS_FANOUT if subtree.crosses else FANOUT
    return LEAF_CAPACITY


def low_of(subtree: Subtree) -> Entry:
    return subtree.lows[0] if isinstance(subtree, Node) else subtree[0]


def size_of(subtree: Subtree) -> int:
    return sum(subtree.sizes) if isinstance(subtree, Node) else len(subtree)


def leaves(subtree: Subtree) -> Iterator[list[Entry]]:
    if isinstance(subtree, Node):
        for child in subtree.children:
            yield from leaves(child)
    else:
        yield subtree


def _summary(subtree: Subtree, cross: int) -> "Multiset":
    if isinstance(subtree, Node):
        return Multiset.of(chain.from_iterable(chain.from_iterable(multiset.chunks for multiset in subtree.crosses)))
    return Multiset.of(map(itemgetter(cross), subtree))


def rooted(root: Subtree, cross: int | None) -> Subtree:
    """The root with the levels it needs, whatever its width before.

    With a cross an inner root has a single child, so that the multiset it keeps is that of the whole tree.
    """
    while isinstance(root, Node) and len(root) < 2:
        child = root.children[0] if root.children else []
        if cross is not None and isinstance(child, Node) and len(child) > 1:
            return root
        root = child
    while len(root) > capacity_of(root) or (cross is not None and isinstance(root, Node) and len(root) > 1):
        top = Node([], [], [], [])
        top.splice(0, 0, _parts(root), cross)
        root = top
    return root


def _parts(subtree: Subtree) -> list[Subtree]:
    """The subtree as even parts that fit, each at least half full when there are several; none when it is empty."""
    length, capacity = len(subtree), capacity_of(subtree)
    if length <= capacity:
        return [subtree] if length else []
    count = -(-length // (capacity if isinstance(subtree, Node) else -(-3 * capacity // 4)))
    cuts = [length * i // count for i in range(count + 1)]
    if isinstance(subtree, Node):
        return [subtree.part(start, stop) for start, stop in pairwise(cuts)]
    return [subtree[start:stop] for start, stop in pairwise(cuts)]


def _joined(left: Any, right: Any, cross: int | None) -> Subtree:
    """Two leaves, or two nodes, as one."""
    if not isinstance(left, Node):
        return [*left, *right]
    node = left.part(0, len(left))
    node.children += right.children
    node.lows += right.lows
    node.sizes += right.sizes
    node.crosses += right.crosses
    node.close_up(len(left), cross)  # the children at the seam have become neighbours
    return node


def edited(subtree: Subtree, removed: list[Entry], added: list[Entry], cross: int | None) -> Subtree:
    """A copy after the batch, both lists ascending: perhaps empty or above its capacity, for the caller to mend."""
    if not isinstance(subtree, Node):
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
