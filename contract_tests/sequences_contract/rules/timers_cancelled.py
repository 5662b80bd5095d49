"""What becomes of a pause that something else overtakes: another pause, a resume, a stop, an update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import instants
from .registry import rule
from .timers import FAR, outlast, paused_briefly

if TYPE_CHECKING:
    from ..trial import Trial


@rule(
    "pause.second_moves_instant.strict",
    "A second pause moves the instant, later or earlier.",
    "lifecycle.own_rows",
    tier="write",
)
def moved(trial: Trial) -> None:
    with trial.borrow() as run:
        first, until, seen = paused_briefly(trial, run, instants.write)
        second = trial.pause(run.id, FAR)
        before = trial.run_of(second)
        outlast(trial, until, seen)
        trial.same(before, [first, second])
    with trial.borrow("WAITING_FOR_LEAD") as run:
        answer, until, seen = paused_briefly(trial, run, instants.write)
        outlast(trial, until, seen)
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
        paused, until, seen = paused_briefly(trial, run, instants.write)
        resumed = trial.resume(run.id)
        before = trial.run_of(resumed)
        trial.that(before.status == "ACTIVE", "ACTIVE", before.status, paused, resumed)
        outlast(trial, until, seen)
        trial.same(before, [paused, resumed])
    with trial.borrow() as run:
        paused, until, seen = paused_briefly(trial, run, instants.write)
        answers = [paused, trial.resume(run.id), trial.pause(run.id, FAR)]
        before = trial.run_of(answers[-1])
        outlast(trial, until, seen)
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
        paused, until, seen = paused_briefly(trial, run, instants.write)
        stopped = trial.stop(run.id)
        if stopped.status != 200 and not trial.strict:
            trial.skip("the target does not stop paused runs, as it may", excused=True)
        before = trial.run_of(stopped)
        outlast(trial, until, seen)
        trial.same(before, [paused, stopped])


@rule(
    "pause.update_while_paused",
    "An update of a paused run does not touch its pause.",
    "pause.until",
    "update.merge",
    tier="write",
)
def update_while_paused(trial: Trial) -> None:
    with trial.borrow() as run:
        paused, until, seen = paused_briefly(trial, run, instants.write)
        updated = trial.update(run.id, {"suite_paused": "x"})
        trial.that(
            trial.run_of(updated).status == "WAITING_FOR_LEAD", "WAITING_FOR_LEAD", updated.summary, paused, updated
        )
        outlast(trial, until, seen)
        after = trial.get(run.id)
        got = trial.run_of(after)
        trial.that(got.status == "ACTIVE", "ACTIVE after its instant", got.status, paused, updated, after)
        kept = (got.variables or {}).get("suite_paused")
        trial.that(kept == "x", "the updated variables kept", f"{got.variables}", updated, after)
