"""What a process has at hand, as much as fits; what was longest unused goes first."""

import threading
from collections import OrderedDict
from typing import Final, Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """Values by name, of about `most` bytes together. One that went is made or loaded again when it is asked for.

    The value that came last stays, however large it is; so does one that is pinned. Safe for any number of threads.
    """

    def __init__(self, most: int) -> None:
        self._most: Final = most
        self._values: OrderedDict[str, T] = OrderedDict()
        self._weights: dict[str, int] = {}
        self._pins: dict[str, int] = {}
        self._lock: Final = threading.Lock()
        self.bytes = 0
        """About how much memory the values take."""

    def __len__(self) -> int:
        return len(self._values)

    def get(self, name: str) -> T | None:
        """A value, if it is at hand."""
        return self._values.get(name)

    def values(self) -> list[T]:
        """All that are at hand."""
        with self._lock:
            return list(self._values.values())

    def weight(self, name: str) -> int:
        """How much a value takes; 0 for one that is not at hand."""
        return self._weights.get(name, 0)

    def put(self, name: str, value: T, weight: int) -> T:
        """Keeps a value, and lets go of others where they are too many bytes."""
        with self._lock:
            self._discard(name)
            self._add(name, value, weight)
        return value

    def use(self, name: str, weight: int | None = None) -> None:
        """Notes that a value is used, and how much it takes by now."""
        with self._lock:
            if name not in self._values:
                return
            self._values.move_to_end(name)
            if weight is not None:
                self.bytes += weight - self._weights[name]
                self._weights[name] = weight
                self._shrink()

    def pin(self, name: str, value: T, weight: int) -> None:
        """Keeps the value at hand, or else this one, until it is unpinned as often as it was pinned."""
        with self._lock:
            self._pins[name] = self._pins.get(name, 0) + 1
            if name not in self._values:
                self._add(name, value, weight)

    def unpin(self, name: str) -> None:
        """Takes a pin away, and lets go of a value that has none any more."""
        with self._lock:
            self._pins[name] -= 1
            if not self._pins[name]:
                del self._pins[name]
                self._discard(name)

    def drop(self, name: str) -> None:
        """Lets go of a value."""
        with self._lock:
            self._discard(name)

    def _add(self, name: str, value: T, weight: int) -> None:
        self._values[name] = value
        self._weights[name] = weight
        self.bytes += weight
        self._shrink()

    def _shrink(self) -> None:
        excess = self.bytes - self._most
        if excess <= 0:
            return
        last, unused = next(reversed(self._values)), []
        for name in self._values:
            if excess <= 0 or name == last:
                break
            if name not in self._pins:
                unused.append(name)
                excess -= self._weights[name]
        for name in unused:
            self._discard(name)

    def _discard(self, name: str) -> None:
        if self._values.pop(name, None) is not None:
            self.bytes -= self._weights.pop(name)
