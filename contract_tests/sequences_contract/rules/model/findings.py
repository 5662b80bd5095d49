"""What all journeys together have spent and found."""

import math
import threading
import time
from dataclasses import dataclass, field

from ...engine import NotExercised, Violation
from ...http.target import PutOff, TargetError

_SHRINKS = 150
_SHRINKING_SECONDS = 8
_STOPS_TO_SHRINK = 16


@dataclass
class Findings:
    """Stops that are left, traces begun, broken off with their connection, and tried again to shorten one; failures, and
    why no more traces can begin. Safe to use from several threads, each of which walks.
    """

    stops: int
    traces: int = 0
    broken: int = 0
    shrinks: int = 0
    failures: list[Violation | TargetError] = field(default_factory=list)
    exhausted: NotExercised | None = None
    _finder: int = 0
    _deadline: float = math.inf
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def may_begin(self) -> bool:
        """Whether one more trace may begin; once something was found, only its finder's, who shortens it."""
        with self._lock:
            if self.failures:
                self.shrinks += 1
            is_over = self.shrinks > _SHRINKS or time.monotonic() > self._deadline
            is_others = bool(self.failures) and self._finder != threading.get_ident()
            return not (is_over or is_others or self.exhausted)

    def began(self) -> None:
        with self._lock:
            self.traces += 1

    def broke(self) -> None:
        with self._lock:
            self.broken += 1

    def take_stop(self) -> bool:
        """Takes one of the stops, if there is one left."""
        with self._lock:
            has_one = self.stops > 0
            self.stops -= has_one
            return has_one

    def note(self, failure: Violation | TargetError) -> None:
        """Keeps what was found; from the first finding on, shrinking may spend some more stops and a little time."""
        with self._lock:
            if not self.failures:
                self._finder, self._deadline = threading.get_ident(), time.monotonic() + _SHRINKING_SECONDS
                self.stops += _STOPS_TO_SHRINK if self.stops else 0
            self.failures.append(failure)

    def exhaust(self, reason: NotExercised | PutOff) -> None:
        """No more traces can begin. That the target puts the suite off says nothing about it."""
        self.exhausted = NotExercised(reason.problem, excused=True) if isinstance(reason, PutOff) else reason

    @property
    def shortest(self) -> Violation | TargetError:
        return min(self.failures, key=lambda one: len(one.responses) if isinstance(one, Violation) else 0)
