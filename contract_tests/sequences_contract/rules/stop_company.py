"""Stopping a company: its siblings, of the same template, that have not ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .company import OPEN, actives, experiments, groups
from .registry import rule

if TYPE_CHECKING:
    from ..runs import Run
    from ..trial import Trial
    from .company import Experiment

_MANY = 12


def _spared(one: Experiment, run: Run) -> bool:
    """Whether a sibling that should have been stopped was not; one that another client moved on is not counted."""
    now = one.after.get(run.id)
    if now is None or now.status == "STOPPED_EARLY":
        return now is None
    return now.status == run.status or run.id in one.changed


@rule(
    "stop.company.stops_active_siblings",
    "COMPANY stops the named run and its ACTIVE siblings.",
    "stop.company",
    "stop.answer",
    tier="stop",
    needs=("fixture",),
)
def siblings(trial: Trial) -> None:
    for one in experiments(trial):
        got = trial.run_of(one.answer)
        named = got.id == one.named.id and got.status == "STOPPED_EARLY"
        trial.that(named, "the named run STOPPED_EARLY", one.answer.summary, one.answer)
        for run in actives(one.siblings):
            _stopped(trial, one, run)


@rule(
    "stop.company.all_not_ended.strict",
    "COMPANY stops every sibling that has not ended.",
    "stop.active_means_not_ended",
    tier="stop",
    needs=("fixture",),
)
def not_ended(trial: Trial) -> None:
    for one in experiments(trial):
        for run in one.siblings:
            if run.status in OPEN:
                _stopped(trial, one, run)


def _stopped(trial: Trial, one: Experiment, run: Run) -> None:
    status = one.after[run.id].status if run.id in one.after else "gone"
    wanted = f"{run.id}, {run.status} before, STOPPED_EARLY"
    spared = _spared(one, run)
    trial.that(not spared, wanted, status, one.answer, *([trial.get(run.id)] if spared else []))


@rule(
    "stop.company.every_sibling",
    "COMPANY stops all ACTIVE siblings, however many they are and whichever was there first.",
    "stop.company",
    tier="stop",
    needs=("fixture",),
)
def every_sibling(trial: Trial) -> None:
    bench = trial.bench
    experiments(trial)
    group = groups(trial)[-1]
    running = actives(group)
    if bench.control is not None:
        bench.stops.require(_MANY + len(group))
        for number in range(_MANY - len(running)):
            contact = running[number % len(running)].contact
            bench.control.enrol(f"{contact}", running[0].template)
        company = bench.company(running[0])
        everyone = bench.census(fresh=True).in_status("ACTIVE")
        running = actives([r for r in everyone if r.template == running[0].template and bench.company(r) == company])
    named = running[len(running) // 2]
    bench.stops.spend(len(running) + sum(run.status in OPEN and run.status != "ACTIVE" for run in group))
    answer = trial.stop(named.id, "COMPANY", "LOSE")
    trial.run_of(answer)
    for run in running:
        read = trial.get(run.id)
        status = trial.run_of(read).status
        trial.that(status == "STOPPED_EARLY", f"all {len(running)} STOPPED_EARLY", status, answer, read)
    bench.forget_census()


@rule(
    "stop.company.finished_unchanged",
    "COMPANY leaves siblings that have ended as they are.",
    "stop.company",
    tier="stop",
    needs=("fixture",),
)
def finished(trial: Trial) -> None:
    for one in experiments(trial):
        for run in one.siblings:
            if run.status not in OPEN:
                changes = run.differences(one.after.get(run.id, run)) if run.id in one.changed else {}
                trial.that(not changes, f"{run.id}, {run.status}, unchanged", f"{changes}", one.answer)


@rule(
    "stop.company.only_status_changes",
    "COMPANY changes only status and updated_at of those it stops, and moves updated_at.",
    "stop.company",
    "run.updated_at",
    tier="stop",
    needs=("fixture",),
)
def only_status(trial: Trial) -> None:
    for one in experiments(trial):
        stopped = {run.id: run for run in one.siblings if run.id in one.changed}
        for name, run in {one.named.id: one.before[one.named.id], **stopped}.items():
            fields = run.differences(one.after[name])
            other = sorted(set(fields) - {"status", "updated_at"})
            trial.that(not other, "no other field changed", f"{other} of {name}", one.answer)
            if not trial.bench.frozen:
                trial.that("updated_at" in fields, f"updated_at of {name} moved", "it did not", one.answer)


@rule(
    "stop.company.one_instant.strict",
    "All that COMPANY stops ends at one instant.",
    "stop.active_means_not_ended",
    tier="stop",
    needs=("fixture",),
)
def one_instant(trial: Trial) -> None:
    for one in experiments(trial):
        ended = trial.run_of(one.answer).fields["updated_at"]
        for run in one.siblings:
            now = one.after.get(run.id, run)
            if run.status in OPEN and now.status == "STOPPED_EARLY":
                shown = now.fields["updated_at"]
                trial.that(shown == ended, f"updated_at {ended}", f"{shown} of {run.id}", one.answer, trial.get(run.id))
