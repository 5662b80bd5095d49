"""The return from a pause by itself: not early, not missed, visible everywhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from fractions import Fraction

from ...contract import timestamps
from ...engine import FAR, NotExercised, RuleContext, Run, Violation
from ...http.messages import Response
from ..registry import about

rule = about("Sequences", "pauseSequence", "resumeSequence", tier="write", reach="run")
#: How many times longer a timer is set for where the responses came too late for a shorter one.
_LONGER = (1, 2, 5)
#: How many seconds late the documented return may be: many servers look for pauses that are over once a minute.
_LATE = 65
#: How long the others wait once a pause was seen not to end within that.
_HARDLY = 6
_BETWEEN_LOOKS = 0.3
_NEVER_ENDED = "a pause that did not end"

Write = Callable[[Fraction], str]


class TooSlow(Exception):
    """A timer ended before the responses came that were to come before it."""


@dataclass
class ShortPause:
    """A pause that ends within seconds. `seen` is a response at which the target's time was `now`."""

    context: RuleContext
    seen: Response
    now: Fraction
    until: Fraction

    @contextmanager
    def running(self) -> Iterator[None]:
        """What is done and judged here must be done before the pause ends. Raises TooSlow where it is not."""
        try:
            yield
        except (Violation, NotExercised):
            self._require_time()
            raise
        self._require_time()

    def _require_time(self) -> None:
        tick = Fraction(self.context.session.clock.tick).limit_denominator(1000)
        if Fraction(time.monotonic() - self.seen.began) > self.until - self.now - tick:
            raise TooSlow

    def pause(self, run: Run, write: Write = timestamps.write) -> Response:
        """Pauses the run; its response."""
        response = self.context.pause(run.id, write(self.until))
        self.context.expect_run(response, "WAITING_FOR_LEAD")
        return response

    def outlast(self) -> None:
        """Lets the pause end."""
        self.context.session.clock.pass_until(self.until, self.seen, self.now)

    def awaited(self, is_over: Callable[[], bool]) -> None:
        """Lets the pause end and, where nothing says how soon its end must show, waits until it does, a minute at most."""
        self.outlast()
        session = self.context.session
        if self.context.strict or session.control is not None:
            return
        began = time.monotonic()
        while not is_over():
            if time.monotonic() > began + (_HARDLY if _NEVER_ENDED in session.shared else _LATE):
                session.shared[_NEVER_ENDED] = True
                return
            time.sleep(_BETWEEN_LOOKS)


Trial = Callable[[ShortPause, Run], None]


def with_short_pause(context: RuleContext, trial: Trial) -> None:
    """Tries something with a run and a timer, and again with a longer one where the target responds too slowly for it."""
    context.needs_time()
    for factor in _LONGER:
        with context.lease() as run:
            seen = context.update(run.id, {"suite_clock": f"{time.monotonic_ns()}"})
            now = context.prepared(seen).updated
            try:
                trial(ShortPause(context, seen, now, now + factor * context.session.clock.short), run)
                return
            except TooSlow:
                pass
    context.skip("the target responds too slowly, or too unevenly, for a timer", excused=True)


def _listed(context: RuleContext, run: Run, status: str, **query: str) -> tuple[Response, bool]:
    response = context.search(status=status, size=100, sort_by="updated_at", sort_order="desc", **query)
    return response, any(one.id == run.id for one in context.page_of(response).items)


def _expect_listed(context: RuleContext, run: Run, status: str, paused: Response, *, there: bool, **query: str) -> None:
    response, found = _listed(context, run, status, **query)
    where = f"{'in' if there else 'gone from'} the list of {status} runs"
    context.check(found == there, where, "still there" if found else "not there", paused, response)


def woke(context: RuleContext, run: Run) -> bool:
    """Whether get shows the run ACTIVE."""
    return context.fetch(run.id).status == "ACTIVE"


def _returns(short: ShortPause, run: Run, *, list_first: bool = False) -> None:
    context = short.context
    with short.running():
        paused = short.pause(run)
        context.expect_run(context.get(run.id), "WAITING_FOR_LEAD", paused, why="before its time")
    if list_first:
        short.awaited(lambda: _listed(context, run, "ACTIVE")[1])
        for query in ({}, {"sequence_template_id": run.template}):
            _expect_listed(context, run, "ACTIVE", paused, there=True, **query)
            _expect_listed(context, run, "WAITING_FOR_LEAD", paused, there=False, **query)
    else:
        short.awaited(lambda: woke(context, run))
    response = context.get(run.id)
    after = context.expect_run(response, "ACTIVE", paused, why="after its time")
    if not list_first:
        _expect_listed(context, run, "ACTIVE", paused, there=True)
    shown = after.fields["updated_at"]
    moved = after.updated > context.run_of(paused).updated
    context.check(moved, "updated_at moved by the return", f"{shown}", paused, response)
    if context.strict:
        until = short.until
        context.check(after.updated == until, f"updated_at {timestamps.write(until)}", f"{shown}", paused, response)
    context.expect_run(context.pause(run.id, FAR), "WAITING_FOR_LEAD", paused, response, why="again")


@rule("pause.resumes_by_itself", "After its time a paused run is ACTIVE, and not before.", "pause.until", "lifecycle.wake", "pause.at_the_time")  # fmt: skip
def by_itself(context: RuleContext) -> None:
    with_short_pause(context, _returns)


@rule("pause.resumes_in_lists", "A list asked first shows the run ACTIVE after its time, in every filter.", "pause.until", "lifecycle.wake")  # fmt: skip
def in_lists(context: RuleContext) -> None:
    with_short_pause(context, lambda short, run: _returns(short, run, list_first=True))


@rule("pause.offset_honoured", "The offset of paused_until counts.", "pause.until")
def offset(context: RuleContext) -> None:
    for minutes in (330, -480):

        def trial(short: ShortPause, run: Run, minutes: int = minutes) -> None:
            with short.running():
                # What is wrong with the same time in UTC has nothing to do with offsets.
                context.prepared(context.pause(run.id, timestamps.write(short.until + 600)))
                context.prepared(context.resume(run.id))
                paused = short.pause(run, lambda until: timestamps.write(until, offset_minutes=minutes))
            short.awaited(lambda: woke(context, run))
            context.expect_run(context.get(run.id), "ACTIVE", paused, why="after its time")

        with_short_pause(context, trial)


@rule("pause.not_early", "A paused run stays paused to the end, to the last fraction of a second.", "pause.until")
def not_early(context: RuleContext) -> None:
    moved, last = context.session.control is not None, Fraction(9, 10)
    _still_paused(context, lambda now, short: now + (3600 if moved else 2 * short), Fraction(1))
    _still_paused(
        context, lambda now, short: (now // 60 * 60 + 119 if moved else now // 1 + short) + last, Fraction(1, 2)
    )


def _still_paused(context: RuleContext, end: Callable[[Fraction, int], Fraction], before: Fraction) -> None:
    """Pauses until `end` of the target's time, and looks `before` seconds ahead of it, or as much as a response takes."""

    def trial(short: ShortPause, run: Run) -> None:
        with context.session.clock.frozen() as still:
            short.until = end(short.now, int(short.until - short.now))
            paused = context.pause(run.id, timestamps.write(short.until))
            as_paused = context.run_of(paused)
            early = before if still else before + Fraction(3 * context.target.pacing.pace + context.session.clock.tick)
            context.session.clock.pass_until(short.until - early, short.seen, short.now)
            with nullcontext() if still else short.running():
                response, there = _listed(context, run, "WAITING_FOR_LEAD")
                read = context.get(run.id)
                same = context.run_of(read) == as_paused
                context.check(same, f"still paused {float(early):g} s before", read.summary, paused, read)
                context.check(there, "in the list of WAITING_FOR_LEAD runs", "not there", paused, response)

    with_short_pause(context, trial)


@rule("pause.updated_by_wake.strict", "At the time itself the run is ACTIVE, and updated_at is that time.", "pause.at_the_time")  # fmt: skip
def at_time(context: RuleContext) -> None:
    with_short_pause(context, _returns)
    if context.session.control is not None:
        with context.session.clock.frozen():
            with_short_pause(context, _returns)


@rule("resume.after_wake", "Resume of a run whose pause ended by itself changes nothing.", "resume.not_allowed", "resume.paused", basis="doc")  # fmt: skip
def after_wake(context: RuleContext) -> None:
    def trial(short: ShortPause, run: Run) -> None:
        with short.running():
            paused = short.pause(run)
        short.awaited(lambda: woke(context, run))
        before = context.fetch(run.id)
        response = context.resume(run.id)
        if context.strict:
            context.expect(response, 422, why="for a run that woke", before=(paused,))
        context.check(response.status < 500, "a response below 500", response.summary, paused, response)
        context.check(context.fetch(run.id).status == before.status, before.status, response.summary, paused, response)

    with_short_pause(context, trial)
