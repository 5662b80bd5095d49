"""Runs that a request was not about: which of their changes it may be blamed for, when other clients write as well."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..exchange import Answer
    from ..runs import Run
    from ..trial import Trial


def touched(answer: Answer, named: Run, before: Mapping[str, Run], after: Mapping[str, Run]) -> dict[str, Run]:
    """The other runs, as they were, that changed without moving updated_at, or moved it to the time of the request.

    `named` is the run that the request changed, as `answer` shows it: its updated_at is the target's time of the change. What
    another client changes moves updated_at to a time of its own.
    """
    return {
        name: run
        for name, run in before.items()
        if name != named.id and name in after and after[name] != run and _at_once(answer, named, run, after[name])
    }


def _at_once(answer: Answer, named: Run, old: Run, new: Run) -> bool:
    return new.updated == old.updated or abs(new.updated - named.updated) <= Fraction(answer.ended - answer.began)


def leaves_alone(trial: Trial, answer: Answer, before: Mapping[str, Run], after: Mapping[str, Run]) -> None:
    """The request that `answer` answers must have changed the run that it named, and no other."""
    changed = list(touched(answer, trial.run_of(answer), before, after))
    trial.that(not changed, "no other run changed", f"{changed[:3]}", answer, *map(trial.get, changed[:1]))
