"""The event bus: what happens in a world, published to whoever subscribes in this process.

Events go through the store, which numbers them and keeps the last of them, so that a subscriber who lost its connection can
go on where it was. The process that publishes delivers at once; where other processes share the store, each looks a few
times a second for what the others published. A world that nobody ever subscribed to keeps nothing.
"""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from ..domain.errors import Issue
from ..resources.sequences.model import RUNS
from ..store.base import MOST_EVENT_BYTES, Store
from ..store.records import StoredEvent
from .history import Change, history_fields

SEQUENCE: Final = "sequence"
REQUEST: Final = "request"
CLOCK: Final = "clock"
WORLD: Final = "world"
JOURNAL: Final = "journal"

_LOG: Final = logging.getLogger("sequences_sandbox.events")
_LOOK_SECONDS: Final = 0.1
_RETRY_SECONDS: Final = 1.0

Subscriber = Callable[[StoredEvent], None]


def change_fields(change: Change) -> dict[str, Any]:
    """What subscribers get of a run that changed."""
    return {**history_fields(change.entry), "sequence": RUNS.form(change.run)}


@dataclass(slots=True)
class _Audience:
    """Those in this process who subscribe to a world, and the number of the last event that they got."""

    last: int
    subscribers: list[Subscriber] = field(default_factory=list)


class EventBus:
    """Subscriptions to the worlds of a store. Safe for any number of threads; who publishes calls the subscribers."""

    def __init__(self, store: Store) -> None:
        self._store: Final = store
        self._audiences: dict[str, _Audience] = {}
        self._delivery: Final = threading.RLock()
        self._looking = False

    def wanted(self, world_id: str, watched: bool) -> bool:
        """Whether anything is worth publishing: somebody subscribes here, or did so in any process."""
        return watched or world_id in self._audiences

    def publish(self, world_id: str, kind: str, *data: Any) -> None:
        """Publishes what happened in a world, all of one kind. What cannot be published is not worth failing for."""
        texts, room = [], MOST_EVENT_BYTES
        for each in reversed(data):  # what the store would let go at once is not even written
            texts.append(json.dumps(each, separators=(",", ":")))  # once for all who read them
            room -= len(texts[-1])
            if room < 0:
                break
        try:
            self._store.publish(world_id, kind, *reversed(texts))
            self._deliver()
        except Issue as issue:
            _LOG.warning("a %s event was not published: %s", kind, issue.message)

    def subscribe(self, world_id: str, subscriber: Subscriber, after: int | None = None) -> Callable[[], None]:
        """Calls `subscriber` for every event from now on, and first for those kept with a number above `after`.

        Returns what ends it.
        """
        last = self._store.watch(world_id)
        with self._delivery:
            audience = self._audiences.get(world_id) or _Audience(last)
            if after is not None:
                for event in self._store.read_after({world_id: after}):
                    if event.number <= audience.last:
                        subscriber(event)
            self._audiences[world_id] = (
                audience  # not before: what was missed may not be read, and then nobody subscribes
            )
            audience.subscribers.append(subscriber)
            if self._store.blocking and not self._looking:
                self._looking = True
                threading.Thread(target=self._look, name="events", daemon=True).start()
        return lambda: self._leave(world_id, subscriber)

    def _leave(self, world_id: str, subscriber: Subscriber) -> None:
        with self._delivery:
            audience = self._audiences[world_id]
            audience.subscribers.remove(subscriber)
            if not audience.subscribers:
                del self._audiences[world_id]

    def _deliver(self) -> None:
        """Gives subscribers here what they have not got yet."""
        with self._delivery:
            if not self._audiences:
                return
            numbers = {world_id: audience.last for world_id, audience in self._audiences.items()}
            for event in self._store.read_after(numbers):
                audience = self._audiences[event.world_id]
                audience.last = event.number
                for subscriber in list(audience.subscribers):
                    subscriber(event)

    def _look(self) -> None:
        """Looks for what other processes published, as long as anyone subscribes here."""
        pause = threading.Event()
        while True:
            seconds = _LOOK_SECONDS
            try:
                self._deliver()
            except Issue:
                seconds = _RETRY_SECONDS
            with self._delivery:
                if not self._audiences:
                    self._looking = False
                    return
            pause.wait(seconds)
