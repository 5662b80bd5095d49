"""A subscription to what happens in a world, between the event bus and the stream that sends it.

A reader that is too slow loses the oldest events it has not read; it sees that by their ids.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from ..store.base import MOST_EVENT_BYTES
from ..store.records import StoredEvent

_MOST_WAITING: Final = 1000


class Subscription:
    """What happened in a world and was not sent yet; where that is too much, the oldest is gone. Events may come from any
    thread. `news` is set when there is more, `leave` ends it."""

    def __init__(self, world_id: str) -> None:
        self.world_id: Final = world_id
        self.news: Final = asyncio.Event()
        self.leave: Callable[[], None] = lambda: None
        self._events: deque[StoredEvent] = deque()
        self._bytes = 0
        self._lock: Final = threading.Lock()

    def add(self, event: StoredEvent) -> None:
        with self._lock:
            self._events.append(event)
            self._bytes += event.bytes
            while len(self._events) > _MOST_WAITING or (self._bytes > MOST_EVENT_BYTES and len(self._events) > 1):
                self._bytes -= self._events.popleft().bytes

    def take(self) -> StoredEvent | None:
        """The oldest one."""
        with self._lock:
            if not self._events:
                return None
            event = self._events.popleft()
            self._bytes -= event.bytes
            return event
