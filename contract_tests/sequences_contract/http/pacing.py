"""When requests may go: at most so many a second, none while the target asks its callers to wait, none once all is over."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: How long a target may put a request off with 429, in seconds.
PATIENCE_SECONDS = 120
#: The longest sleep without a look at whether all is over, in seconds.
_NAP = 0.5
_TOGETHER = ContextVar("_TOGETHER", default=False)


class _Places:
    """Places for so many at a time; who waits longest comes next, since a timer is set by the longest wait seen."""

    def __init__(self, count: float) -> None:
        self._free = count
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            called = threading.Event()
            self._waiting.append(called)
        called.wait()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


class Pacing:
    """What all callers of one target share.

    `stop` raises what ends a caller when all is over. `waits` is shown what is waited for, and the seconds.
    """

    def __init__(self, rate: float = math.inf, in_flight: float = math.inf) -> None:
        self.stop: Callable[[], None] = lambda: None
        self.waits: Callable[[str, float], None] = lambda what, seconds: None
        self._places = _Places(in_flight)
        self._interval = 1 / rate
        self._turn = threading.Lock()
        self._next_turn = 0.0
        self._held_until = -math.inf
        self._took: deque[float] = deque([0.0], maxlen=24)
        self._finishing = threading.local()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits until one more request may go, which is under way within."""
        with nullcontext() if _TOGETHER.get() else self._places:
            self._await_turn()
            yield

    @staticmethod
    @contextmanager
    def together() -> Iterator[None]:
        """What is sent here goes however many requests are in flight: that they are there at the same time is the point."""
        before = _TOGETHER.set(True)
        try:
            yield
        finally:
            _TOGETHER.reset(before)

    def _await_turn(self) -> None:
        with self._turn:
            while True:
                if not getattr(self._finishing, "now", False):
                    self.stop()
                pause = max(self._next_turn, self._held_until) - time.monotonic()
                if pause <= 0:
                    break
                time.sleep(min(pause, _NAP))
            self._next_turn = max(self._next_turn, time.monotonic()) + self._interval

    def sleep(self, seconds: float) -> None:
        """Waits so long, or until all is over."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.stop()
            time.sleep(min(left, _NAP))

    def hold(self, seconds: float) -> None:
        """Lets no caller send for so long."""
        self.waits("the target, which limits its callers (429)", seconds)
        self._held_until = max(self._held_until, time.monotonic() + seconds)

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """What this thread sends here goes even when all is over."""
        self._finishing.now = True
        try:
            yield
        finally:
            self._finishing.now = False

    def note(self, seconds: float) -> None:
        """Notes how long a request took, its wait included."""
        self._took.append(seconds)

    @property
    def pace(self) -> float:
        """How long a response takes at present, in seconds: the longest of the last ones, turns and 429 included."""
        return max(self._took)


class Patience:
    """The waiting of one request that the target puts off."""

    def __init__(self, pacing: Pacing) -> None:
        self._pacing = pacing
        self._end: float | None = None
        self._unnamed = 0.25

    def wait(self, headers: Mapping[str, str]) -> bool:
        """Holds all callers as long as a 429 asks for, or longer each time it does not say; False once patience ends."""
        self._unnamed *= 2
        seconds = max(retry_after(headers), 0.05) if "retry-after" in headers else min(self._unnamed, 15)
        if self._end is None:
            self._end = time.monotonic() + PATIENCE_SECONDS
        if time.monotonic() + seconds > self._end:
            return False
        self._pacing.hold(seconds)
        return True


def retry_after(headers: Mapping[str, str]) -> float:
    """The seconds of a header Retry-After, which may be a date: they count from the header Date. 1 if it is neither."""
    value = headers["retry-after"]
    if value.isascii() and value.isdigit():
        return int(value)
    try:
        until = parsedate_to_datetime(value)
        now = parsedate_to_datetime(headers["date"]) if "date" in headers else datetime.now(UTC)
        return (until - now).total_seconds()
    except (ValueError, TypeError):
        return 1
