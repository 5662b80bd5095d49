"""Who hears what happens in a world, in this process.

What happens is told after it is settled. A world that nobody has listened to keeps nothing and costs nothing; from the
first listener on, a bounded ring is kept, so that a listener who lost its connection can go on where it was.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from ..store.rings import Rings
from .results import ChangeResult

SEQUENCE: Final = "sequence"
REQUEST: Final = "request"
CLOCK: Final = "clock"
WORLD: Final = "world"

_MOST_BYTES: Final = 2 << 20
_MOST_BYTES_OF_ALL: Final = 64 << 20
_OVERHEAD: Final = 1000


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: a number that grows within the world, its kind, and what a page is told of it."""

    number: int
    kind: str
    data: Any


Subscriber = Callable[[Event], None]


@dataclass(slots=True)
class _Channel:
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    heard_by: list[Subscriber] = field(default_factory=list)


class EventBus:
    """The listeners of every world. Safe for any number of threads; whoever publishes calls whoever hears."""

    blocking = False
    """Whether a call can wait for something outside the process."""

    def __init__(self) -> None:
        self._channels: dict[str, _Channel] = {}
        self._kept: Rings[Event] = Rings(_MOST_BYTES, _MOST_BYTES_OF_ALL)
        self._lock = threading.Lock()

    def wanted(self, world_id: str) -> bool:
        """Whether anything is worth telling of a world."""
        return world_id in self._channels

    def publish(self, world_id: str, kind: str, data: Any) -> None:
        """Tells what happened in a world."""
        channel = self._channels.get(world_id)
        if channel is None:
            return
        with self._lock:
            event = Event(next(channel.numbers), kind, data)
            self._kept.append(world_id, event, _weight(data))
            hearers = list(channel.heard_by)
        for hear in hearers:
            hear(event)

    def subscribe(self, world_id: str, hear: Subscriber, after: int | None = None) -> Callable[[], None]:
        """Calls `hear` for every event from now on, and first for those kept with a number above `after`.

        Returns what ends it.
        """
        with self._lock:
            channel = self._channels.setdefault(world_id, _Channel())
            missed = [event for event in self._kept.items(world_id) if after is not None and event.number > after]
            channel.heard_by.append(hear)
        for event in missed:
            hear(event)

        def leave() -> None:
            with self._lock:
                channel.heard_by.remove(hear)

        return leave

    def forget(self, world_id: str) -> None:
        """Drops what is kept of a world that is gone."""
        with self._lock:
            self._channels.pop(world_id, None)
            self._kept.clear(world_id)


def _weight(data: Any) -> int:
    """About how many bytes an event takes. What of a run can be large is its variables."""
    texts = (data.run.variables or {}) if isinstance(data, ChangeResult) else data
    return _OVERHEAD + sum(len(text) for text in texts.values() if isinstance(text, str))
