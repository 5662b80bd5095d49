"""Runs that a request was not about: which of their changes it may be blamed for, when other clients write as well."""

from collections.abc import Mapping
from fractions import Fraction

from ...engine import RuleContext, Run
from ...http.messages import Response

_MILLISECOND = Fraction(1, 1000)
#: Requests that another client may need until it changes a run again.
_REQUESTS = 4


def touched(response: Response, named: Run, before: Mapping[str, Run], after: Mapping[str, Run]) -> dict[str, Run]:
    """The other runs, as they were, whose change nobody but the request that `response` belongs to explains.

    `named` is the run that the request changed, as `response` shows it: its updated_at is the target's time of the change. What
    another client changes moves updated_at on, to a time of its own.
    """
    moved = named.id not in before or before[named.id].status != named.status
    return {
        name: run
        for name, run in before.items()
        if name != named.id and name in after and after[name] != run
        and _unexplained(response, named, run, after[name], moved)
    }  # fmt: skip


def _unexplained(response: Response, named: Run, old: Run, new: Run, moved: bool) -> bool:
    if new.updated <= old.updated:
        return True
    if moved and new.status == named.status != old.status:
        return abs(new.updated - named.updated) <= Fraction(response.ended - response.began)
    # Where the target's clock is coarse, another client's change may well carry the same time.
    return new.updated == named.updated and named.updated % _MILLISECOND != 0


def leaves_alone(context: RuleContext, response: Response, before: Mapping[str, Run], after: Mapping[str, Run]) -> None:
    """The request that `response` belongs to must have changed the run that it named, and no other."""
    changed = list(touched(response, context.run_of(response), before, after))
    if changed:
        context.target.pacing.sleep(_REQUESTS * context.target.pacing.pace)
        changed = [name for name in changed if not _goes_on(context, after[name])]
    context.check(not changed, "no other run changed", f"{changed[:3]}", response, *map(context.get, changed[:1]))


def _goes_on(context: RuleContext, seen: Run) -> bool:
    """Whether a run has changed since: it is in the hands of another client, whose change fell into the same moment."""
    again = context.get(seen.id)
    return again.status == 200 and context.run_of(again) != seen
