"""What surrounds requests, kept in memory."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

from ..traffic.faults import Fault
from ..traffic.journal import Entry
from ..traffic.rate_limits import Level, RateLimit
from .rings import Rings
from .traffic import T

MOST_JOURNAL_BYTES: Final = 4 << 20
MOST_BYTES_OF_ALL_JOURNALS: Final = 256 << 20


class MemoryTraffic:
    """Faults, limits and journals in this process. Safe for any number of threads."""

    def __init__(
        self, journal_bytes: int = MOST_JOURNAL_BYTES, bytes_of_all_journals: int = MOST_BYTES_OF_ALL_JOURNALS
    ) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, tuple[Fault, ...]] = {}
        self._limits: dict[str, RateLimit] = {}
        self._levels: dict[str, dict[str, Level]] = {}
        # As bare tuples of plain values: the collector of garbage stops following those, whereas it would go through
        # thousands of entries again and again.
        self._journals: Rings[tuple[Any, ...]] = Rings(journal_bytes, bytes_of_all_journals)

    def awaits(self, world_id: str) -> bool:
        """Whether a world has faults or a limit of its own."""
        return world_id in self._faults or world_id in self._limits

    def faults(self, world_id: str) -> tuple[Fault, ...]:
        """The faults of a world, in order."""
        return self._faults.get(world_id, ())

    def change_faults(self, world_id: str, change: Callable[[tuple[Fault, ...]], tuple[tuple[Fault, ...], T]]) -> T:
        """Puts what `change` makes of a world's faults in their place."""
        with self._lock:
            faults, said = change(self._faults.get(world_id, ()))
            if faults:
                self._faults[world_id] = faults
            else:
                self._faults.pop(world_id, None)
            return said

    def limit(self, world_id: str) -> RateLimit | None:
        """The limit of a world's own."""
        return self._limits.get(world_id)

    def set_limit(self, world_id: str, limit: RateLimit | None) -> None:
        """Sets the limit, or takes it away; every bucket of the world is full then."""
        with self._lock:
            self._levels.pop(world_id, None)
            if limit is None:
                self._limits.pop(world_id, None)
            else:
                self._limits[world_id] = limit

    def change_level(self, world_id: str, key_id: str, change: Callable[[Level | None], tuple[Level, T]]) -> T:
        """Puts what `change` makes of the level of a key's bucket in its place."""
        with self._lock:
            levels = self._levels.setdefault(world_id, {})
            levels[key_id], said = change(levels.get(key_id))
            return said

    def record(self, world_id: str, entry: Entry) -> None:
        """Adds an entry to a world's journal."""
        weight = entry.weight
        with self._lock:
            self._journals.append(world_id, tuple(entry), weight)

    def entries(self, world_id: str) -> Sequence[Entry]:
        """The journal of a world, oldest first."""
        with self._lock:
            kept = self._journals.items(world_id)
        return [Entry(*values) for values in kept]

    def clear_journal(self, world_id: str) -> None:
        """Empties the journal of a world."""
        with self._lock:
            self._journals.clear(world_id)

    def clear(self, world_id: str) -> None:
        """No faults, no limit of its own, full buckets, an empty journal."""
        with self._lock:
            self._faults.pop(world_id, None)
            self._limits.pop(world_id, None)
            self._levels.pop(world_id, None)
            self._journals.clear(world_id)

    def bytes_kept(self) -> int:
        """About how many bytes all journals take."""
        return self._journals.bytes
