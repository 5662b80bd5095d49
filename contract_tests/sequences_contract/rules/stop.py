"""Stopping one run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from .bystanders import leaves_alone
from .registry import rule

if TYPE_CHECKING:
    from ..exchange import Answer
    from ..runs import Run
    from ..trial import Trial

FAR = "2100-01-04T08:00:00Z"


def _refuse_all(trial: Trial, bodies: tuple[Any, ...], why: str) -> None:
    with trial.borrow() as run:
        for body in bodies:
            answer = trial.tempt(run, partial(trial.call, "POST", f"/sequences/{run.id}/stop", json=body))
            trial.refused(answer, f"{why}: {body}")
            trial.same(run, [answer])


@rule("stop.refuses.reason", "A reason other than WIN and LOSE is refused.", "stop.reason", tier="stop")
def reason(trial: Trial) -> None:
    _refuse_all(
        trial,
        tuple({"reason": value, "scope": "CONTACT"} for value in ("WON", "win", "", "LOST", 1, None)),
        "an unknown reason",
    )


@rule(
    "stop.refuses.scope",
    "A scope other than CONTACT and COMPANY is refused.",
    "stop.contact",
    "stop.company",
    tier="stop",
)
def scope(trial: Trial) -> None:
    _refuse_all(
        trial,
        tuple({"reason": "LOSE", "scope": value} for value in ("COMPANIES", "contact", "", "ALL", 1, None)),
        "an unknown scope",
    )


@rule("stop.refuses.missing.strict", "reason and scope are both required.", "stop.required", tier="stop")
def missing(trial: Trial) -> None:
    _refuse_all(trial, ({}, {"reason": "WIN"}, {"scope": "CONTACT"}), "an incomplete body")


@rule(
    "stop.contact.exactly_one",
    "CONTACT stops just the named run, for either reason.",
    "stop.contact",
    "stop.reason",
    tier="stop",
)
def exactly_one(trial: Trial) -> None:
    bench = trial.bench
    for why, where in (("WIN", None), ("LOSE", None), ("WIN", _with_siblings(trial)), ("LOSE", _with_siblings(trial))):
        with trial.borrow("ACTIVE", where) as run:
            bench.stops.spend()
            before = dict(bench.census(fresh=True).by_id)
            answer = trial.stop(run.id, "CONTACT", why)
            got = trial.run_of(answer)
            stopped = got.id == run.id and got.status == "STOPPED_EARLY"
            trial.that(stopped, "the named run STOPPED_EARLY", answer.summary, answer)
            leaves_alone(trial, answer, before, bench.census(fresh=True).by_id)


def _with_siblings(trial: Trial) -> Callable[[Run], bool] | None:
    """Picks a run that COMPANY would not stop alone, where the companies of contacts are known."""
    bench = trial.bench
    if bench.companies is None:
        return None
    groups = Counter((run.template, bench.company(run)) for run in bench.census().in_status("ACTIVE"))
    return lambda run: bench.company(run) is not None and groups[run.template, bench.company(run)] > 1


@rule("stop.for_good", "A stopped run stays STOPPED_EARLY whatever is tried.", "stop.for_good", tier="stop")
def for_good(trial: Trial) -> None:
    with trial.borrow() as run:
        trial.bench.stops.spend()
        stopped = trial.stop(run.id)
        trial.that(trial.run_of(stopped).status == "STOPPED_EARLY", "STOPPED_EARLY", stopped.summary, stopped)
        tries: tuple[Callable[[], Answer], ...] = (
            lambda: trial.pause(run.id, FAR),
            lambda: trial.resume(run.id),
            lambda: trial.stop(run.id, "CONTACT", "WIN"),
        )
        for attempt in tries:
            answer = attempt()
            read = trial.get(run.id)
            got = trial.run_of(read).status
            trial.that(got == "STOPPED_EARLY", "still STOPPED_EARLY", got, stopped, answer, read)
            if trial.strict:
                trial.expect(answer, 422, why="for a run that has ended")
        again = trial.get(run.id)
        if trial.strict:
            kept = trial.run_of(again) == trial.run_of(stopped)
            trial.that(kept, "the run unchanged since it was stopped", again.summary, stopped, again)
        updated = trial.update(run.id, {"suite_ended": "x"})
        read = trial.get(run.id)
        got = trial.run_of(read).status
        trial.that(got == "STOPPED_EARLY", "STOPPED_EARLY after an update too", got, stopped, updated, read)


@rule("stop.keeps_variables", "A stopped run keeps its variables.", "stop.answer", tier="stop")
def keeps(trial: Trial) -> None:
    with trial.borrow() as run:
        trial.bench.stops.spend()
        updated = trial.arranged(trial.update(run.id, {"suite_stop": "kept"}))
        answer = trial.stop(run.id)
        got = trial.run_of(answer).variables
        trial.that(got == updated.variables, f"variables {updated.variables}", f"{got}", answer)
        read = trial.get(run.id)
        trial.that(trial.run_of(read).variables == updated.variables, "the same from get", read.summary, answer, read)
