"""The return from a pause by itself: not early, not missed, visible everywhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from .. import instants
from ..bench import SHORT
from .registry import rule

if TYPE_CHECKING:
    from ..exchange import Answer
    from ..runs import Run
    from ..trial import Trial

FAR = "2100-01-04T08:00:00Z"
#: The fraction of a second at which a pause ends where fractions are what it is about.
LATE = Fraction(9, 10)
_TRIES = 3


def _now(trial: Trial, run: Run) -> tuple[Answer, Fraction]:
    """An answer of the target, and its time at that answer."""
    trial.needs_time()
    answer = trial.update(run.id, {"suite_clock": f"{time.monotonic_ns()}"})
    return answer, trial.arranged(answer).updated


def _listed(trial: Trial, run: Run, status: str, **query: str) -> tuple[Answer, bool]:
    answer = trial.search(status=status, size=100, sort_by="updated_at", sort_order="desc", **query)
    return answer, any(one.id == run.id for one in trial.page_of(answer).items)


def paused_briefly(trial: Trial, run: Run, write: Callable[[Fraction], str]) -> tuple[Answer, Fraction, Answer]:
    """Pauses for a short while: the answer, the instant of return, and the answer that told the time."""
    seen, now = _now(trial, run)
    until = now + SHORT
    answer = trial.pause(run.id, write(until))
    trial.that(trial.run_of(answer).status == "WAITING_FOR_LEAD", "WAITING_FOR_LEAD", answer.summary, answer)
    return answer, until, seen


def outlast(trial: Trial, until: Fraction, seen: Answer) -> None:
    """Lets a short pause end."""
    trial.bench.pass_until(until, seen, until - SHORT)


def _returns(trial: Trial, write: Callable[[Fraction], str], *, list_first: bool = False) -> None:
    with trial.borrow() as run:
        paused, until, seen = paused_briefly(trial, run, write)
        early = trial.get(run.id)
        trial.that(
            trial.run_of(early).status == "WAITING_FOR_LEAD", "still WAITING_FOR_LEAD", early.summary, paused, early
        )
        outlast(trial, until, seen)
        if list_first:
            for query in ({}, {"sequence_template_id": run.template}):
                answer, there = _listed(trial, run, "ACTIVE", **query)
                trial.that(there, "in the list of ACTIVE runs", "not there", paused, answer)
                answer, there = _listed(trial, run, "WAITING_FOR_LEAD", **query)
                trial.that(not there, "gone from the list of WAITING_FOR_LEAD runs", "still there", paused, answer)
        answer = trial.get(run.id)
        after = trial.run_of(answer)
        trial.that(after.status == "ACTIVE", "ACTIVE after its instant", after.status, paused, answer)
        if not list_first:
            answer, there = _listed(trial, run, "ACTIVE")
            trial.that(there, "in the list of ACTIVE runs", "not there", paused, answer)
        shown = after.fields["updated_at"]
        moved = after.updated > trial.run_of(paused).updated
        trial.that(moved, "updated_at moved by the return", f"{shown}", paused, answer)
        if trial.strict:
            trial.that(after.updated == until, f"updated_at {instants.write(until)}", f"{shown}", paused, answer)
        again = trial.pause(run.id, FAR)
        got = trial.run_of(again).status
        trial.that(got == "WAITING_FOR_LEAD", "a run that woke can be paused again", got, paused, answer, again)


@rule(
    "pause.resumes_by_itself",
    "After its instant a paused run is ACTIVE, and not before.",
    "pause.until",
    "lifecycle.wake",
    "pause.at_the_instant",
    tier="write",
)
def by_itself(trial: Trial) -> None:
    _returns(trial, instants.write)


@rule(
    "pause.resumes_in_lists",
    "A list asked first shows the run ACTIVE after its instant, in every filter.",
    "pause.until",
    "lifecycle.wake",
    tier="write",
)
def in_lists(trial: Trial) -> None:
    _returns(trial, instants.write, list_first=True)


@rule("pause.offset_honoured", "The offset of paused_until counts.", "pause.until", tier="write")
def offset(trial: Trial) -> None:
    for minutes in (330, -480):
        with trial.borrow() as run:
            seen, now = _now(trial, run)
            until = now + SHORT
            # What is wrong with the same instant in UTC is no matter of offsets.
            trial.arranged(trial.pause(run.id, instants.write(until + 60)))
            trial.arranged(trial.resume(run.id))
            paused = trial.pause(run.id, instants.write(until, offset_minutes=minutes))
            got = trial.run_of(paused).status
            trial.that(got == "WAITING_FOR_LEAD", "WAITING_FOR_LEAD", got, paused)
            trial.bench.pass_until(until, seen, now)
            answer = trial.get(run.id)
            got = trial.run_of(answer).status
            trial.that(got == "ACTIVE", "ACTIVE after its instant", got, paused, answer)


@rule(
    "pause.not_early",
    "A paused run stays paused to the end, to the last fraction of a second.",
    "pause.until",
    tier="write",
)
def not_early(trial: Trial) -> None:
    moved = trial.bench.control is not None
    _still_paused(trial, lambda now: now + (3600 if moved else 2 * SHORT), Fraction(1))
    _still_paused(
        trial, lambda now: Fraction(now // 60 * 60 + 119 if moved else now // 1 + SHORT) + LATE, Fraction(1, 2)
    )


def _still_paused(trial: Trial, end: Callable[[Fraction], Fraction], before: Fraction) -> None:
    """Pauses until `end` of the target's time, and looks `before` seconds ahead of it."""
    for _ in range(_TRIES):
        with trial.borrow() as run, trial.bench.standing_still() as still:
            seen, now = _now(trial, run)
            until = end(now)
            paused = trial.pause(run.id, instants.write(until))
            as_paused = trial.run_of(paused)
            trial.bench.pass_until(until - before, seen, now)
            answer, there = _listed(trial, run, "WAITING_FOR_LEAD")
            read = trial.get(run.id)
            if still or read.ended - seen.began < until - now:  # else the answers took so long that it may be over
                same = trial.run_of(read) == as_paused
                trial.that(same, f"still paused {float(before):g} s before", read.summary, paused, read)
                trial.that(there, "in the list of WAITING_FOR_LEAD runs", "not there", paused, answer)
                return
    trial.skip("the target answers too slowly to tell", excused=True)


@rule(
    "pause.updated_by_wake.strict",
    "At the instant itself the run is ACTIVE, and updated_at is that instant.",
    "pause.at_the_instant",
    tier="write",
)
def at_instant(trial: Trial) -> None:
    _returns(trial, lambda until: instants.write(until, digits=6))
    if trial.bench.control is not None:
        with trial.bench.standing_still():
            _returns(trial, lambda until: instants.write(until, digits=6))


@rule(
    "resume.after_wake",
    "Resume of a run whose pause ended by itself changes nothing.",
    "resume.not_allowed",
    "resume.paused",
    tier="write",
    basis="doc",
)
def after_wake(trial: Trial) -> None:
    with trial.borrow() as run:
        paused, until, seen = paused_briefly(trial, run, instants.write)
        outlast(trial, until, seen)
        before = trial.look(run.id)
        answer = trial.resume(run.id)
        if trial.strict:
            trial.expect(answer, 422, why="for a run that woke", before=(paused,))
        trial.that(answer.status < 500, "an answer below 500", answer.summary, paused, answer)
        trial.that(trial.look(run.id).status == before.status, before.status, answer.summary, paused, answer)
