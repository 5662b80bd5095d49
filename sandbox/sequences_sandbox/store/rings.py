"""Rings bounded by bytes: many by name, each within its own bound and all within one for the whole."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final, Generic, TypeVar

T = TypeVar("T")

RING: Final = 1600
"""What a ring takes beside its items, of which it may have one only."""


class Rings(Generic[T]):
    """Items by the name of their ring. When all together are too many, the ring that was longest unused gives way.

    Not safe for threads; the caller holds a lock.
    """

    def __init__(self, most_bytes: int, most_bytes_of_all: int) -> None:
        self._most: Final = most_bytes
        self._most_of_all: Final = most_bytes_of_all
        self._rings: OrderedDict[str, _Ring[T]] = OrderedDict()
        self.bytes = 0
        """What all rings weigh, with their items."""

    def append(self, name: str, item: T, weight: int) -> None:
        """Adds an item that takes about `weight` bytes."""
        ring = self._rings.get(name)
        if ring is None:
            ring = self._rings[name] = _Ring()
            self.bytes += RING
        else:
            self._rings.move_to_end(name)
        ring.items.append(item)
        ring.weights.append(weight)
        ring.bytes += weight
        self.bytes += weight
        while ring.bytes > self._most and len(ring.items) > 1:
            self.bytes -= ring.drop()
        while self.bytes > self._most_of_all:
            oldest, idle = next(iter(self._rings.items()))
            self.bytes -= idle.drop()
            if not idle.items:
                self._remove(oldest)

    def items(self, name: str) -> list[T]:
        """The items of a ring, oldest first."""
        ring = self._rings.get(name)
        return [] if ring is None else list(ring.items)

    def newest(self, name: str, wanted: Callable[[T], bool]) -> list[T]:
        """The newest items of a ring up to the first that is not wanted, oldest first. The others are not looked at."""
        ring = self._rings.get(name)
        return [] if ring is None else list(takewhile(wanted, reversed(ring.items)))[::-1]

    def clear(self, name: str) -> None:
        """Removes a ring."""
        self.keep_last(name, 0)

    def keep_last(self, name: str, number: int) -> None:
        """Removes all items of a ring but the last ones."""
        ring = self._rings.get(name)
        if ring is None:
            return
        while len(ring.items) > number:
            self.bytes -= ring.drop()
        if not ring.items:
            self._remove(name)

    def _remove(self, name: str) -> None:
        del self._rings[name]
        self.bytes -= RING


@dataclass(slots=True)
class _Ring(Generic[T]):
    items: deque[T] = field(default_factory=deque)
    weights: deque[int] = field(default_factory=deque)
    bytes: int = 0

    def drop(self) -> int:
        """Drops the oldest item; returns its weight."""
        self.items.popleft()
        weight = self.weights.popleft()
        self.bytes -= weight
        return weight
