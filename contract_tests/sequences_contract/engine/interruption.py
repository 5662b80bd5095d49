"""Ctrl-C and SIGTERM: the first ends the trying, a second the putting back, and none the reporting."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass
class Interruption:
    """Whether a signal has come. What runs under the suite may swallow the exception, but not this."""

    came: bool = False
    _ignoring: bool = False

    def reporting(self) -> None:
        """From here on signals change nothing: what was judged is written to its end."""
        self._ignoring = True

    def check(self) -> None:
        """Raises KeyboardInterrupt when a signal has come."""
        if self.came:
            raise KeyboardInterrupt

    def handle(self, number: int, frame: FrameType | None) -> None:
        """The handler. Raises KeyboardInterrupt, unless it is too late to matter."""
        self.came = True
        if not self._ignoring:
            raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Handles both signals while the block runs. To be entered on the main thread."""
    interruption = Interruption()
    before = {number: signal.signal(number, interruption.handle) for number in _SIGNALS}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
