"""Worlds at work: one transaction, one `now`, whatever is due settled first.

`Worlds.begin` opens the world that a caller's key belongs to. What time has brought is settled and kept first: that time
passed stays true even when the caller's request is then refused.
"""

import sys
from collections.abc import Iterable
from types import TracebackType
from typing import Final, NamedTuple

from ..domain.errors import NotFoundIssue, UnauthorizedIssue
from ..domain.lifecycle import CLIENT, Lifecycle
from ..domain.limits import Limits
from ..domain.query import Query
from ..resources.sequences.model import Run
from ..store.base import HistoryEntry, KeyRecord, Store, Unit
from .due_events import Change, apply_due_events
from .events import SEQUENCE, WORLD, EventBus
from .results import ChangeResult


class Caller(NamedTuple):
    """Who asks, by which key, in which request."""

    key: KeyRecord
    request_id: str


class Opening:
    """A world's unit of work as a context: the unit with what is due settled, its time, and the changes to tell of.

    Listeners hear after the unit was left, and of what was kept: what was settled, and unless the unit was left by an
    exception, what was added to the changes. A class, since a generator would double what opening a world costs.
    """

    __slots__ = ("_birth", "_changes", "_context", "_reads", "_settled", "_uses", "_world_id", "_worlds")

    def __init__(self, worlds: "Worlds", world_id: str, reads: bool, uses: bool) -> None:
        self._worlds = worlds
        self._world_id = world_id
        self._reads = reads
        self._uses = uses

    def __enter__(self) -> tuple[Unit, int, list[Change]]:
        try:
            if self._uses:
                self._worlds.store.use(self._world_id)
            self._context = self._worlds.store.unit(self._world_id, reads=self._reads)
            unit = self._context.__enter__()
        except KeyError as error:
            if error.args == (self._world_id,):
                raise _gone() from None
            raise
        try:
            self._birth, now = unit.record.epoch, unit.clock.now(unit.wall)
            self._changes = apply_due_events(unit, now)
            if self._changes:
                unit.checkpoint()
        except BaseException:
            self._context.__exit__(*sys.exc_info())
            raise
        self._settled = len(self._changes)
        return unit, now, self._changes

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        kept = self._settled
        try:
            self._context.__exit__(kind, error, trace)
            if kind is None:
                kept = len(self._changes)
        finally:
            if kept:
                self._worlds.tell(self._world_id, self._birth, self._changes[:kept])


class Transaction:
    """A unit of work as a handler sees it, open as a context: the caller's organization, at one `now`.

    `now` and every time in a run are world time; `world_time` leads in, and adding `birth` out.
    """

    __slots__ = ("_caller", "_changes", "_opening", "_unit", "epoch", "lifecycle", "now")

    epoch: int
    lifecycle: Lifecycle
    now: int

    @property
    def limits(self) -> Limits:
        """How much the world may hold."""
        return self._unit.record.limits

    def __init__(self, opening: Opening, caller: Caller) -> None:
        self._opening = opening
        self._caller = caller

    def __enter__(self) -> "Transaction":
        self._unit, self.now, self._changes = self._opening.__enter__()
        record = self._unit.record
        self.epoch, self.lifecycle = record.epoch, record.schedule.lifecycle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opening.__exit__(kind, error, trace)

    def world_time(self, instant: int) -> int:
        """World time at an instant."""
        return instant - self.epoch

    def get(self, sequence_id: str) -> Run:
        """A run of the caller's organization. Raises NotFoundIssue, for a run of another organization too."""
        run = self._unit.get(self._caller.key.organization_id, sequence_id)
        if run is None:
            raise NotFoundIssue(
                f"Your organization has no sequence {sequence_id}.", field="sequence_id", value=sequence_id
            )
        return run

    def page(self, query: Query) -> tuple[list[Run], int]:
        """The runs of a page and the number of matches over all pages."""
        runs, total = self._unit.page(self._caller.key.organization_id, query)
        return list(runs), total

    def company_of(self, run: Run) -> list[Run]:
        """The other runs of the same template whose contacts work at the same company."""
        return list(self._unit.siblings(run))

    def put(self, before: Run | None, after: Run, event: str, by: str = CLIENT) -> None:
        """Stores a run that `event` changed, or made; nothing when nothing changed."""
        if after is not before:
            source = before.status if before is not None else None
            entry_ = HistoryEntry(self.now, event, by, source, after.status, self._caller.request_id)
            self._unit.put(after, entry_)
            self._changes.append(Change(after, entry_))


class Worlds:
    """Every world of a store, and who listens."""

    def __init__(self, store: Store, listeners: EventBus) -> None:
        self.store: Final = store
        self.listeners: Final = listeners

    def begin(self, caller: Caller, *, reads: bool = False) -> Transaction:
        """The caller's transaction. What is put in it is kept when it is left, unless by an exception.

        `reads` promises that the handler puts nothing.
        """
        return Transaction(Opening(self, caller.key.world_id, reads, True), caller)

    def open(self, world_id: str, *, reads: bool = False, uses: bool = True) -> Opening:
        """A world's unit of work. Entering it raises UnauthorizedIssue when the world is gone.

        A world with a TTL lives on when it is used; `uses` is false for a mere look at it.
        """
        return Opening(self, world_id, reads, uses)

    def tell(self, world_id: str, epoch: int, changes: Iterable[Change]) -> None:
        """Tells who listens to a world of changes in it."""
        if self.listeners.wanted(world_id):
            for change in changes:
                self.listeners.publish(world_id, SEQUENCE, ChangeResult(change.run, epoch, change.entry_))

    def apply_due_events(self, world_id: str) -> int | None:
        """Carries out what is due in a world by now, which is no use of it. Raises UnauthorizedIssue when it is gone.

        Returns in how many microseconds of the machine's time something falls due next, or the world may expire; None when
        neither will be by itself.
        """
        with self.open(world_id, uses=False) as (unit, now, _):
            due = None if unit.clock.frozen else unit.next_due()
            at = None if due is None else unit.record.schedule.due_at(due)
        waits = [at - now] if at is not None else []
        try:
            expires = self.store.expires(world_id)
        except KeyError:
            raise _gone() from None
        waits += [expires - self.store.wall()] if expires is not None else []
        return min(waits, default=None)

    def remove(self, world_id: str) -> None:
        """Removes a world, of which its listeners hear last. Raises KeyError when there is no such world."""
        self.store.remove(world_id)
        self._forget(world_id)

    def collect(self) -> None:
        """Removes the worlds that have expired."""
        for world_id in self.store.collect():
            self._forget(world_id)

    def _forget(self, world_id: str) -> None:
        self.listeners.publish(world_id, WORLD, {"event": "deleted"})
        self.listeners.forget(world_id)


def _gone() -> UnauthorizedIssue:
    return UnauthorizedIssue("The world of this API key is gone; make a new one.", problem="gone")
