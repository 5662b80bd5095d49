"""The verbs of storage for what surrounds requests: the faults and the rate limit that await them, and the journal.

Each verb is atomic, for any number of threads and of processes that share a store. What is kept belongs to a world and goes
with it. No verb settles what is due in the world.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from ..traffic.faults import Fault
from ..traffic.journal import Entry
from ..traffic.rate_limits import Level, RateLimit

T = TypeVar("T")


class Traffic(Protocol):
    """What surrounds the requests of each world. A world that is not there has no faults, no limit and no entries."""

    def awaits(self, world_id: str) -> bool:
        """Whether a world has faults or a limit of its own. Asked at every request, and nothing else where it says no."""

    def faults(self, world_id: str) -> tuple[Fault, ...]:
        """The faults of a world, in order."""

    def change_faults(self, world_id: str, change: Callable[[tuple[Fault, ...]], tuple[tuple[Fault, ...], T]]) -> T:
        """Puts what `change` makes of a world's faults in their place, and returns what it says beside."""

    def limit(self, world_id: str) -> RateLimit | None:
        """The limit of a world's own."""

    def set_limit(self, world_id: str, limit: RateLimit | None) -> None:
        """Sets the limit, or takes it away; every bucket of the world is full then."""

    def change_level(self, world_id: str, key_id: str, change: Callable[[Level | None], tuple[Level, T]]) -> T:
        """Puts what `change` makes of the level of a key's bucket in its place, and returns what it says beside."""

    def record(self, world_id: str, entry: Entry) -> None:
        """Adds an entry to a world's journal. The oldest go when it holds more than it may."""

    def entries(self, world_id: str) -> Sequence[Entry]:
        """The journal of a world, oldest first."""

    def clear_journal(self, world_id: str) -> None:
        """Empties the journal of a world."""

    def clear(self, world_id: str) -> None:
        """No faults, no limit of its own, full buckets, an empty journal: as when the world was made."""

    def bytes_kept(self) -> int:
        """About how many bytes all journals take."""
