"""COMPANY stops, made once for all rules about them: a few groups of siblings, with the whole collection before and after."""

import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...engine import FAR, NotExercised, RuleContext, Run, Session
from ...http.messages import Response
from .side_effects import touched

_GROUPS = 12


@dataclass
class Experiment:
    """One COMPANY stop: the named run, its siblings, and every run before and after."""

    named: Run
    siblings: list[Run]
    response: Response
    before: dict[str, Run]
    after: dict[str, Run]
    #: The runs that this stop may have changed, as they were before; of the other organization's, their ids.
    changed: dict[str, Run] = field(default_factory=dict)
    foreign_changed: list[str] = field(default_factory=list)


def experiments(context: RuleContext) -> list[Experiment]:
    """The COMPANY stops made at this target; made at the first call."""
    session = context.session
    kept: list[Experiment] | None = session.shared.get("company")
    if kept is None:
        found = groups(context)
        kept = session.shared["company"] = []
        # Two groups are left to the rules that arrange a stop of their own.
        kept.extend(_experiments(context, found[: max(1, min(_GROUPS, len(found) - 2))]))
    if not kept:
        context.skip("no company's runs could be stopped within --allow-stops; allow more", excused=True)
    return kept


def groups(context: RuleContext) -> list[list[Run]]:
    """Groups of runs of one template whose contacts work at one company, with two ACTIVE ones or more; mixed ones first."""
    session = context.session
    found: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in session.runs(fresh=True).items:
        company = session.company(run)
        if company and session.pool.writable(run):
            found[run.template, company].append(run)
    wanted = {key: group for key, group in found.items() if len(actives(group)) >= 2}
    if not wanted:
        context.skip("no two ACTIVE runs of one template are left whose contacts work at one company; load more")

    def interest(key: tuple[str, str]) -> tuple[int, bool, int, int, str]:
        group = wanted[key]
        return -_similar(key, found), not _twice(group), -len({run.status for run in group}), -len(group), group[0].id

    return [wanted[key] for key in sorted(wanted, key=interest)]


def is_open(context: RuleContext, run: Run) -> bool:
    """Whether a run has not ended."""
    return run.status not in context.lifecycle.terminal


def actives(group: list[Run]) -> list[Run]:
    """The ACTIVE runs of a group, the oldest first."""
    return sorted((run for run in group if run.status == "ACTIVE"), key=lambda run: (run.created, run.id))


def _twice(group: list[Run]) -> list[Run]:
    """The ACTIVE runs of a group whose contact has another one there, the oldest first."""
    running = actives(group)
    contacts = Counter(run.contact for run in running)
    return [run for run in running if contacts[run.contact] > 1]


def _similar(key: tuple[str, str], found: dict[tuple[str, str], list[Run]]) -> int:
    """How many companies a careless comparison would take for this one: in the same template, of a like domain."""
    template, company = key
    word = company.split(".")[0]
    others = {other for of, other in found if of == template and other != company}
    return sum(word in other or other.split(".")[0] in company for other in others)


def _experiments(context: RuleContext, found: list[list[Run]]) -> Iterator[Experiment]:
    """Stops one group after the other. What is seen after a stop is what is there before the next one."""
    named: list[tuple[Run, list[Run]]] = []
    for number, group in enumerate(found):
        with contextlib.suppress(NotExercised):  # the budget of stops may not reach for every group
            named.append((_prepared(context, group, number), group))
    before, others = _everyone(context.session) if named else ({}, {})
    for number, (run, group) in enumerate(named):
        context.tick()
        response = context.stop(run.id, "COMPANY", ("WIN", "LOSE")[number % 2])
        after, others_after = _everyone(context.session)
        # As they were right before: since the groups were made, the suite itself may have written to one of them.
        siblings = [before.get(one.id, one) for one in group if one.id != run.id]
        made = Experiment(run, siblings, response, before, after)
        if response.status == 200:
            stopped = context.prepared(response)
            made.changed = touched(response, stopped, before, after)
            made.foreign_changed = list(touched(response, stopped, others, others_after))
        yield made
        before, others = after, others_after


def _prepared(context: RuleContext, group: list[Run], number: int) -> Run:
    """The run of a group to name. By its number it is the oldest or the youngest, was never paused, was, or (in strict) is.

    Where a contact has two runs in the group, it is one of them: a careless server spares the other.
    """
    named = (_twice(group) or actives(group))[-((number // 2) % 2)]
    context.session.stops.spend(sum(is_open(context, run) for run in group))
    if number % 3:
        context.prepared(context.pause(named.id, FAR))
        if number % 3 == 1 or not context.strict:
            context.prepared(context.resume(named.id))
    return named


def _everyone(session: Session) -> tuple[dict[str, Run], dict[str, Run]]:
    """The runs as they are now, and those of the other organization, where its key is known."""
    mine = dict(session.runs(fresh=True).by_id)
    return mine, session.read_all(session.client.sequences, key="other") if session.has("other") else {}  # type: ignore[return-value]
