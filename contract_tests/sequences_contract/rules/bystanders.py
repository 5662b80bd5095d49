"""Runs that a request was not about: which of their changes it may be blamed for, when other clients write as well."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..exchange import Answer
    from ..runs import Run
    from ..trial import Trial


_MILLISECOND = Fraction(1, 1000)


def touched(answer: Answer, named: Run, before: Mapping[str, Run], after: Mapping[str, Run]) -> dict[str, Run]:
    """The other runs, as they were, whose change nobody but the request that `answer` answers explains.

    `named` is the run that the request changed, as `answer` shows it: its updated_at is the target's time of the change. What
    another client changes moves updated_at to a time of its own.
    """
    return {
        name: run
        for name, run in before.items()
        if name != named.id and name in after and after[name] != run and _unexplained(answer, named, run, after[name])
    }


def _unexplained(answer: Answer, named: Run, old: Run, new: Run) -> bool:
    if new.updated == old.updated:
        return True
    if new.status == named.status != old.status:
        return abs(new.updated - named.updated) <= Fraction(answer.ended - answer.began)
    # Where the target's clock is coarse, another client's change may well carry the same instant.
    return new.updated == named.updated and named.updated % _MILLISECOND != 0


def leaves_alone(trial: Trial, answer: Answer, before: Mapping[str, Run], after: Mapping[str, Run]) -> None:
    """The request that `answer` answers must have changed the run that it named, and no other."""
    changed = list(touched(answer, trial.run_of(answer), before, after))
    trial.that(not changed, "no other run changed", f"{changed[:3]}", answer, *map(trial.get, changed[:1]))
