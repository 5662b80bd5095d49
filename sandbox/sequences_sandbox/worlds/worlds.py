"""Every world of a store, and those of them that this process has at hand.

A world that is asked for is loaded, or brought up to date with what other processes committed, and kept at hand as long as
there is room.
"""

from typing import Final, NamedTuple

from ..domain.lifecycle import Lifecycle
from ..domain.timestamps import MINUTE
from ..store.base import Store
from ..store.records import KeyRecord, Loaded
from .api_keys import gone
from .events import WORLD, EventBus
from .keeper import Keeper
from .seeds import Seeds
from .transaction import Transaction
from .world import WorldState

_TOUCHES_PER_TTL: Final = 64
"""A use is written down when it puts the expiry off by this part of the time to live: not every read is a write."""
_KEY_LAG: Final = MINUTE
_LARGE_BYTES: Final = 1 << 20
"""From where on the documents of a world are loaded by one request at a time."""


class TakesLongError(Exception):
    """Work that takes too long where others wait meanwhile, before anything of it is done."""


class Caller(NamedTuple):
    """Who asks, by which key, in which request. `world` is the key's, brought up to date for this request. Where others
    wait meanwhile (`others_wait`), what takes long raises TakesLongError, and is done again where they do not."""

    key: KeyRecord
    request_id: str
    world: WorldState | None = None
    others_wait: bool = False


class Worlds(Keeper):
    """The worlds of a store, and the event bus that says what happens in them."""

    def __init__(
        self, store: Store, events: EventBus, lifecycle: Lifecycle, predecessor: "Worlds | None" = None
    ) -> None:
        """`predecessor` has the same worlds, under another version of the lifecycle; what they start with is shared."""
        super().__init__(store, events, Seeds(store, lifecycle, None if predecessor is None else predecessor.seeds))
        self.lifecycle: Final = lifecycle

    def visit(self, key: KeyRecord) -> WorldState:
        """The world of a key, up to date; a use of it. Raises UnauthorizedIssue when it is gone."""
        world = self.refreshed(key.world_id)
        self.at_hand.use(key.world_id, world.weight)
        self._touch(world, key)
        return world

    def refreshed(self, world_id: str) -> WorldState:
        """A world, up to date; no use of it. Raises UnauthorizedIssue when it is gone, and RateLimitIssue."""
        known, loaded = self._looked_up(world_id, _LARGE_BYTES)
        if not loaded.lacks_documents:
            return self._brought_up(known, loaded)
        # What changed may be megabytes: for all who ask for it at one time they are loaded once.
        with self.loading.of(world_id):
            return self._brought_up(*self._looked_up(world_id, None))

    def _looked_up(self, world_id: str, most: int | None) -> tuple[WorldState | None, Loaded]:
        """A world as far as it is known here, and what a store says of it. Raises UnauthorizedIssue when it is gone."""
        known = self.at_hand.get(world_id)
        loaded = self.store.load(world_id, None if known is None else known.version, most)
        if loaded is None or _expired(loaded):
            self.at_hand.drop(world_id)
            raise gone()
        return known, loaded

    def _brought_up(self, known: WorldState | None, loaded: Loaded) -> WorldState:
        if known is None or loaded.complete:
            return self._kept(self._made(loaded))
        if loaded.documents or loaded.version != known.version:
            with known.lock:
                if loaded.version > known.version:
                    known.refresh(loaded)
        else:
            known.wall, known.watched = max(known.wall, loaded.wall), loaded.watched
            known.expires_wall, known.used_wall = loaded.expires_wall, loaded.used_wall
        return known

    def transaction(self, caller: Caller) -> Transaction:
        """A transaction of the caller on the world of its key, in which the caller sees its own organization."""
        world = caller.world if caller.world is not None else self.visit(caller.key)
        return Transaction(self, world, caller.key.organization_id, caller.request_id)

    def first_look(self, world_id: str) -> Transaction:
        """A transaction on a world that was just made, and that is not kept at hand until somebody uses it."""
        loaded = self.store.load(world_id, None)
        if loaded is None:
            raise gone()
        return Transaction(self, self._made(loaded), None, None)

    def open(self, world_id: str, *, request_id: str | None = None) -> Transaction:
        """A transaction of nobody in particular, which is no use of the world."""
        return Transaction(self, self.refreshed(world_id), None, request_id)

    def apply_due_events(self, world_id: str) -> int | None:
        """Applies what is due in a world, which is no use of it. Raises UnauthorizedIssue when it is gone.

        Returns in how many microseconds something falls due next, or the world may expire; None when neither will be by
        itself.
        """
        with self.open(world_id) as tx:
            due = None if tx.moment.clock.frozen else tx.next_due()
            waits = [due[0] - tx.now] if due is not None else []
            waits += [tx.world.expires_wall - tx.world.wall] if tx.world.expires_wall is not None else []
        return min(waits, default=None)

    def delete(self, world_id: str) -> bool:
        """Removes a world, and publishes that as its last event; False when there is none."""
        self.events.publish(world_id, WORLD, {"event": "deleted"})
        deleted = self.store.delete(world_id)
        # Not before: until then others may load the world and commit to it.
        self.at_hand.drop(world_id)
        self.seeds.let_go(world_id)
        return deleted

    def delete_expired(self) -> None:
        """Removes the worlds whose time to live is over."""
        for world_id in self.store.expired():
            self.delete(world_id)

    def _kept(self, world: WorldState) -> WorldState:
        return self.at_hand.put(world.record.id, world, world.sizes.total)

    def _made(self, loaded: Loaded) -> WorldState:
        record = loaded.record
        start = self.seeds.start_of(record, loaded.moment.epoch)
        copied = {kind: dict(of_kind) for kind, of_kind in start.items()}
        sizes = self.seeds.fixture_of(record).sizes  # counted once for all worlds that start with it
        return WorldState(record, self.seeds.schedule_of(record), copied, loaded, sizes)

    def _touch(self, world: WorldState, key: KeyRecord) -> None:
        """Notes a use, when it is worth a write."""
        used = self.last_use(world, key)
        ttl = world.record.ttl
        late = ttl is not None and world.wall - world.touched_wall > ttl // _TOUCHES_PER_TTL
        if late or used is None or not 0 <= world.now - used <= _KEY_LAG:
            self.store.touch(world.record.id, key, world.now)
            world.key_uses[key.id] = world.now
            world.touched_wall = world.wall

    def last_use(self, world: WorldState, key: KeyRecord) -> int | None:
        """When a key was last used, by the world's clock; may lag by a minute."""
        return world.key_uses.get(key.id, key.last_used_at)


def _expired(loaded: Loaded) -> bool:
    return loaded.expires_wall is not None and loaded.expires_wall <= loaded.wall
