"""What a transaction needs of those who keep the worlds."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ..domain.limits import Limits
from ..store.base import Store
from ..store.records import DocumentKey, WorldRecord
from .history import Change
from .world import Documents, WorldState


class Keeper(Protocol):
    """Keeps worlds: their locks, their versions, what they take together."""

    @property
    def store(self) -> Store: ...

    def limits_of(self, record: WorldRecord) -> Limits:
        """How much a world may hold."""

    def acquire(self, world: WorldState) -> None:
        """Waits for the world's lock. Raises RateLimitIssue when too many wait for it."""

    def release(self, world: WorldState) -> None:
        """Lets the next one have the world."""

    def catch_up(self, world: WorldState) -> None:
        """Brings a locked world up to date. Raises CommitIssue when that takes a new look at the store."""

    def differences(self, record: WorldRecord, documents: Documents, epoch: int) -> Mapping[DocumentKey, Any | None]:
        """What of `documents` is other than in the fixture of a world that starts at `epoch`."""

    def require_bytes(self, world: WorldState, growth: int) -> None:
        """Raises TooLargeIssue where a world may not grow so much beside the others."""

    def resized(self, world: WorldState) -> None:
        """Notes how much a world takes after a commit."""

    def publish_changes(self, world: WorldState, changes: Sequence[Change]) -> None:
        """Publishes what was committed to whoever subscribes to the world."""
