"""Who hears what happens in a world, where it may happen in any process that shares the store.

What is told goes through the store. The process that tells it hears it at once, the others look a few times a second.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from ..domain.errors import Issue
from ..store.channels import Channels
from .events import Event, EventBus, Subscriber
from .results import ChangeResult, change_fields

_LOG: Final = logging.getLogger("sequences_sandbox.worlds.events")
_LOOK_SECONDS: Final = 0.1
_RETRY_SECONDS: Final = 1.0


@dataclass(slots=True)
class _Audience:
    """Those in this process who listen to a world, and the number up to which they have heard."""

    heard: int
    hearers: list[Subscriber] = field(default_factory=list)


class SharedEventBus(EventBus):
    """Listeners to the channels of a store. Safe for any number of threads."""

    blocking = True

    def __init__(self, channels: Channels) -> None:
        super().__init__()
        self._shared: Final = channels
        self._audiences: dict[str, _Audience] = {}
        self._delivery: Final = threading.RLock()
        self._looking = False

    def wanted(self, world_id: str) -> bool:
        """Whether anything is worth telling of a world."""
        return self._shared.wanted(world_id)

    def publish(self, world_id: str, kind: str, data: Any) -> None:
        """Tells what happened in a world. What cannot be told is not worth failing for."""
        try:
            self._shared.tell(world_id, kind, change_fields(data) if isinstance(data, ChangeResult) else data)
            self._deliver()
        except Issue as issue:
            _LOG.warning("listeners were not told of a %s event: %s", kind, issue.message)

    def subscribe(self, world_id: str, hear: Subscriber, after: int | None = None) -> Callable[[], None]:
        """Calls `hear` for every event from now on, and first for those kept with a number above `after`."""
        last = self._shared.open(world_id)
        with self._delivery:
            audience = self._audiences.setdefault(world_id, _Audience(last))
            if after is not None:
                for _, *event in self._shared.told({world_id: after}):
                    if event[0] <= audience.heard:
                        hear(Event(*event))
            audience.hearers.append(hear)
            self._look()
        return lambda: self._leave(world_id, hear)

    def forget(self, world_id: str) -> None:
        """Drops what is kept of a world that is gone."""
        self._shared.close(world_id)

    def _leave(self, world_id: str, hear: Subscriber) -> None:
        with self._delivery:
            audience = self._audiences[world_id]
            audience.hearers.remove(hear)
            if not audience.hearers:
                del self._audiences[world_id]

    def _deliver(self) -> None:
        """Tells those who listen here what they have not heard yet."""
        with self._delivery:
            if not self._audiences:
                return
            heard = {world_id: audience.heard for world_id, audience in self._audiences.items()}
            for world_id, number, kind, data in self._shared.told(heard):
                audience = self._audiences[world_id]
                audience.heard = number
                for hear in list(audience.hearers):
                    hear(Event(number, kind, data))

    def _look(self) -> None:
        """Looks for what other processes told, as long as anyone listens here."""
        if not self._looking:
            self._looking = True
            threading.Thread(target=self._keep_looking, name="listeners", daemon=True).start()

    def _keep_looking(self) -> None:
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
