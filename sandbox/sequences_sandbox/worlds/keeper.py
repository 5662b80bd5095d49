"""What transactions need of those who keep the worlds: their locks, their versions, what they take together."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..domain.limits import OWNED_LIMITS, PUBLIC_LIMITS, WAITING, Limits
from ..domain.timestamps import SECOND
from ..store.base import Store, conflict
from ..store.records import DocumentKey, DocumentsByKind, WorldRecord
from ..traffic.places import Places
from .cache import Cache
from .documents import differences
from .events import SEQUENCE, EventBus, change_fields
from .history import Change
from .seeds import Seeds
from .snapshots import KEPT
from .turns import Turns, wait_for
from .world import WorldState

MOST_WORLD_BYTES: Final = 256 << 20
_COUNTED_EVERY: Final = 2 * SECOND
"""After what time a process looks again at how much the visitors of all processes take."""


class Keeper:
    """Keeps the worlds that this process has at hand."""

    def __init__(self, store: Store, events: EventBus, seeds: Seeds) -> None:
        self.store: Final = store
        self.events: Final = events
        self.seeds: Final = seeds
        self.at_hand: Final = Cache[WorldState](MOST_WORLD_BYTES)
        self.waiting: Final = Places(WAITING)
        self.loading: Final = Turns(self.waiting)
        self.shared: Final[dict[str, Limits]] = {}
        """Worlds that are not a visitor's own and that visitors write to all the same, with how much each may hold."""
        self._counted_wall = 0

    def acquire(self, world: WorldState) -> None:
        """Waits for the world's lock. Raises RateLimitIssue when too many wait, for this world or for all."""
        wait_for(world.lock, world.record.id, self.waiting)

    def release(self, world: WorldState) -> None:
        """Lets the next one have the world."""
        world.lock.release()

    def catch_up(self, world: WorldState) -> None:
        """Brings a locked world up to date. Raises CommitIssue for one that began a new timeline, or is gone."""
        loaded = self.store.load(world.record.id, world.version)
        if loaded is None or loaded.complete:
            self.at_hand.drop(world.record.id)
            raise conflict()
        world.refresh(loaded)

    def limits_of(self, record: WorldRecord) -> Limits:
        """How much a world may hold."""
        return self.shared.get(record.id) or (PUBLIC_LIMITS if record.public else OWNED_LIMITS)

    def resized(self, world: WorldState) -> None:
        """Notes how much a world takes after a commit."""
        self.seeds.visitor_bytes.note(world.record.id, world.sizes.total)
        self.at_hand.use(world.record.id, world.weight)

    def require_bytes(self, world: WorldState, growth: int) -> None:
        """Raises TooLargeIssue where a world may not grow so much beside the others."""
        if world.record.public and growth > 0:
            if self.store.blocking and world.wall - self._counted_wall > _COUNTED_EVERY:
                self._counted_wall = world.wall
                self.seeds.count_visitors(self.store.visitor_worlds())
            self.seeds.visitor_bytes.require(world.record.visitor, growth)

    def publish_changes(self, world: WorldState, changes: Sequence[Change]) -> None:
        """Publishes changes of runs, where somebody subscribes to the world."""
        if changes and self.events.wanted(world.record.id, world.watched):
            self.events.publish(world.record.id, SEQUENCE, *map(change_fields, changes))

    def differences(
        self, record: WorldRecord, documents: DocumentsByKind, epoch: int
    ) -> Mapping[DocumentKey, Any | None]:
        """What of a timeline is other than in the fixture."""
        kept = {kind: of_kind for kind, of_kind in documents.items() if kind not in KEPT}
        return differences(self.seeds.start_of(record, epoch), kept)
