"""Worlds at work: one transaction, one `now`, whatever is due settled first.

`Worlds.begin` opens the world that a caller's key belongs to. What time has brought is settled and kept first: that time
passed stays true even when the caller's request is then refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Final, NamedTuple

from .entities import Sequence, Step
from .errors import NotFoundIssue, UnauthorizedIssue
from .lifecycle import CLIENT, ENGINE, Lifecycle
from .listeners import SEQUENCE, Listeners
from .query import Query
from .schedule import EXECUTE
from .store.base import Happening, KeyRecord, Store, Unit
from .views import ChangeView


class Caller(NamedTuple):
    """Who asks, by which key, in which request."""

    key: KeyRecord
    request_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """A run as it became, and what made it so."""

    run: Sequence
    happening: Happening


class Transaction:
    """A unit of work as a handler sees it: the caller's organization, at one `now`.

    `now` and every time in a run are world time; `world_time` and `instant` lead in and out.
    """

    __slots__ = ("_caller", "_unit", "birth", "changes", "lifecycle", "now")

    def __init__(self, unit: Unit, caller: Caller, now: int) -> None:
        self._unit = unit
        self._caller = caller
        self.changes: Final[list[Change]] = []
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

    def put(self, before: Sequence | None, after: Sequence, event: str, by: str = CLIENT) -> None:
        """Stores a run that `event` changed, or made; nothing when nothing changed."""
        if after is not before:
            source = before.status if before is not None else None
            happening = Happening(self.now, event, by, source, after.status, self._caller.request_id)
            self._unit.put(after, happening)
            self.changes.append(Change(after, happening))


class Worlds:
    """Every world of a store, and who listens."""

    def __init__(self, store: Store, listeners: Listeners) -> None:
        self.store: Final = store
        self.listeners: Final = listeners

    @contextmanager
    def begin(self, caller: Caller, *, reads: bool = False) -> Iterator[Transaction]:
        """The caller's transaction. What is put in it is kept when it is left, unless by an exception.

        `reads` promises that the handler puts nothing.
        """
        with self.open(caller.key.world_id, reads=reads) as (unit, now, changes):
            tx = Transaction(unit, caller, now)
            yield tx
            changes.extend(tx.changes)

    @contextmanager
    def open(self, world_id: str, *, reads: bool = False) -> Iterator[tuple[Unit, int, list[Change]]]:
        """A world's unit of work with what is due settled, its time, and the changes to tell listeners of.

        Listeners hear after the unit was left, of what was kept. Raises UnauthorizedIssue when the world is gone.
        """
        changes: list[Change] = []
        kept = 0
        try:
            self.store.use(world_id)
            with self.store.unit(world_id, reads=reads) as unit:
                birth, now = unit.record.birth, unit.clock.now(unit.wall)
                changes += settle(unit, now)
                if changes:
                    unit.checkpoint()
                kept = len(changes)
                yield unit, now, changes
                kept = len(changes)
        except KeyError as error:
            if error.args == (world_id,):
                raise UnauthorizedIssue("The world of this API key is gone; make a new one.", problem="gone") from None
            raise
        finally:
            if kept and self.listeners.wanted(world_id):
                for change in changes[:kept]:
                    self.listeners.publish(world_id, SEQUENCE, ChangeView(change.run, birth, change.happening))

    def settle(self, world_id: str) -> None:
        """Carries out what is due in a world by now."""
        with self.open(world_id):
            pass


def settle(unit: Unit, until: int) -> list[Change]:
    """Carries out what is due at `until` or before, in order of time and then id, each at its own instant."""
    runs = {run.id: run for run in unit.due(until)}
    if not runs:
        return []
    schedule = unit.record.schedule
    queue = [(schedule.due_at(run) or 0, run.id) for run in runs.values()]
    heapify(queue)
    changes: list[Change] = []
    while queue:
        at, sequence_id = heappop(queue)
        run = runs[sequence_id]
        for event, changed in schedule.fire(run, steps_of(unit, run)):
            by = schedule.lifecycle.by(event) if event != EXECUTE else ENGINE
            happening = Happening(at, event, by, run.status, changed.status, None)
            unit.put(changed, happening)
            changes.append(Change(changed, happening))
            run = changed
        runs[sequence_id] = run
        due = schedule.due_at(run)
        if due is not None and due <= until:
            heappush(queue, (due, sequence_id))
    return changes


def steps_of(unit: Unit, run: Sequence) -> tuple[Step, ...]:
    """The steps of the run's template; none when the template is unknown."""
    template = unit.record.organizations[run.organization_id].templates.get(run.sequence_template_id)
    return template.steps if template is not None else ()
