"""How long reads wait behind writes, at a target whose reads lag behind them."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Settling:
    """When a rule wrote last, and how long its reads wait from then on; not at all unless asked to.

    What holds for a thread holds for those that begin with a copy of its context.
    """

    def __init__(self) -> None:
        self._seconds = ContextVar("seconds", default=0.0)
        self._wrote = ContextVar("wrote", default=-math.inf)

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """Lets the reads of this thread wait so long."""
        before = self._seconds.set(seconds)
        try:
            yield
        finally:
            self._seconds.reset(before)

    @property
    def has_written(self) -> bool:
        """Whether this thread wrote anything."""
        return self._wrote.get() > -math.inf

    def wrote(self) -> None:
        """Something was written just now."""
        self._wrote.set(time.monotonic())

    def wait(self) -> None:
        """Waits until what was written must show."""
        left = self._wrote.get() + self._seconds.get() - time.monotonic()
        if left > 0:
            time.sleep(left)
