"""The worlds that a process has at hand, as many as fit; those longest unused go first."""

import threading
from collections import OrderedDict
from typing import Final

from .world import WorldState


class WorldCache:
    """Worlds by id, of about `most` documents together. A world that went is loaded again when it is asked for."""

    def __init__(self, most: int) -> None:
        self._most: Final = most
        self._worlds: OrderedDict[str, WorldState] = OrderedDict()
        self._weights: dict[str, int] = {}
        self._lock: Final = threading.Lock()
        self.documents = 0
        """How many documents the worlds held when they came in."""

    def get(self, world_id: str) -> WorldState | None:
        """A world, if it is at hand."""
        return self._worlds.get(world_id)

    def put(self, world: WorldState) -> WorldState:
        """Keeps a world, and lets go of others where there are too many documents."""
        world_id = world.record.id
        with self._lock:
            self._discard(world_id)
            self._worlds[world_id] = world
            self._weights[world_id] = 1 + sum(map(len, world.documents.values()))
            self.documents += self._weights[world_id]
            while self.documents > self._most and len(self._worlds) > 1:
                self._discard(next(iter(self._worlds)))
        return world

    def use(self, world_id: str) -> None:
        """Notes that a world is used."""
        with self._lock:
            if world_id in self._worlds:
                self._worlds.move_to_end(world_id)

    def drop(self, world_id: str) -> None:
        """Lets go of a world."""
        with self._lock:
            self._discard(world_id)

    def _discard(self, world_id: str) -> None:
        if self._worlds.pop(world_id, None) is not None:
            self.documents -= self._weights.pop(world_id)
