"""What a COMPANY stop must leave alone, and what it does where there are no siblings, or where it is refused."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .. import instants
from ..bench import SHORT
from ..trial import NotExercised
from .bystanders import leaves_alone
from .company import OPEN, actives, experiments, groups
from .registry import rule

if TYPE_CHECKING:
    from ..runs import Run
    from ..trial import Trial
    from .company import Experiment


def _untouched(trial: Trial, which: str) -> None:
    """No run outside the group may change; `which` names the kind of outsider that the rule is about."""
    for one in experiments(trial):
        inside = {run.id for run in one.siblings} | {one.named.id}
        company = trial.bench.company(one.named)
        for name, run in one.changed.items():
            if name in inside:
                continue
            kind = "template" if trial.bench.company(run) == company else "company"
            if kind == which:
                status = one.after[name].status
                trial.that(False, f"{name} untouched, {_why(trial, run, one)}", status, one.answer, trial.get(name))
        trial.judged += len(one.before) - len(inside)


def _why(trial: Trial, run: Run, one: Experiment) -> str:
    named = f"the named one: {one.named.template} at {trial.bench.company(one.named)}"
    return f"of template {run.template} at {trial.bench.company(run)} ({named})"


@rule(
    "stop.company.same_template_only",
    "COMPANY leaves the company's runs of other templates alone.",
    "stop.company",
    tier="stop",
    needs=("fixture",),
)
def same_template(trial: Trial) -> None:
    _untouched(trial, "template")


@rule(
    "stop.company.same_company_only",
    "COMPANY leaves runs of other companies, and of none, alone.",
    "stop.company",
    tier="stop",
    needs=("fixture",),
)
def same_company(trial: Trial) -> None:
    _untouched(trial, "company")


@rule(
    "stop.company.same_organization_only",
    "COMPANY leaves other organizations alone.",
    "stop.company",
    "auth.one_organization",
    tier="stop",
    needs=("fixture", "other"),
)
def same_organization(trial: Trial) -> None:
    for one in experiments(trial):
        shown = f"{one.foreign_changed[:3]}"
        trial.that(not one.foreign_changed, "no run of another organization changed", shown, one.answer)


@rule(
    "stop.company.for_good",
    "A paused sibling that COMPANY stopped does not wake when its pause would have ended.",
    "stop.for_good",
    "stop.company",
    tier="stop",
    needs=("fixture",),
)
def for_good(trial: Trial) -> None:
    trial.needs_time()
    experiments(trial)
    group = groups(trial)[0]
    named, paused = actives(group)[:2]
    trial.bench.stops.spend(sum(run.status in OPEN for run in group))
    seen = trial.update(paused.id, {"suite_clock": "before the stop"})
    now = trial.arranged(seen).updated
    pause = trial.pause(paused.id, instants.write(now + SHORT))
    trial.arranged(pause)
    answer = trial.stop(named.id, "COMPANY", "WIN")
    trial.run_of(answer)
    trial.bench.forget_census()
    after = trial.look(paused.id)
    if after.status != "STOPPED_EARLY":
        if trial.strict:
            trial.that(False, "the paused sibling STOPPED_EARLY", after.status, pause, answer, trial.get(paused.id))
        trial.skip("the target does not stop paused siblings, as it may", excused=True)
    trial.bench.pass_until(now + SHORT, seen, now)
    trial.same(after, [pause, answer])


def _alone(trial: Trial, deleted: bool, run: Run) -> bool:
    """Whether a run has no company, for the reason asked for: its contact was deleted, or has none."""
    return (run.contact is None) == deleted and trial.bench.company(run) is None


@rule(
    "stop.company.no_siblings",
    "A run whose contact was deleted or has no company can be stopped with COMPANY, and in profile strict is stopped alone.",
    "stop.company",
    "stop.no_siblings",
    tier="stop",
    needs=("fixture",),
)
def no_siblings(trial: Trial) -> None:
    tried = 0
    for kind in ("deleted", "without company"):
        try:
            with trial.borrow("ACTIVE", partial(_alone, trial, kind == "deleted")) as run:
                trial.bench.stops.spend()
                before = dict(trial.bench.census(fresh=True).by_id)
                answer = trial.stop(run.id, "COMPANY", "WIN")
                trial.that(answer.status < 500, "an answer below 500", answer.summary, answer)
                tried += 1
                if not trial.strict:
                    continue
                stopped = trial.run_of(answer).status == "STOPPED_EARLY"
                trial.that(stopped, "the named run STOPPED_EARLY", answer.summary, answer)
                leaves_alone(trial, answer, before, trial.bench.census(fresh=True).by_id)
        except NotExercised as reason:
            if reason.excused:
                raise
    if not tried:
        trial.skip("no ACTIVE run has a deleted contact or one without company; load some")


@rule(
    "stop.company.refused_changes_nothing",
    "COMPANY of a run that has ended is refused and changes nobody.",
    "stop.not_allowed",
    "lifecycle.others_refused",
    tier="stop",
    needs=("fixture",),
    basis="ref",
)
def refused(trial: Trial) -> None:
    bench = trial.bench
    run, siblings = _ended_with_siblings(trial)
    with bench.stops.risk(len(siblings)) as risk:
        answer = trial.stop(run.id, "COMPANY", "LOSE")
        after = bench.census(fresh=True).by_id
        stopped = [one.id for one in siblings if after[one.id].status == "STOPPED_EARLY"]
        risk.used = len(stopped)
    if trial.strict:
        trial.expect(answer, 422, why=f"for a {run.status} run")
    if not 200 <= answer.status < 300:
        trial.that(not stopped, "nobody stopped", f"{stopped[:3]} stopped", answer, *map(trial.get, stopped[:1]))
    trial.judged += 1


def _ended_with_siblings(trial: Trial) -> tuple[Run, list[Run]]:
    """A run that has ended, and those at the same company, of the same template, that have not."""
    bench = trial.bench
    everyone = bench.census(fresh=True).runs
    for run in everyone:
        company = bench.company(run) if run.status not in OPEN and bench.stock.fenced(run) else None
        if company is not None:
            open_ones = [one for one in everyone if one.template == run.template and one.status in OPEN]
            siblings = [one for one in open_ones if bench.company(one) == company]
            if siblings:
                return run, siblings
    raise NotExercised("no run that has ended has an open sibling; load some")
