"""The clock of the target, as far as a client can find it out, and the waiting for it."""

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property, partial

from ..http.messages import Response
from .client import ApiClient
from .control_api import ControlApi
from .errors import NotExercised
from .run_pool import FAR, RunPool

#: How long a timer is set for at least where real time has to pass, and how many responses must come meanwhile.
SHORT = 2
_RESPONSES = 7
#: Seconds between two changes that carry different times, on a clock that shows fractions and on one that does not.
_FINE, _COARSE = 0.005, 1.05


class TargetClock:
    """The clock of one world; `control` can freeze and move it. A `quick` run waits for none. Safe for several threads."""

    def __init__(self, client: ApiClient, pool: RunPool, control: ControlApi | None, *, quick: bool) -> None:
        self._client = client
        self._pool = pool
        self._control = control
        self._quick = quick
        self._measuring = threading.Lock()

    @property
    def stands_still(self) -> bool:
        """Whether changes more than a second apart carry one time."""
        return self._measured() is None

    @property
    def tick(self) -> float:
        """The seconds after which a change carries another time; 0 on a clock that stands still."""
        return self._measured() or 0.0

    @property
    def short(self) -> int:
        """The seconds that a timer is set for, so that several responses come before it ends."""
        pace = self._client.target.pacing.pace
        return math.ceil(max(SHORT, _RESPONSES * pace) + (self.tick if self.tick > _FINE else 0))

    @contextlib.contextmanager
    def frozen(self) -> Iterator[bool]:
        """Freezes it where that can be done; yields whether it stands still."""
        if self._control is None:
            yield self.stands_still
            return
        self._control.freeze(True)
        try:
            yield True
        finally:
            self._control.freeze(False)

    def pass_until(self, until: Fraction, seen: Response, now: Fraction) -> None:
        """Lets the target's time reach `until`. `seen` is a response at which the target's time was `now`."""
        target = self._client.target
        if self._control is not None:
            self._control.advance_to(until)
        elif self._quick:
            raise NotExercised("a quick run waits for no timer; leave out --quick, or give --control", excused=True)
        else:
            wait = max(0.0, float(until - now) - (time.monotonic() - seen.ended) + 0.15)
            target.pacing.waits("a pause to end", wait)
            target.pacing.sleep(wait)
        target.settling.wrote()  # what is due then may show as late as what is written

    def _measured(self) -> float | None:
        with self._measuring:
            return self._tick

    @cached_property
    def _tick(self) -> float | None:
        client = self._client
        # An ACTIVE run says most, yet the only one may be leased already.
        for status in sorted(client.lifecycle.statuses, key=lambda status: status != "ACTIVE"):
            with contextlib.suppress(NotExercised), self._pool.lease(status) as run:
                changes = [partial(client.update, run.id, {"suite_frozen": text}) for text in ("tick", "tock")]
                if run.status == "ACTIVE":  # a target that forgets updated_at at updates alone has a clock that runs
                    changes += [partial(client.pause, run.id, FAR), partial(client.resume, run.id)]
                times = self._times(changes, 0.02)
                if len(times) == 1 and self._control is None:
                    times |= self._times(changes[:1], _COARSE)
                if len(times) == 1:
                    return None
                return _COARSE if all(time.denominator == 1 for time in times) else _FINE
        return _FINE

    def _times(self, changes: Sequence[Callable[[], Response]], apart: float) -> set[Fraction]:
        """The times that changes carry, made so many seconds apart."""
        found = set()
        for change in changes:
            time.sleep(apart)
            found.add(self._client.prepared(change()).updated)
        return found
