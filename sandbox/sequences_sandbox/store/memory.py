"""The store in memory: each world a lock, a clock and one immutable state."""

import threading
from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush
from typing import Final
from weakref import WeakKeyDictionary

from ..domain.clock import Clock
from .base import Base, KeyRecord, Moment, WorldRecord
from .memory_traffic import MemoryTraffic
from .memory_unit import MemoryUnit, World
from .state import State


class MemoryStore:
    """Worlds in this process, gone with it. Safe for any number of threads."""

    blocking: Final = False
    name: Final = "memory"
    channels: Final = None

    def __init__(self, wall: Callable[[], int]) -> None:
        self.wall: Final = wall
        self.traffic: Final = MemoryTraffic()
        self._lock = threading.Lock()
        self._worlds: dict[str, World] = {}
        self._keys: dict[bytes, KeyRecord] = {}
        self._states: WeakKeyDictionary[Base, State] = WeakKeyDictionary()
        # A heap of worlds by the time at which each may expire at the earliest: one that was used since goes back in.
        self._expiring: list[tuple[int, str]] = []

    def disconnect(self) -> None:
        """Nothing: there is no connection."""

    def connect(self) -> None:
        """Nothing: there is no connection."""

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
            self._worlds[record.id] = World(record, base, state, clock, tuple(mine.values()))
            self._keys.update(mine)
            if record.ttl is not None:
                heappush(self._expiring, (record.created_wall + record.ttl, record.id))

    def remove(self, world_id: str) -> None:
        """Removes a world and its keys."""
        with self._lock:
            self._discard(world_id)
        self.traffic.clear(world_id)

    def worlds(self) -> Sequence[WorldRecord]:
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

    def collect(self) -> Sequence[str]:
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

    def keys(self, world_id: str) -> Sequence[KeyRecord]:
        """The keys of a world."""
        return self._worlds[world_id].keys

    def moment(self, world_id: str, wall: int) -> Moment:
        """Where a world is when the machine's time is `wall`."""
        world = self._worlds[world_id]
        record = world.record
        return Moment(record.epoch, world.clock.now(wall), record.seed)

    def unit(self, world_id: str, *, reads: bool = False) -> MemoryUnit:
        """Holds the world's lock, readers too, and commits unless left by an exception."""
        return MemoryUnit(self._worlds[world_id], self.wall)
