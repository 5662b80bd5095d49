"""The number of runs that may still be stopped."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .errors import Enough, NotExercised


@dataclass
class Reserve:
    """Stops set aside for a request; `used` is how many of them happened."""

    used: int = 0


class StopBudget:
    """Counts down from `--allow-stops`. Safe to use from several threads."""

    def __init__(self, allowed: float) -> None:
        self.left = allowed
        self._reserved = 0
        self._changed = threading.Condition()

    def require(self, count: int) -> None:
        """Raises NotExercised, excused, when fewer than `count` stops are left."""
        if count > self.left:
            raise NotExercised(
                f"needs {count} more stop(s) and {self.left:g} of --allow-stops are left; allow more", excused=True
            )

    def spend(self, count: int = 1) -> None:
        """Takes `count` stops. Raises NotExercised, excused, when fewer are left.

        What another thread has set aside may come back, and is waited for.
        """
        with self._changed:
            self._changed.wait_for(lambda: count <= self.left or not self._reserved)
            self.require(count)
            self.left -= count

    @contextmanager
    def reserve(self, count: int = 1) -> Iterator[Reserve]:
        """Sets stops aside while one is tried that should be rejected; what was not used comes back."""
        with self._changed:
            self.spend(count)
            self._reserved += count
        reserve = Reserve()
        try:
            yield reserve
        except (NotExercised, Enough):
            raise
        except BaseException:
            reserve.used = count  # nobody knows
            raise
        finally:
            with self._changed:
                self.left += count - reserve.used
                self._reserved -= count
                self._changed.notify_all()
