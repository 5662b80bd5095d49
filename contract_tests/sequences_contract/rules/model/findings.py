"""What all journeys together have spent and found."""

import math
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
    why no more traces can begin.
    """

    stops: int
    traces: int = 0
    broken: int = 0
    shrinks: int = 0
    failures: list[Violation | TargetError] = field(default_factory=list)
    exhausted: NotExercised | None = None
    deadline: float = math.inf

    def note(self, failure: Violation | TargetError) -> None:
        """Keeps what was found; from the first finding on, shrinking may spend some more stops and a little time."""
        if not self.failures:
            self.deadline = time.monotonic() + _SHRINKING_SECONDS
            self.stops += _STOPS_TO_SHRINK if self.stops else 0
        self.failures.append(failure)

    def exhaust(self, reason: NotExercised | PutOff) -> None:
        """No more traces can begin. That the target puts the suite off says nothing about it."""
        self.exhausted = NotExercised(reason.problem, excused=True) if isinstance(reason, PutOff) else reason

    @property
    def over(self) -> bool:
        return self.shrinks > _SHRINKS or time.monotonic() > self.deadline

    @property
    def shortest(self) -> Violation | TargetError:
        return min(self.failures, key=lambda one: len(one.responses) if isinstance(one, Violation) else 0)
