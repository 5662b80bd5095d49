"""Worlds at work: one transaction, one `now`, whatever is due settled first.

`Worlds.begin` opens the world that a caller's key belongs to. What time has brought is settled and kept first: that time
passed stays true even when the caller's request is then refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Final

from .entities import Sequence, Step
from .errors import NotFoundIssue, UnauthorizedIssue
from .lifecycle import CLIENT, ENGINE, Lifecycle
from .query import Query
from .schedule import EXECUTE
from .store.base import Happening, KeyRecord, Store, Unit


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, by which key, in which request."""

    key: KeyRecord
    request_id: str


@dataclass(frozen=True, slots=True)
class Fired:
    """Something that fell due and was carried out, in world time."""

    at: int
    event: str
    sequence_id: str
    source: str
    target: str


class Transaction:
    """A unit of work as a handler sees it: the caller's organization, at one `now`.

    `now` and every time in a run are world time; `world_time` and `instant` lead in and out.
    """

    __slots__ = ("_caller", "_unit", "birth", "lifecycle", "now")

    def __init__(self, unit: Unit, caller: Caller, now: int) -> None:
        self._unit = unit
        self._caller = caller
        self.now = now
        self.birth: Final = unit.record.birth
        self.lifecycle: Final[Lifecycle] = unit.record.schedule.lifecycle

    def world_time(self, instant: int) -> int:
        """World time at an instant."""
        return instant - self.birth

    def get(self, sequence_id: str) -> Sequence:
        """A run of the caller's organization. Raises NotFoundIssue, for a run of another organization too."""
        run = self._unit.get(self._caller.key.organization_id, sequence_id)
        if run is None:
            raise NotFoundIssue(
                f"Your organization has no sequence {sequence_id}.", field="sequence_id", value=sequence_id
            )
        return run

    def page(self, query: Query) -> tuple[list[Sequence], int]:
        """The runs of a page and the number of matches over all pages."""
        runs, total = self._unit.page(self._caller.key.organization_id, query)
        return list(runs), total

    def company_of(self, run: Sequence) -> list[Sequence]:
        """The other runs of the same template whose contacts work at the same company."""
        return list(self._unit.siblings(run))

    def put(self, before: Sequence, after: Sequence, event: str) -> None:
        """Stores a run that a client changed by `event`; nothing when nothing changed."""
        if after is not before:
            who = self._caller.request_id
            self._unit.put(after, Happening(self.now, event, CLIENT, before.status, after.status, who))


class Worlds:
    """Every world of a store."""

    def __init__(self, store: Store) -> None:
        self.store: Final = store

    @contextmanager
    def begin(self, caller: Caller, *, reads: bool = False) -> Iterator[Transaction]:
        """The caller's transaction. What is put in it is kept when it is left, unless by an exception.

        `reads` promises that the handler puts nothing.
        """
        world_id = caller.key.world_id
        try:
            with self.store.unit(world_id, reads=reads) as unit:
                now = unit.clock.now(unit.wall)
                if settle(unit, now):
                    unit.checkpoint()
                yield Transaction(unit, caller, now)
        except KeyError as error:
            if error.args == (world_id,):
                raise UnauthorizedIssue("The world of this API key is gone; make a new one.", problem="gone") from None
            raise

    def settle(self, world_id: str) -> list[Fired]:
        """Carries out what is due in a world by now."""
        with self.store.unit(world_id) as unit:
            return settle(unit, unit.clock.now(unit.wall))


def settle(unit: Unit, until: int) -> list[Fired]:
    """Carries out what is due at `until` or before, in order of time and then id, each at its own instant."""
    runs = {run.id: run for run in unit.due(until)}
    if not runs:
        return []
    schedule = unit.record.schedule
    queue = [(schedule.due_at(run) or 0, run.id) for run in runs.values()]
    heapify(queue)
    fired: list[Fired] = []
    while queue:
        at, sequence_id = heappop(queue)
        run = runs[sequence_id]
        for event, changed in schedule.fire(run, steps_of(unit, run)):
            by = schedule.lifecycle.by(event) if event != EXECUTE else ENGINE
            unit.put(changed, Happening(at, event, by, run.status, changed.status, None))
            fired.append(Fired(at, event, sequence_id, run.status, changed.status))
            run = changed
        runs[sequence_id] = run
        due = schedule.due_at(run)
        if due is not None and due <= until:
            heappush(queue, (due, sequence_id))
    return fired


def steps_of(unit: Unit, run: Sequence) -> tuple[Step, ...]:
    """The steps of the run's template; none when the template is unknown."""
    template = unit.record.organizations[run.organization_id].templates.get(run.sequence_template_id)
    return template.steps if template is not None else ()
