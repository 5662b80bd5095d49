"""The store in memory: worlds of this process, gone with it."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import Any, Final

from ..domain.clock import Clock
from ..domain.errors import CommitIssue
from ..traffic.journal import Entry
from ..traffic.rate_limits import Level, RateLimit, Verdict, take
from .base import FORGETTING, MOST_EVENT_BYTES, MOST_JOURNAL_BYTES, conflict
from .records import ChangeSet, DocumentKey, KeyRecord, Loaded, Moment, StoredEvent, VisitorWorld, WorldRecord
from .rings import Rings

MOST_BYTES_OF_ALL_JOURNALS: Final = 256 << 20
_MOST_BYTES_OF_ALL_EVENTS: Final = 64 << 20


@dataclass(slots=True)
class _Kept:
    """A world: the documents that differ from its fixture, each with the version that wrote it."""

    record: WorldRecord
    moment: Moment
    keys: tuple[KeyRecord, ...]
    used_wall: int
    bytes: int
    version: int = 0
    replaced: int = 0
    documents: dict[DocumentKey, tuple[int, Any | None]] = field(default_factory=dict)
    levels: dict[str, Level] = field(default_factory=dict)
    last_event: int | None = None

    def forget_removed(self, kinds: frozenset[str]) -> None:
        """Forgets which documents of these kinds were removed; whoever knows the world from before loads it whole."""
        removed = [key for key, (_, value) in self.documents.items() if value is None and key[0] in kinds]
        for key in removed:
            del self.documents[key]
        if removed:
            self.replaced = self.version


class MemoryStore:
    """Worlds in memory. Safe for any number of threads."""

    blocking: Final = False
    name: Final = "memory"

    def __init__(self, wall: Callable[[], int]) -> None:
        self.wall: Final = wall
        self._lock = threading.Lock()
        self._worlds: dict[str, _Kept] = {}
        self._keys: dict[bytes, KeyRecord] = {}
        # As bare tuples of plain values: the garbage collector stops following those, whereas it would go through thousands
        # of entries again and again.
        self._journals: Rings[tuple[Any, ...]] = Rings(MOST_JOURNAL_BYTES, MOST_BYTES_OF_ALL_JOURNALS)
        self._events: Rings[StoredEvent] = Rings(MOST_EVENT_BYTES, _MOST_BYTES_OF_ALL_EVENTS)
        # A heap of worlds by the time at which each may expire at the earliest: one that was used since goes back in.
        self._expiring: list[tuple[int, str]] = []

    def connect(self) -> None:
        pass

    def disconnect(self) -> None:
        pass

    def trouble(self) -> str | None:
        return None

    def create(self, record: WorldRecord, clock: Clock, keys: Iterable[KeyRecord], seed: Callable[[], Any]) -> None:
        with self._lock:
            mine = {key.digest: key for key in keys}
            if not self._keys.keys().isdisjoint(mine):
                raise CommitIssue("Another world has one of these keys.")
            moment = Moment(record.epoch, clock)
            self._worlds[record.id] = _Kept(record, moment, tuple(mine.values()), record.created_wall, record.size)
            self._keys.update(mine)
            expires = record.expires(record.created_wall)
            if expires is not None:
                heappush(self._expiring, (expires, record.id))

    def succeed(
        self,
        record: WorldRecord,
        expected: int,
        keys: Iterable[KeyRecord],
        documents: Mapping[DocumentKey, Any | None],
    ) -> None:
        """Lets a world go on from another fixture, its documents and keys replaced.

        Raises CommitIssue unless its version is `expected`, and for a key of another world.
        """
        with self._lock:
            kept, mine = self._worlds[record.id], {key.digest: key for key in keys}
            if kept.version != expected:
                raise conflict()
            for key in kept.keys:
                del self._keys[key.digest]
            if not self._keys.keys().isdisjoint(mine):
                self._keys.update({key.digest: key for key in kept.keys})
                raise CommitIssue("Another world has one of these keys.")
            self._keys.update(mine)
            kept.record, kept.keys = record, tuple(mine.values())
            kept.version = kept.replaced = expected + 1
            kept.documents = {key: (kept.version, value) for key, value in documents.items()}

    def seed(self, digest: bytes) -> Any:
        raise KeyError(digest)  # a fixture never leaves the process

    def load(self, world_id: str, since: int | None, most: int | None = None) -> Loaded | None:
        kept = self._worlds.get(world_id)
        if kept is None:
            return None
        version, moment, complete = kept.version, kept.moment, False
        documents: dict[DocumentKey, Any | None] = {}
        if since != version:
            with self._lock:
                version, moment = kept.version, kept.moment
                complete = since is None or since < kept.replaced
                documents = {
                    key: value
                    for key, (written, value) in kept.documents.items()
                    if complete or (since is not None and written > since)
                }
        return Loaded(
            kept.record, version, moment, self.wall(), kept.record.expires(kept.used_wall), kept.last_event is not None,
            complete, documents, kept.used_wall,
        )  # fmt: skip

    def commit(self, world_id: str, expected: int, changes: ChangeSet) -> int:
        with self._lock:
            kept = self._worlds.get(world_id)
            if kept is None or kept.version != expected:
                raise conflict()
            kept.version += 1
            kept.moment = changes.moment
            kept.bytes = changes.bytes
            if changes.replaces:
                kept.replaced = kept.version
                kept.documents = {key: found for key, found in kept.documents.items() if key[0] in changes.keeping}
            kept.documents.update((key, (kept.version, value)) for key, value in changes.documents.items())
            if kept.version % FORGETTING == 0:
                kept.forget_removed(changes.added)
            return kept.version

    def touch(self, world_id: str, key: KeyRecord | None, now: int) -> None:
        with self._lock:
            kept = self._worlds.get(world_id)
            if kept is None:
                return
            kept.used_wall = self.wall()
            if key is not None and key.digest in self._keys:
                self._keys[key.digest] = replace(self._keys[key.digest], last_used_at=now)

    def delete(self, world_id: str) -> bool:
        with self._lock:
            kept = self._worlds.pop(world_id, None)
            for key in kept.keys if kept is not None else ():
                del self._keys[key.digest]
            self._journals.clear(world_id)
            self._events.keep_last(world_id, 1)  # which says that the world is gone
        return kept is not None

    def expired(self) -> Sequence[str]:
        wall, expired = self.wall(), []
        with self._lock:
            while self._expiring and self._expiring[0][0] <= wall:
                _, world_id = heappop(self._expiring)
                kept = self._worlds.get(world_id)
                at = None if kept is None else kept.record.expires(kept.used_wall)
                if at is None:
                    continue
                if at > wall:
                    heappush(self._expiring, (at, world_id))
                else:
                    expired.append(world_id)
        return expired

    def worlds(self) -> Sequence[WorldRecord]:
        return [kept.record for kept in list(self._worlds.values())]

    def visitor_worlds(self) -> Sequence[VisitorWorld]:
        kept = [each for each in list(self._worlds.values()) if each.record.public]
        return [VisitorWorld(each.record.id, each.record.visitor, each.used_wall, each.bytes) for each in kept]

    def find_key(self, digest: bytes) -> KeyRecord | None:
        return self._keys.get(digest)

    def keys(self, world_id: str) -> Sequence[KeyRecord]:
        with self._lock:
            kept = self._worlds.get(world_id)
            return () if kept is None else [self._keys[key.digest] for key in kept.keys]

    def take_token(self, world_id: str, key_id: str, limit: RateLimit, wall: int, now: int) -> Verdict:
        with self._lock:
            levels = self._worlds[world_id].levels
            levels[key_id], verdict = take(limit, levels.get(key_id), wall, now)
            return verdict

    def levels(self, world_id: str) -> Mapping[str, Level]:
        with self._lock:
            kept = self._worlds.get(world_id)
            return {} if kept is None else dict(kept.levels)

    def append_journal(self, world_id: str, entry: Entry) -> None:
        weight = entry.weight
        with self._lock:
            self._journals.append(world_id, tuple(entry), weight)

    def read_journal(self, world_id: str) -> Sequence[Entry]:
        with self._lock:
            return [Entry(*values) for values in self._journals.items(world_id)]

    def clear_traffic(self, world_id: str, *, journal: bool = True, buckets: bool = True) -> None:
        with self._lock:
            if journal:
                self._journals.clear(world_id)
            if buckets and world_id in self._worlds:
                self._worlds[world_id].levels.clear()

    def journal_bytes(self) -> int:
        return self._journals.bytes

    def watch(self, world_id: str) -> int:
        with self._lock:
            kept = self._worlds.get(world_id)
            if kept is None:
                return 0
            kept.last_event = kept.last_event or 0
            return kept.last_event

    def publish(self, world_id: str, kind: str, *data: str) -> None:
        with self._lock:
            kept = self._worlds.get(world_id)
            if kept is None or kept.last_event is None:
                return
            for each in data:
                kept.last_event += 1
                event = StoredEvent(world_id, kept.last_event, kind, each)
                self._events.append(world_id, event, event.bytes)

    def read_after(self, numbers: Mapping[str, int]) -> Sequence[StoredEvent]:
        with self._lock:
            return [event for world_id, number in numbers.items() for event in self._newer(world_id, number)]

    def _newer(self, world_id: str, number: int) -> list[StoredEvent]:
        return self._events.newest(world_id, lambda event: event.number > number)
