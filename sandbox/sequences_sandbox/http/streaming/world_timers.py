"""Alarms: a world that someone listens to is settled when something falls due in it, also when nobody asks, and collected
when it expires.

Time only shows where it is looked at, so a world without listeners needs no alarm: whoever asks next finds it settled.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool

from ...domain.errors import CommitIssue, InternalIssue, UnauthorizedIssue
from ...domain.timestamps import SECOND
from ...worlds.events import REQUEST, Event, EventBus, Subscriber
from ...worlds.world import Worlds

_LONGEST_SECONDS: Final = 3600.0
"""The machine's clock can be set meanwhile, so even a far moment is looked at again after this."""
_TICK_SECONDS: Final = 0.001
"""Timers may ring a moment early; a world is looked at when the moment has surely come."""
_RETRY_SECONDS: Final = 1.0
"""After a store that could not be reached, or another writer that was first."""


class WorldTimers:
    """One alarm for each world that is listened to, however many listen. For the event loop's thread alone."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds: Final = worlds
        self._set: dict[str, tuple[asyncio.Task[None], int]] = {}

    def watch(self, world_id: str) -> Callable[[], None]:
        """Sets the alarm of a world, unless it is set. Returns what ends the watch."""
        task, watches = self._set.get(world_id, (None, 0))
        if task is None:
            task = asyncio.get_running_loop().create_task(self._ring(world_id))
        self._set[world_id] = (task, watches + 1)
        return lambda: self._leave(world_id)

    def _leave(self, world_id: str) -> None:
        task, watches = self._set.pop(world_id)
        if watches > 1:
            self._set[world_id] = (task, watches - 1)
        else:
            task.cancel()

    async def _ring(self, world_id: str) -> None:
        """Settles the world whenever something falls due. Any change can bring that moment nearer or put it off."""
        loop = asyncio.get_running_loop()
        changed, told = asyncio.Event(), False

        def hear(event: Event) -> None:
            nonlocal told
            if event.kind != REQUEST and not told:  # of a leap in time, one of thousands of changes is enough
                told = True
                loop.call_soon_threadsafe(changed.set)

        leave = await subscribed(self._worlds.listeners, world_id, hear)
        try:
            while True:
                changed.clear()
                told = False
                await _either(changed, await self._settled(world_id))
        except UnauthorizedIssue:
            return  # the world is gone
        finally:
            leave()

    async def _settled(self, world_id: str) -> float:
        """Settles what is due; returns in how many seconds to look again. Raises UnauthorizedIssue when it is gone."""
        try:
            if self._worlds.store.blocking:
                wait = await run_in_threadpool(self._look, world_id)
            else:
                wait = self._look(world_id)
        except (CommitIssue, InternalIssue):
            return _RETRY_SECONDS
        return _LONGEST_SECONDS if wait is None else min(wait / SECOND + _TICK_SECONDS, _LONGEST_SECONDS)

    def _look(self, world_id: str) -> int | None:
        self._worlds.collect()
        return self._worlds.apply_due_events(world_id)


async def subscribed(
    listeners: EventBus, world_id: str, hear: Subscriber, after: int | None = None
) -> Callable[[], None]:
    """Subscribes, off the event loop where that can wait for a store."""
    if listeners.blocking:
        return await run_in_threadpool(listeners.subscribe, world_id, hear, after)
    return listeners.subscribe(world_id, hear, after)


async def _either(changed: asyncio.Event, seconds: float) -> None:
    """Waits for the event, so many seconds at most."""
    try:
        await asyncio.wait_for(changed.wait(), seconds)
    except TimeoutError:
        return
