"""Turns: one thread at a time does something with what has a name."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ..traffic.places import Places


class Turns:
    """Whose turn it is, by name; who waits takes a place in `waiting`. Safe for threads."""

    def __init__(self, waiting: Places) -> None:
        self._waiting: Final = waiting
        self._lock: Final = threading.Lock()
        self._turns: Final[dict[str, tuple[threading.Lock, int]]] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """A turn. Raises RateLimitIssue when too many wait, for this name or for all."""
        with self._lock:
            turn, takers = self._turns.get(name, (threading.Lock(), 0))
            self._turns[name] = turn, takers + 1
        try:
            wait_for(turn, name, self._waiting)
            try:
                yield
            finally:
                turn.release()
        finally:
            with self._lock:
                takers = self._turns[name][1] - 1
                self._turns[name] = turn, takers
                if not takers:
                    del self._turns[name]


def wait_for(lock: threading.Lock, name: str, waiting: Places) -> None:
    """Acquires a lock. Raises RateLimitIssue when too many wait, for this name or for all."""
    if lock.acquire(blocking=False):
        return
    leave = waiting.take(name, "")
    try:
        lock.acquire()
    finally:
        leave()
