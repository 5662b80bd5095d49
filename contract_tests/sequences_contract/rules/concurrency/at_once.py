"""Requests that are sent at the same time, and what rounds of them saw."""

import contextvars
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from ...engine import RuleContext, Run
from ...http.messages import Response

Call = Callable[[], Response]
#: How many rounds a rule tries.
ROUNDS = 2
#: Seconds between the beginnings of two requests, from round to round: less than one takes at a fast server, and more than
#: threads need to begin on a busy machine. Which request comes first is what a race hangs on.
_APART = (5e-4, 5e-3)


def at_once(context: RuleContext, *calls: Call, apart: float = 0.0) -> list[Response]:
    """Makes calls at the same time, each in a thread of its own; their responses in order.

    They begin so many seconds `apart`.
    """
    ready = threading.Barrier(len(calls))

    def begin(place: int, call: Call) -> Response:
        ready.wait()
        time.sleep(apart * place)
        return call()

    with context.target.pacing.together(), ThreadPoolExecutor(len(calls)) as pool:
        begun = [pool.submit(contextvars.copy_context().run, partial(begin, *one)) for one in enumerate(calls)]
    context.target.settling.wrote()
    return [one.result() for one in begun]


@dataclass
class Rounds:
    """Rounds of requests at the same time. The rule that tries them says how many they were and what came."""

    context: RuleContext
    tried: int = 0
    together: int = 0
    seen: Counter[str] = field(default_factory=Counter)

    def send(self, *calls: Call) -> list[Response]:
        """One round. No response may be a server failure.

        Raises NotExercised where a target that carries out one request at a time would take longer than `--timeout`.
        """
        if self.context.target.pacing.pace * len(calls) > self.context.session.settings.timeout:
            self.context.skip(
                "the target responds too slowly for requests at the same time; raise --timeout", excused=True
            )
        responses = at_once(self.context, *calls, apart=_APART[self.tried % len(_APART)])
        self.tried += 1
        self.together += max(one.began for one in responses) < min(one.ended for one in responses)
        self.seen[" ".join(str(one.status) for one in responses)] += 1
        self._tell()
        for one in responses:
            self.context.check(one.status < 500, "a response below 500", one.summary, *responses)
        return responses

    def _tell(self) -> None:
        statuses = ", ".join(f"{count} times {statuses}" for statuses, count in self.seen.most_common(4))
        self.context.saw = (
            f"{self.tried} rounds, all requests under way at the same time in {self.together} of them: {statuses}"
        )


def in_rounds(context: RuleContext, status: str, trial: Callable[[Rounds, Run], None], *, stops: bool = False) -> None:
    """Tries something in rounds, each with a run of its own in that status; where it `stops` that run, a stop is spent."""
    rounds = Rounds(context)
    for _ in range(ROUNDS):
        with context.lease(status) as run:
            if stops:
                context.session.stops.spend()
            trial(rounds, run)
