"""Time that only waiting moves, and what lies between a client and a server: distance, rate limits, broken connections."""

import random
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import ModuleType
from unittest.mock import patch

from sequences_contract.engine import clock, lag, trying
from sequences_contract.http import pacing, settling, target
from sequences_contract.http.messages import Request, Response
from sequences_contract.http.target import BrokenConnection, Target
from sequences_contract.rules.concurrency import at_once
from sequences_contract.rules.sequences import timers

from . import application

#: The modules that look at the time or wait.
_MODULES: tuple[ModuleType, ...] = (
    clock, lag, trying, pacing, settling, target, at_once, timers, application,
)  # fmt: skip
_LOOK = 1e-4


class VirtualTime:
    """A clock in place of the module `time`. A look at it takes a tenth of a millisecond, and waiting no time at all."""

    def __init__(self) -> None:
        self._now = 1_800_000_000.0
        self._lock = threading.Lock()

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._now += max(0.0, seconds)

    def time(self) -> float:
        self.sleep(_LOOK)
        return self._now

    monotonic = time

    def monotonic_ns(self) -> int:
        return int(self.time() * 1e9)


@dataclass(frozen=True)
class Conditions:
    """Seconds that a response takes, requests that are let through in so many seconds, and the part that breaks."""

    delay: float = 0.0
    limit: tuple[int, float] | None = None
    says_when: bool = True
    broken: float = 0.0


@contextmanager
def under(conditions: Conditions) -> Iterator[VirtualTime]:
    """Lets the suite, and ordinary servers of this process, meet these conditions in virtual time."""
    virtual = VirtualTime()
    exchange = Target._exchange
    passed: deque[float] = deque()
    chance = random.Random(7)

    def limited() -> bool:
        if conditions.limit is None:
            return False
        most, seconds = conditions.limit
        while passed and passed[0] <= virtual.time() - seconds:
            passed.popleft()
        if len(passed) >= most:
            return True
        passed.append(virtual.time())
        return False

    def met(self: Target, request: Request) -> Response:
        with self.pacing.turn():
            began = virtual.monotonic()
            virtual.sleep(conditions.delay)
        if limited():
            headers = {"retry-after": "1"} if conditions.says_when else {}
            return Response(request, 429, headers, b"", began, virtual.monotonic())
        lost = chance.random() < conditions.broken
        if lost and chance.random() < 0.5:
            raise BrokenConnection(request, "the connection broke", True)
        response = exchange(self, request)
        if lost:
            raise BrokenConnection(request, "the connection broke", True)
        return response

    with ExitStack() as stack:
        for module in _MODULES:
            stack.enter_context(patch.object(module, "time", virtual))
        stack.enter_context(patch.object(Target, "_exchange", met))
        yield virtual
