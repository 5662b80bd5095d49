"""The return from a pause by itself: not early, not missed, visible everywhere."""

import time
from collections.abc import Callable
from fractions import Fraction

from ...contract import timestamps
from ...engine import FAR, SHORT, RuleContext, Run
from ...http.messages import Response
from ..registry import about

rule = about("Sequences", "pauseSequence", "resumeSequence", tier="write")
_TRIES = 3

Write = Callable[[Fraction], str]


def _now(context: RuleContext, run: Run) -> tuple[Response, Fraction]:
    """A response of the target, and its time at that response."""
    context.needs_time()
    response = context.update(run.id, {"suite_clock": f"{time.monotonic_ns()}"})
    return response, context.prepared(response).updated


def _listed(context: RuleContext, run: Run, status: str, **query: str) -> tuple[Response, bool]:
    response = context.search(status=status, size=100, sort_by="updated_at", sort_order="desc", **query)
    return response, any(one.id == run.id for one in context.page_of(response).items)


def paused_briefly(context: RuleContext, run: Run, write: Write) -> tuple[Response, Fraction, Response]:
    """Pauses for a short while: the response, the time of return, and the response that showed the time."""
    seen, now = _now(context, run)
    until = now + SHORT
    response = context.pause(run.id, write(until))
    context.expect_run(response, "WAITING_FOR_LEAD")
    return response, until, seen


def outlast(context: RuleContext, until: Fraction, seen: Response) -> None:
    """Lets a short pause end."""
    context.session.pass_until(until, seen, until - SHORT)


def _returns(context: RuleContext, write: Write, *, list_first: bool = False) -> None:
    with context.lease() as run:
        paused, until, seen = paused_briefly(context, run, write)
        context.expect_run(context.get(run.id), "WAITING_FOR_LEAD", paused, why="before its time")
        outlast(context, until, seen)
        if list_first:
            for query in ({}, {"sequence_template_id": run.template}):
                response, there = _listed(context, run, "ACTIVE", **query)
                context.check(there, "in the list of ACTIVE runs", "not there", paused, response)
                response, there = _listed(context, run, "WAITING_FOR_LEAD", **query)
                context.check(not there, "gone from the list of WAITING_FOR_LEAD runs", "still there", paused, response)
        response = context.get(run.id)
        after = context.expect_run(response, "ACTIVE", paused, why="after its time")
        if not list_first:
            response, there = _listed(context, run, "ACTIVE")
            context.check(there, "in the list of ACTIVE runs", "not there", paused, response)
        shown = after.fields["updated_at"]
        moved = after.updated > context.run_of(paused).updated
        context.check(moved, "updated_at moved by the return", f"{shown}", paused, response)
        if context.strict:
            context.check(after.updated == until, f"updated_at {timestamps.write(until)}", f"{shown}", paused, response)
        context.expect_run(context.pause(run.id, FAR), "WAITING_FOR_LEAD", paused, response, why="again")


@rule("pause.resumes_by_itself", "After its time a paused run is ACTIVE, and not before.", "pause.until", "lifecycle.wake", "pause.at_the_time")  # fmt: skip
def by_itself(context: RuleContext) -> None:
    _returns(context, timestamps.write)


@rule("pause.resumes_in_lists", "A list asked first shows the run ACTIVE after its time, in every filter.", "pause.until", "lifecycle.wake")  # fmt: skip
def in_lists(context: RuleContext) -> None:
    _returns(context, timestamps.write, list_first=True)


@rule("pause.offset_honoured", "The offset of paused_until counts.", "pause.until")
def offset(context: RuleContext) -> None:
    for minutes in (330, -480):
        with context.lease() as run:
            seen, now = _now(context, run)
            until = now + SHORT
            # What is wrong with the same time in UTC has nothing to do with offsets.
            context.prepared(context.pause(run.id, timestamps.write(until + 60)))
            context.prepared(context.resume(run.id))
            paused = context.pause(run.id, timestamps.write(until, offset_minutes=minutes))
            context.expect_run(paused, "WAITING_FOR_LEAD")
            context.session.pass_until(until, seen, now)
            context.expect_run(context.get(run.id), "ACTIVE", paused, why="after its time")


@rule("pause.not_early", "A paused run stays paused to the end, to the last fraction of a second.", "pause.until")
def not_early(context: RuleContext) -> None:
    moved = context.session.control is not None
    _still_paused(context, lambda now: now + (3600 if moved else 2 * SHORT), Fraction(1))
    last = Fraction(9, 10)
    _still_paused(context, lambda now: (now // 60 * 60 + 119 if moved else now // 1 + SHORT) + last, Fraction(1, 2))


def _still_paused(context: RuleContext, end: Callable[[Fraction], Fraction], before: Fraction) -> None:
    """Pauses until `end` of the target's time, and looks `before` seconds ahead of it."""
    for _ in range(_TRIES):
        with context.lease() as run, context.session.frozen_clock() as still:
            seen, now = _now(context, run)
            until = end(now)
            paused = context.pause(run.id, timestamps.write(until))
            as_paused = context.run_of(paused)
            context.session.pass_until(until - before, seen, now)
            response, there = _listed(context, run, "WAITING_FOR_LEAD")
            read = context.get(run.id)
            if still or read.ended - seen.began < until - now:  # else the responses took so long that it may be over
                same = context.run_of(read) == as_paused
                context.check(same, f"still paused {float(before):g} s before", read.summary, paused, read)
                context.check(there, "in the list of WAITING_FOR_LEAD runs", "not there", paused, response)
                return
    context.skip("the target responds too slowly to tell", excused=True)


@rule("pause.updated_by_wake.strict", "At the time itself the run is ACTIVE, and updated_at is that time.", "pause.at_the_time")  # fmt: skip
def at_time(context: RuleContext) -> None:
    _returns(context, timestamps.write)
    if context.session.control is not None:
        with context.session.frozen_clock():
            _returns(context, timestamps.write)


@rule("resume.after_wake", "Resume of a run whose pause ended by itself changes nothing.", "resume.not_allowed", "resume.paused", basis="doc")  # fmt: skip
def after_wake(context: RuleContext) -> None:
    with context.lease() as run:
        paused, until, seen = paused_briefly(context, run, timestamps.write)
        outlast(context, until, seen)
        before = context.fetch(run.id)
        response = context.resume(run.id)
        if context.strict:
            context.expect(response, 422, why="for a run that woke", before=(paused,))
        context.check(response.status < 500, "a response below 500", response.summary, paused, response)
        context.check(context.fetch(run.id).status == before.status, before.status, response.summary, paused, response)
