"""Rings bounded by bytes: many by name, each within its own bound and all within one for the whole."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

T = TypeVar("T")


class Rings(Generic[T]):
    """Items by the name of their ring. When all together are too many, the ring that was longest unused gives way.

    Not safe for threads; the caller holds a lock.
    """

    def __init__(self, most_bytes: int, most_bytes_of_all: int) -> None:
        self._most: Final = most_bytes
        self._most_of_all: Final = most_bytes_of_all
        self._rings: OrderedDict[str, _Ring[T]] = OrderedDict()
        self.bytes = 0
        """What all items weigh."""

    def append(self, name: str, item: T, weight: int) -> None:
        """Adds an item that takes about `weight` bytes."""
        ring = self._rings.get(name)
        if ring is None:
            ring = self._rings[name] = _Ring()
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
                del self._rings[oldest]

    def items(self, name: str) -> list[T]:
        """The items of a ring, oldest first."""
        ring = self._rings.get(name)
        return [] if ring is None else list(ring.items)

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
            del self._rings[name]


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
