"""How long reads wait behind writes, at a target whose reads lag behind them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Settling:
    """What each thread has written last, and how long its reads wait from then on; not at all unless asked to."""

    def __init__(self) -> None:
        self._mine = threading.local()

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """Lets the reads of this thread wait so long."""
        before = getattr(self._mine, "seconds", 0.0)
        self._mine.seconds = seconds
        try:
            yield
        finally:
            self._mine.seconds = before

    @property
    def has_written(self) -> bool:
        """Whether this thread wrote anything."""
        return hasattr(self._mine, "wrote")

    def wrote(self) -> None:
        """Something was written just now."""
        self._mine.wrote = time.monotonic()

    def wait(self) -> None:
        """Waits until what was written must show."""
        seconds = getattr(self._mine, "seconds", 0.0)
        left = getattr(self._mine, "wrote", -seconds) + seconds - time.monotonic() if seconds else 0.0
        if left > 0:
            time.sleep(left)
