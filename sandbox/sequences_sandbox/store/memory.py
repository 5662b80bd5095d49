"""The store in memory: each world a lock, a clock and one immutable state.

A unit of work holds the world's lock, collects what is put, and on leaving swaps the world's state for one derived from
it. An exception leaves the old state in place.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Sequence as Seq
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import Final
from weakref import WeakKeyDictionary

from ..clock import Clock
from ..entities import Sequence
from ..query import Query
from .base import Base, Happening, KeyRecord, Moment, Snapshot, WorldRecord
from .memory_traffic import MemoryTraffic
from .state import State


class MemoryStore:
    """Worlds in this process, gone with it. Safe for any number of threads."""

    blocking: Final = False
    name: Final = "memory"

    def __init__(self, wall: Callable[[], int]) -> None:
        self.wall: Final = wall
        self.traffic: Final = MemoryTraffic()
        self._lock = threading.Lock()
        self._worlds: dict[str, _World] = {}
        self._keys: dict[bytes, KeyRecord] = {}
        self._states: WeakKeyDictionary[Base, State] = WeakKeyDictionary()
        # A heap of worlds by the time at which each may expire at the earliest: one that was used since goes back in.
        self._expiring: list[tuple[int, str]] = []

    def trouble(self) -> str | None:
        """None: what is in this process can be reached."""
        return None

    def add(self, record: WorldRecord, base: Base, clock: Clock, keys: Iterable[KeyRecord]) -> None:
        """Adds a world. The first one on a base builds the state that all later ones share."""
        with self._lock:
            state = self._states.get(base)
            if state is None:
                state = self._states[base] = State.build(base.runs(), record.schedule)
            mine = {key.digest: key for key in keys}
            self._worlds[record.id] = _World(record, base, state, clock, tuple(mine.values()))
            self._keys.update(mine)
            if record.ttl is not None:
                heappush(self._expiring, (record.created_wall + record.ttl, record.id))

    def remove(self, world_id: str) -> None:
        """Removes a world and its keys."""
        with self._lock:
            self._discard(world_id)
        self.traffic.clear(world_id)

    def worlds(self) -> Seq[WorldRecord]:
        """Every world, in order of creation."""
        return [world.record for world in list(self._worlds.values())]

    def expires(self, world_id: str) -> int | None:
        """The machine's time at which a world may be collected; None for never."""
        world = self._worlds[world_id]
        return None if world.record.ttl is None else world.used + world.record.ttl

    def use(self, world_id: str) -> None:
        """Notes that a world is used."""
        world = self._worlds[world_id]
        if world.record.ttl is not None:
            wall = self.wall()
            if world.used + world.record.ttl <= wall:
                raise KeyError(world_id)
            world.used = wall

    def collect(self) -> Seq[str]:
        """Removes the worlds that have expired."""
        wall = self.wall()
        expired: list[str] = []
        with self._lock:
            while self._expiring and self._expiring[0][0] <= wall:
                _, world_id = heappop(self._expiring)
                at = self.expires(world_id) if world_id in self._worlds else None
                if at is not None and at > wall:
                    heappush(self._expiring, (at, world_id))
                elif at is not None:
                    self._discard(world_id)
                    expired.append(world_id)
        for world_id in expired:
            self.traffic.clear(world_id)
        return expired

    def _discard(self, world_id: str) -> None:
        for key in self._worlds.pop(world_id).keys:
            del self._keys[key.digest]

    def find_key(self, digest: bytes) -> KeyRecord | None:
        """The key with this digest."""
        return self._keys.get(digest)

    def keys(self, world_id: str) -> Seq[KeyRecord]:
        """The keys of a world."""
        return self._worlds[world_id].keys

    def moment(self, world_id: str, wall: int) -> Moment:
        """Where a world is when the machine's time is `wall`."""
        world = self._worlds[world_id]
        record = world.record
        return Moment(record.birth, world.clock.now(wall), record.seed)

    def unit(self, world_id: str, *, reads: bool = False) -> "MemoryUnit":
        """Holds the world's lock, readers too, and commits unless left by an exception."""
        return MemoryUnit(self._worlds[world_id], self.wall)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A snapshot with all that it keeps."""

    entry: Snapshot
    record: WorldRecord
    clock: Clock
    state: State


class _World:
    __slots__ = ("base", "birth_state", "clock", "keys", "lock", "record", "snapshots", "state", "used")

    def __init__(self, record: WorldRecord, base: Base, state: State, clock: Clock, keys: Seq[KeyRecord]) -> None:
        self.record = record
        self.base = base  # kept alive with the world, so that the state built on it stays shared
        self.birth_state = self.state = state
        self.clock = clock
        self.keys = keys
        self.snapshots: Mapping[str, _Kept] = {}
        self.used = record.created_wall
        self.lock = threading.Lock()


class MemoryUnit:
    """A unit of work on an immutable state, and the context that it is open in."""

    __slots__ = (
        "_changed", "_happenings", "_kept", "_snapshots", "_state", "_wall", "_world", "clock", "record", "wall",
    )  # fmt: skip

    def __init__(self, world: _World, wall: Callable[[], int]) -> None:
        self._world = world
        self._wall = wall
        self._changed: dict[str, Sequence] = {}
        self._happenings: list[tuple[str, Happening]] = []

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

    def get(self, organization_id: str | None, sequence_id: str) -> Sequence | None:
        """A run by id; within one organization, or in any with None."""
        run = self._changed.get(sequence_id) or self._state.runs.get(sequence_id)
        return run if run is not None and organization_id in (None, run.organization_id) else None

    def page(self, organization_id: str, query: Query) -> tuple[Seq[Sequence], int]:
        """The runs of a page and the number of matches over all pages."""
        return self._flushed().page(organization_id, query, self.record.schedule.lifecycle)

    def counts(self, organization_id: str) -> Mapping[str, int]:
        """Runs by status."""
        return self._flushed().counts(organization_id, self.record.schedule.lifecycle.statuses)

    def siblings(self, run: Sequence) -> Seq[Sequence]:
        """Runs of the same organization, template and company, by id, `run` excluded."""
        return self._flushed().siblings(run)

    def of_contact(self, organization_id: str, contact_id: str) -> Seq[Sequence]:
        """The runs of a contact, by id."""
        return self._flushed().of_contact(organization_id, contact_id)

    def due(self, until: int) -> Seq[Sequence]:
        """The runs for which something falls due at `until` or before."""
        return self._flushed().due(until)

    def next_due(self) -> Sequence | None:
        """The run for which something falls due first."""
        return self._flushed().next_due()

    def put(self, run: Sequence, *happenings: Happening) -> None:
        """Stores a run, new or changed, and appends to its history."""
        self._changed[run.id] = run
        self._happenings += [(run.id, happening) for happening in happenings]

    def history(self, sequence_id: str) -> Seq[Happening]:
        """What happened to a run since the timeline began, oldest first."""
        return self._flushed().history(sequence_id)

    def all_runs(self) -> Iterable[Sequence]:
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

    def reset(self, birth: int, clock: Clock) -> None:
        """Puts the fixture's runs back, in a world born at `birth`."""
        self._changed, self._happenings = {}, []
        self._state = self._world.birth_state
        self.record, self.clock = replace(self.record, birth=birth), clock

    def snapshots(self) -> Seq[Snapshot]:
        """What was kept, oldest first."""
        return [kept.entry for kept in self._snapshots.values()]

    def keep(self, name: str) -> Snapshot:
        """Keeps the state under a name."""
        entry = Snapshot(name, self.wall, self.record.birth + self.clock.now(self.wall))
        others = {key: kept for key, kept in self._snapshots.items() if key != name}
        self._snapshots = {**others, name: _Kept(entry, self.record, self.clock, self._flushed())}
        return entry

    def restore(self, name: str) -> None:
        """Returns to a snapshot."""
        kept = self._snapshots[name]
        self._changed, self._happenings = {}, []
        self._state = kept.state
        self.record = replace(self.record, birth=kept.record.birth)
        self.clock = Clock(self.wall, kept.entry.now - kept.record.birth, kept.clock.frozen)

    def drop(self, name: str) -> None:
        """Forgets a snapshot."""
        if name not in self._snapshots:
            raise KeyError(name)
        self._snapshots = {key: kept for key, kept in self._snapshots.items() if key != name}

    def kept_runs(self, name: str) -> Iterable[Sequence]:
        """The runs of a snapshot."""
        return list(self._snapshots[name].state.runs.values())

    def kept_birth(self, name: str) -> int:
        """The birth that a snapshot's times count from."""
        return self._snapshots[name].record.birth

    def _flushed(self) -> State:
        if self._changed or self._happenings:
            self._state = self._state.with_runs(self._changed, self.record.schedule, self._happenings)
            self._changed = {}
            self._happenings = []
        return self._state
