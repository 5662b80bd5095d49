"""The return from a pause by itself: not early, not missed, visible everywhere, and cancelled by resume and stop."""

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


def _now(trial: Trial, run: Run) -> tuple[Answer, Fraction]:
    """An answer of the target, and its time at that answer."""
    if trial.bench.frozen and trial.bench.control is None:
        trial.skip("the target's clock stands still; give --control so that the suite can move it")
    answer = trial.update(run.id, {"suite_clock": f"{time.monotonic_ns()}"})
    return answer, trial.arranged(answer).updated


def _listed(trial: Trial, run: Run, status: str, **query: str) -> tuple[Answer, bool]:
    answer = trial.search(status=status, size=100, sort_by="updated_at", sort_order="desc", **query)
    return answer, any(one.id == run.id for one in trial.page_of(answer).items)


def _paused(trial: Trial, run: Run, write: Callable[[Fraction], str]) -> tuple[Answer, Fraction, Answer]:
    """Pauses for a short while: the answer, the instant of return, and the answer that told the time."""
    seen, now = _now(trial, run)
    until = now + SHORT
    answer = trial.pause(run.id, write(until))
    trial.that(trial.run_of(answer).status == "WAITING_FOR_LEAD", "WAITING_FOR_LEAD", answer.summary, answer)
    return answer, until, seen


def _returns(trial: Trial, write: Callable[[Fraction], str], *, list_first: bool = False) -> None:
    with trial.borrow() as run:
        paused, until, seen = _paused(trial, run, write)
        early = trial.get(run.id)
        trial.that(
            trial.run_of(early).status == "WAITING_FOR_LEAD", "still WAITING_FOR_LEAD", early.summary, paused, early
        )
        trial.bench.pass_until(until, seen, until - SHORT)
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
        _returns(trial, lambda until, minutes=minutes: instants.write(until, offset_minutes=minutes))  # type: ignore[misc]


@rule("pause.not_early", "A run paused for long stays paused.", "pause.until", tier="write")
def not_early(trial: Trial) -> None:
    with trial.borrow() as run:
        seen, now = _now(trial, run)
        paused = trial.pause(run.id, instants.write(now + 3600))
        before = trial.run_of(paused)
        trial.bench.pass_until(now + SHORT, seen, now)
        trial.same(before, [paused])
        answer, there = _listed(trial, run, "WAITING_FOR_LEAD")
        trial.that(there, "in the list of WAITING_FOR_LEAD runs", "not there", paused, answer)


@rule(
    "pause.second_moves_instant.strict",
    "A second pause moves the instant, later or earlier.",
    "lifecycle.own_rows",
    tier="write",
)
def moved(trial: Trial) -> None:
    with trial.borrow() as run:
        first, until, seen = _paused(trial, run, instants.write)
        second = trial.pause(run.id, FAR)
        before = trial.run_of(second)
        trial.bench.pass_until(until, seen, until - SHORT)
        trial.same(before, [first, second])
    with trial.borrow("WAITING_FOR_LEAD") as run:
        answer, until, seen = _paused(trial, run, instants.write)
        trial.bench.pass_until(until, seen, until - SHORT)
        after = trial.get(run.id)
        trial.that(
            trial.run_of(after).status == "ACTIVE", "ACTIVE after the earlier instant", after.summary, answer, after
        )


@rule(
    "pause.cancelled_by_resume",
    "A resumed run is not touched by the pause that it left, nor by a later one's predecessor.",
    "resume.paused",
    "pause.until",
    tier="write",
)
def cancelled_by_resume(trial: Trial) -> None:
    with trial.borrow() as run:
        paused, until, seen = _paused(trial, run, instants.write)
        resumed = trial.resume(run.id)
        before = trial.run_of(resumed)
        trial.that(before.status == "ACTIVE", "ACTIVE", before.status, paused, resumed)
        trial.bench.pass_until(until, seen, until - SHORT)
        trial.same(before, [paused, resumed])
    with trial.borrow() as run:
        paused, until, seen = _paused(trial, run, instants.write)
        answers = [paused, trial.resume(run.id), trial.pause(run.id, FAR)]
        before = trial.run_of(answers[-1])
        trial.bench.pass_until(until, seen, until - SHORT)
        trial.same(before, answers)


@rule(
    "pause.cancelled_by_stop",
    "A run stopped while paused stays stopped after the instant.",
    "stop.for_good",
    "stop.active_means_not_ended",
    tier="stop",
    basis="doc",
)
def cancelled_by_stop(trial: Trial) -> None:
    with trial.borrow() as run:
        trial.bench.stops.spend()
        paused, until, seen = _paused(trial, run, instants.write)
        stopped = trial.stop(run.id)
        if stopped.status != 200 and not trial.strict:
            trial.skip("the target does not stop paused runs, as it may")
        before = trial.run_of(stopped)
        trial.bench.pass_until(until, seen, until - SHORT)
        trial.same(before, [paused, stopped])


@rule(
    "pause.updated_by_wake.strict",
    "At the instant itself the run is ACTIVE, and updated_at is that instant.",
    "pause.at_the_instant",
    tier="write",
)
def at_instant(trial: Trial) -> None:
    _returns(trial, lambda until: instants.write(until, digits=6))


@rule(
    "pause.update_while_paused",
    "An update of a paused run does not touch its pause.",
    "pause.until",
    "update.merge",
    tier="write",
)
def update_while_paused(trial: Trial) -> None:
    with trial.borrow() as run:
        paused, until, seen = _paused(trial, run, instants.write)
        updated = trial.update(run.id, {"suite_paused": "x"})
        trial.that(
            trial.run_of(updated).status == "WAITING_FOR_LEAD", "WAITING_FOR_LEAD", updated.summary, paused, updated
        )
        trial.bench.pass_until(until, seen, until - SHORT)
        after = trial.get(run.id)
        got = trial.run_of(after)
        trial.that(got.status == "ACTIVE", "ACTIVE after its instant", got.status, paused, updated, after)
        kept = (got.variables or {}).get("suite_paused")
        trial.that(kept == "x", "the updated variables kept", f"{got.variables}", updated, after)
