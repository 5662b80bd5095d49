"""A unit of work on a world in memory.

It holds the world's lock, collects what is put, and on leaving swaps the world's state for one derived from it. An
exception leaves the old state in place.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..domain.clock import Clock
from ..domain.query import Query
from ..resources.sequences.model import Run
from .base import Base, HistoryEntry, KeyRecord, Snapshot, WorldRecord
from .state import State


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot with all that it keeps."""

    entry: Snapshot
    record: WorldRecord
    clock: Clock
    state: State


class World:
    """A world as the store holds it. Whoever holds its lock may change it."""

    __slots__ = ("base", "clock", "initial_state", "keys", "lock", "record", "snapshots", "state", "used")

    def __init__(self, record: WorldRecord, base: Base, state: State, clock: Clock, keys: Sequence[KeyRecord]) -> None:
        self.record = record
        self.base = base  # kept alive with the world, so that the state built on it stays shared
        self.initial_state = self.state = state
        self.clock = clock
        self.keys = keys
        self.snapshots: Mapping[str, Kept] = {}
        self.used = record.created_wall
        self.lock = threading.Lock()


class MemoryUnit:
    """A unit of work on an immutable state, and the context that it is open in."""

    __slots__ = (
        "_changed", "_happenings", "_kept", "_snapshots", "_state", "_wall", "_world", "clock", "record", "wall",
    )  # fmt: skip

    def __init__(self, world: World, wall: Callable[[], int]) -> None:
        self._world = world
        self._wall = wall
        self._changed: dict[str, Run] = {}
        self._happenings: list[tuple[str, HistoryEntry]] = []

    def __enter__(self) -> "MemoryUnit":
        world = self._world
        world.lock.acquire()
        self.wall = self._wall()
        self._kept = (world.record, world.clock, world.state, world.snapshots)
        self.record, self.clock, self._state, self._snapshots = self._kept
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        world = self._world
        try:
            if kind is None:
                self.checkpoint()
        finally:
            world.record, world.clock, world.state, world.snapshots = self._kept
            world.lock.release()

    def get(self, organization_id: str | None, sequence_id: str) -> Run | None:
        """A run by id; within one organization, or in any with None."""
        run = self._changed.get(sequence_id) or self._state.runs.get(sequence_id)
        return run if run is not None and organization_id in (None, run.organization_id) else None

    def page(self, organization_id: str, query: Query) -> tuple[Sequence[Run], int]:
        """The runs of a page and the number of matches over all pages."""
        return self._flushed().page(organization_id, query, self.record.schedule.lifecycle)

    def counts(self, organization_id: str) -> Mapping[str, int]:
        """Runs by status."""
        return self._flushed().counts(organization_id, self.record.schedule.lifecycle.statuses)

    def siblings(self, run: Run) -> Sequence[Run]:
        """Runs of the same organization, template and company, by id, `run` excluded."""
        return self._flushed().siblings(run)

    def of_contact(self, organization_id: str, contact_id: str) -> Sequence[Run]:
        """The runs of a contact, by id."""
        return self._flushed().of_contact(organization_id, contact_id)

    def due(self, until: int) -> Sequence[Run]:
        """The runs for which something falls due at `until` or before."""
        return self._flushed().due(until)

    def next_due(self) -> Run | None:
        """The run for which something falls due first."""
        return self._flushed().next_due()

    def put(self, run: Run, *entries_: HistoryEntry) -> None:
        """Stores a run, new or changed, and appends to its history."""
        self._changed[run.id] = run
        self._happenings += [(run.id, entry_) for entry_ in entries_]

    def history(self, sequence_id: str) -> Sequence[HistoryEntry]:
        """What happened to a run since the timeline began, oldest first."""
        return self._flushed().history(sequence_id)

    def all_runs(self) -> Iterable[Run]:
        """Every run of the world, by organization and then id."""
        return sorted(self._flushed().runs.values(), key=lambda run: (run.organization_id, run.id))

    def forget_contact(self, contact_id: str) -> None:
        """Marks a contact's record as deleted."""
        self._state = self._flushed().without_contact(contact_id)

    def forgotten_contacts(self) -> frozenset[str]:
        """The contacts whose records were deleted."""
        return frozenset(self._state.forgotten)

    def checkpoint(self) -> None:
        """Keeps what was put so far, and how record, clock and snapshots were set."""
        self._kept = (self.record, self.clock, self._flushed(), self._snapshots)

    def reset(self, epoch: int, clock: Clock) -> None:
        """Puts the fixture's runs back, in a world born at `birth`."""
        self._changed, self._happenings = {}, []
        self._state = self._world.initial_state
        self.record, self.clock = replace(self.record, epoch=epoch), clock

    def snapshots(self) -> Sequence[Snapshot]:
        """What was kept, oldest first."""
        return [kept.entry for kept in self._snapshots.values()]

    def keep(self, name: str) -> Snapshot:
        """Keeps the state under a name."""
        entry = Snapshot(name, self.wall, self.record.epoch + self.clock.now(self.wall))
        others = {key: kept for key, kept in self._snapshots.items() if key != name}
        self._snapshots = {**others, name: Kept(entry, self.record, self.clock, self._flushed())}
        return entry

    def restore(self, name: str) -> None:
        """Returns to a snapshot."""
        kept = self._snapshots[name]
        self._changed, self._happenings = {}, []
        self._state = kept.state
        self.record = replace(self.record, epoch=kept.record.epoch)
        self.clock = Clock(self.wall, kept.entry.now - kept.record.epoch, kept.clock.frozen)

    def drop(self, name: str) -> None:
        """Forgets a snapshot."""
        if name not in self._snapshots:
            raise KeyError(name)
        self._snapshots = {key: kept for key, kept in self._snapshots.items() if key != name}

    def kept_runs(self, name: str) -> Iterable[Run]:
        """The runs of a snapshot."""
        return list(self._snapshots[name].state.runs.values())

    def kept_birth(self, name: str) -> int:
        """The birth that a snapshot's times count from."""
        return self._snapshots[name].record.epoch

    def _flushed(self) -> State:
        if self._changed or self._happenings:
            self._state = self._state.with_runs(self._changed, self.record.schedule, self._happenings)
            self._changed = {}
            self._happenings = []
        return self._state
