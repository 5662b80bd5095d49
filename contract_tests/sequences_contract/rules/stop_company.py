"""Stopping a company: just the siblings, of the same template, company and organization, that have not ended.

A few groups of siblings are stopped once, with the whole collection counted before and after; the rules judge what changed.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from ..trial import NotExercised
from .registry import rule

if TYPE_CHECKING:
    from ..bench import Bench
    from ..exchange import Answer
    from ..runs import Run
    from ..trial import Trial

_GROUPS = 12
_OPEN = ("FOUND", "ACTIVE", "WAITING_FOR_LEAD", "WAITING_FOR_USER")


@dataclass
class Experiment:
    """One COMPANY stop: the named run, its siblings, and every run before and after."""

    named: Run
    siblings: list[Run]
    answer: Answer
    before: dict[str, Run]
    after: dict[str, Run]
    foreign_changed: list[str] = field(default_factory=list)

    @property
    def changed(self) -> dict[str, Run]:
        """The runs that are not as they were."""
        return {name: run for name, run in self.before.items() if self.after.get(name) != run}


def experiments(trial: Trial) -> list[Experiment]:
    """The COMPANY stops made at this target; made at the first call."""
    bench = trial.bench
    kept: list[Experiment] | None = bench.shared.get("company")
    if kept is None:
        kept = bench.shared["company"] = []
        groups = _groups(trial)
        if not groups:
            trial.skip("no two ACTIVE runs of one template have contacts at one company; load some")
        with contextlib.suppress(NotExercised):  # the budget of stops may end before the groups do
            for number, group in enumerate(groups[:_GROUPS]):
                kept.append(_stop(trial, group, number))
    if not kept:
        trial.skip("no company could be stopped within --allow-stops")
    return kept


def _groups(trial: Trial) -> list[list[Run]]:
    """Groups of runs of one template whose contacts work at one company, with two ACTIVE ones or more; mixed ones first."""
    bench = trial.bench
    found: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in bench.census(fresh=True).runs:
        company = bench.company(run)
        if company is not None and bench.stock.fenced(run):
            found[run.template, company].append(run)
    groups = {key: group for key, group in found.items() if sum(run.status == "ACTIVE" for run in group) >= 2}

    def interest(key: tuple[str, str]) -> tuple[int, int, int, str]:
        group = groups[key]
        return -_tempting(key, found), -len({run.status for run in group}), -len(group), group[0].id

    return [groups[key] for key in sorted(groups, key=interest)]


def _tempting(key: tuple[str, str], found: dict[tuple[str, str], list[Run]]) -> int:
    """How many companies a careless comparison would take for this one: in the same template, of a like domain."""
    template, company = key
    word = company.split(".")[0]
    others = {other for of, other in found if of == template and other != company}
    return sum(word in other or other.split(".")[0] in company for other in others)


def _stop(trial: Trial, group: list[Run], number: int) -> Experiment:
    """Stops a group. By its number the named run was never paused, was paused before, or (in strict) is paused now."""
    bench = trial.bench
    named = next(run for run in group if run.status == "ACTIVE")
    bench.stops.spend(sum(run.status in _OPEN for run in group))
    if number % 3:
        trial.arranged(trial.pause(named.id, "2100-01-04T08:00:00Z"))
        if number % 3 == 1 or not trial.strict:
            trial.arranged(trial.resume(named.id))
    others = _foreign(bench)
    before = dict(bench.census(fresh=True).by_id)
    answer = trial.stop(named.id, "COMPANY", ("WIN", "LOSE")[number % 2])
    after = dict(bench.census(fresh=True).by_id)
    bench.forget_census()
    now = _foreign(bench)
    changed = [name for name, run in others.items() if now.get(name) != run]
    return Experiment(named, [run for run in group if run.id != named.id], answer, before, after, changed)


def _foreign(bench: Bench) -> dict[str, Run]:
    """The runs of the other organization, where its key is known."""
    if not bench.has("other"):
        return {}
    runs: dict[str, Run] = {}
    from ..census import Page  # noqa: PLC0415

    for number in range(1, 11):
        page = Page.read(bench.target.call("GET", "/sequences", key="other", query={"page": number, "size": 100}))
        runs.update((run.id, run) for run in page.items)
        if not page.has_more:
            break
    return runs


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
        trial.that(
            got.id == one.named.id and got.status == "STOPPED_EARLY",
            "the named run STOPPED_EARLY",
            one.answer.summary,
            one.answer,
        )
        for run in (one.named, *(other for other in one.siblings if other.status == "ACTIVE")):
            status = one.after[run.id].status if run.id in one.after else "gone"
            trial.that(status == "STOPPED_EARLY", f"{run.id} STOPPED_EARLY", status, one.answer, trial.get(run.id))


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
            if run.status in _OPEN:
                status = one.after[run.id].status
                trial.that(
                    status == "STOPPED_EARLY",
                    f"{run.id}, {run.status} before, STOPPED_EARLY",
                    status,
                    one.answer,
                    trial.get(run.id),
                )


def _untouched(trial: Trial, which: str) -> None:
    """No run outside the group may change; `which` names the kind of outsider that the rule is about."""
    for one in experiments(trial):
        inside = {run.id for run in one.siblings} | {one.named.id}
        company = trial.bench.company(one.named)
        for name, run in one.changed.items():
            if name in inside:
                continue
            same_company = trial.bench.company(run) == company
            kind = "template" if same_company else "company"
            if kind == which:
                status = one.after[name].status if name in one.after else "gone"
                trial.that(False, f"{name} untouched, {_why(trial, run, one)}", status, one.answer, trial.get(name))
        trial.judged += len(one.before) - len(inside)


def _why(trial: Trial, run: Run, one: Experiment) -> str:
    return f"of template {run.template} at {trial.bench.company(run)} (the named one: {one.named.template} at {trial.bench.company(one.named)})"


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
        trial.that(
            not one.foreign_changed, "no run of another organization changed", f"{one.foreign_changed[:3]}", one.answer
        )


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
            if run.status not in _OPEN:
                trial.that(
                    one.after[run.id] == run,
                    f"{run.id}, {run.status}, unchanged",
                    f"{run.differences(one.after[run.id])}",
                    one.answer,
                    trial.get(run.id),
                )


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
        for name, run in one.changed.items():
            fields = run.differences(one.after[name]) if name in one.after else {}
            other = set(fields) - {"status", "updated_at"}
            trial.that(not other, "no other field changed", f"{sorted(other)} of {name}", one.answer, trial.get(name))
            if not trial.bench.frozen:
                trial.that(
                    "updated_at" in fields, f"updated_at of {name} moved", "it did not", one.answer, trial.get(name)
                )


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
            if run.status in _OPEN:
                shown = one.after[run.id].fields["updated_at"]
                trial.that(shown == ended, f"updated_at {ended}", f"{shown} of {run.id}", one.answer, trial.get(run.id))


def _alone(trial: Trial, deleted: bool, run: Run) -> bool:
    """Whether a run has no company, for the reason asked for: its contact was deleted, or has none."""
    return (run.contact is None) == deleted and trial.bench.company(run) is None


@rule(
    "stop.company.no_siblings",
    "A run whose contact was deleted or has no company is stopped alone.",
    "stop.no_siblings",
    "stop.company",
    tier="stop",
    needs=("fixture",),
    basis="own",
)
def no_siblings(trial: Trial) -> None:
    tried = 0
    for kind in ("deleted", "without company"):
        try:
            with trial.borrow("ACTIVE", partial(_alone, trial, kind == "deleted")) as run:
                trial.bench.stops.spend()
                before = dict(trial.bench.census(fresh=True).by_id)
                answer = trial.stop(run.id, "COMPANY", "WIN")
                trial.that(
                    trial.run_of(answer).status == "STOPPED_EARLY",
                    "the named run STOPPED_EARLY",
                    answer.summary,
                    answer,
                )
                after = trial.bench.census(fresh=True).by_id
                changed = [name for name, other in before.items() if name != run.id and after.get(name) != other]
                trial.bench.forget_census()
                trial.that(not changed, "no other run changed", f"{changed[:3]}", answer)
                tried += 1
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
    ended = [run for run in bench.census(fresh=True).runs if run.status not in _OPEN and bench.stock.fenced(run)]
    for run in ended:
        company = bench.company(run)
        if company is None:
            continue
        open_siblings = [
            o
            for o in bench.census().runs
            if o.template == run.template and o.status in _OPEN and bench.company(o) == company
        ]
        if not open_siblings:
            continue
        with bench.stops.risk(len(open_siblings)) as risk:
            answer = trial.stop(run.id, "COMPANY", "LOSE")
            before, after = bench.census().by_id, bench.census(fresh=True).by_id
            changed = [name for name, other in before.items() if after.get(name) != other]
            risk.used = len(changed)
        if trial.strict:
            trial.expect(answer, 422, why=f"for a {run.status} run")
        if not 200 <= answer.status < 300:
            trial.that(not changed, "nothing changed", f"{changed[:3]}", answer)
        trial.judged += 1
        return
    trial.skip("no run that has ended has an open sibling; load some")
