"""COMPANY stops, made once for all rules about them: a few groups of siblings, with the whole collection before and after."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..census import Page
from ..trial import NotExercised
from .bystanders import touched

if TYPE_CHECKING:
    from ..bench import Bench
    from ..exchange import Answer
    from ..runs import Run
    from ..trial import Trial

OPEN = ("FOUND", "ACTIVE", "WAITING_FOR_LEAD", "WAITING_FOR_USER")
FAR = "2100-01-04T08:00:00Z"
_GROUPS = 12


@dataclass
class Experiment:
    """One COMPANY stop: the named run, its siblings, and every run before and after."""

    named: Run
    siblings: list[Run]
    answer: Answer
    before: dict[str, Run]
    after: dict[str, Run]
    #: The runs that this stop may have changed, as they were before; of the other organization's, their ids.
    changed: dict[str, Run] = field(default_factory=dict)
    foreign_changed: list[str] = field(default_factory=list)


def experiments(trial: Trial) -> list[Experiment]:
    """The COMPANY stops made at this target; made at the first call."""
    bench = trial.bench
    kept: list[Experiment] | None = bench.shared.get("company")
    if kept is None:
        found = groups(trial)
        kept = bench.shared["company"] = []
        # Two groups are left to the rules that arrange a stop of their own.
        for number, group in enumerate(found[: max(1, min(_GROUPS, len(found) - 2))]):
            with contextlib.suppress(NotExercised):  # the budget of stops may not reach for every group
                kept.append(_experiment(trial, group, number))
    if not kept:
        trial.skip("no company's runs could be stopped within --allow-stops; allow more", excused=True)
    return kept


def groups(trial: Trial) -> list[list[Run]]:
    """Groups of runs of one template whose contacts work at one company, with two ACTIVE ones or more; mixed ones first."""
    bench = trial.bench
    found: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in bench.census(fresh=True).runs:
        company = bench.company(run)
        if company is not None and bench.stock.fenced(run):
            found[run.template, company].append(run)
    wanted = {key: group for key, group in found.items() if len(actives(group)) >= 2}
    if not wanted:
        trial.skip("no two ACTIVE runs of one template have contacts at one company; load some")

    def interest(key: tuple[str, str]) -> tuple[int, int, int, str]:
        group = wanted[key]
        return -_tempting(key, found), -len({run.status for run in group}), -len(group), group[0].id

    return [wanted[key] for key in sorted(wanted, key=interest)]


def actives(group: list[Run]) -> list[Run]:
    """The ACTIVE runs of a group, the oldest first."""
    return sorted((run for run in group if run.status == "ACTIVE"), key=lambda run: (run.created, run.id))


def _tempting(key: tuple[str, str], found: dict[tuple[str, str], list[Run]]) -> int:
    """How many companies a careless comparison would take for this one: in the same template, of a like domain."""
    template, company = key
    word = company.split(".")[0]
    others = {other for of, other in found if of == template and other != company}
    return sum(word in other or other.split(".")[0] in company for other in others)


def _experiment(trial: Trial, group: list[Run], number: int) -> Experiment:
    """Stops a group. By its number the named run is the oldest or the youngest, was never paused, was, or (in strict) is."""
    bench = trial.bench
    named = actives(group)[-((number // 2) % 2)]
    bench.stops.spend(sum(run.status in OPEN for run in group))
    if number % 3:
        trial.arranged(trial.pause(named.id, FAR))
        if number % 3 == 1 or not trial.strict:
            trial.arranged(trial.resume(named.id))
    others = _foreign(bench)
    before = dict(bench.census(fresh=True).by_id)
    answer = trial.stop(named.id, "COMPANY", ("WIN", "LOSE")[number % 2])
    after = dict(bench.census(fresh=True).by_id)
    one = Experiment(named, [run for run in group if run.id != named.id], answer, before, after)
    if answer.status == 200:
        stopped = trial.arranged(answer)
        one.changed = touched(answer, stopped, before, after)
        one.foreign_changed = list(touched(answer, stopped, others, _foreign(bench)))
    return one


def _foreign(bench: Bench) -> dict[str, Run]:
    """The runs of the other organization, where its key is known."""
    if not bench.has("other"):
        return {}
    runs: dict[str, Run] = {}
    for number in range(1, 11):
        page = Page.read(bench.target.call("GET", "/sequences", key="other", query={"page": number, "size": 100}))
        runs.update((run.id, run) for run in page.items)
        if not page.has_more:
            break
    return runs
