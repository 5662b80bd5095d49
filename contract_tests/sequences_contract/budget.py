"""The number of runs that may still be stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .trial import NotExercised


@dataclass
class Risk:
    """Stops set aside for a request; `used` is how many of them happened."""

    used: int = 0


class StopBudget:
    """Counts down from `--allow-stops`."""

    def __init__(self, allowed: float) -> None:
        self.left = allowed
        self._lock = threading.Lock()

    def require(self, count: int) -> None:
        """Sees that `count` stops are left. Raises NotExercised, excused: the caller withheld them."""
        if count > self.left:
            raise NotExercised(
                f"needs {count} more stop(s) and {self.left:g} of --allow-stops are left; allow more", excused=True
            )

    def spend(self, count: int = 1) -> None:
        """Takes `count` stops. Raises NotExercised, excused, when fewer are left."""
        with self._lock:
            self.require(count)
            self.left -= count

    @contextmanager
    def risk(self, count: int = 1) -> Iterator[Risk]:
        """Sets `count` stops aside while a stop is tried that should be refused; what was not used comes back."""
        self.spend(count)
        risk = Risk()
        try:
            yield risk
        except NotExercised:
            self.left += count
            raise
        self.left += count - risk.used
