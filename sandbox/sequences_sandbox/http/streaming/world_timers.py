"""World timers: in a world that somebody watches, what falls due is applied when its time comes, also when nobody asks.

Time only shows where it is looked at, so a world without subscribers needs no timer: who asks next finds it up to date. A
watched world that expires is removed by its timer.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from ...domain.errors import CommitIssue, InternalIssue, UnauthorizedIssue
from ...domain.timestamps import SECOND
from ...store.records import StoredEvent
from ...worlds.events import REQUEST
from ...worlds.worlds import Worlds
from ..offload import Offload

_LONGEST_SECONDS: Final = 3600.0
"""The machine's clock can be set meanwhile, so even a far time is looked at again after this."""
_TICK_SECONDS: Final = 0.001
"""Timers may fire a moment early; a world is looked at when the time has surely come."""
_RETRY_SECONDS: Final = 1.0
"""After a store that could not be reached, or another writer that was first."""


class WorldTimers:
    """One timer for each world that is watched, however many watch it. For the event loop's thread alone."""

    def __init__(self, worlds: Worlds, offload: Offload) -> None:
        self._worlds: Final = worlds
        self._offload: Final = offload
        self._set: dict[str, tuple[asyncio.Task[None], int]] = {}

    def watch(self, world_id: str) -> Callable[[], None]:
        """Sets the timer of a world, unless it is set. Returns what ends the watch."""
        task, watches = self._set.get(world_id, (None, 0))
        if task is None:
            task = asyncio.get_running_loop().create_task(self._run(world_id))
        self._set[world_id] = (task, watches + 1)
        return lambda: self._leave(world_id)

    def _leave(self, world_id: str) -> None:
        task, watches = self._set.pop(world_id)
        if watches > 1:
            self._set[world_id] = (task, watches - 1)
        else:
            task.cancel()

    async def _run(self, world_id: str) -> None:
        """Applies what is due whenever something falls due. Any change can bring that time nearer or put it off."""
        loop = asyncio.get_running_loop()
        changed, noted = asyncio.Event(), False

        def wake(event: StoredEvent) -> None:
            nonlocal noted
            if event.kind != REQUEST and not noted:  # of a leap in time, one of thousands of changes is enough
                noted = True
                loop.call_soon_threadsafe(changed.set)

        leave = await self._offload(self._worlds.events.subscribe, world_id, wake)
        try:
            while True:
                changed.clear()
                noted = False
                await _either(changed, await self._applied(world_id))
        except UnauthorizedIssue:
            return  # the world is gone
        finally:
            leave()

    async def _applied(self, world_id: str) -> float:
        """Applies what is due; returns in how many seconds to look again. Raises UnauthorizedIssue for one that is gone."""
        try:
            wait = await self._offload(self._look, world_id)
        except (CommitIssue, InternalIssue):
            return _RETRY_SECONDS
        return _LONGEST_SECONDS if wait is None else min(wait / SECOND + _TICK_SECONDS, _LONGEST_SECONDS)

    def _look(self, world_id: str) -> int | None:
        self._worlds.delete_expired()
        return self._worlds.apply_due_events(world_id)


async def _either(changed: asyncio.Event, seconds: float) -> None:
    """Waits for the event, so many seconds at most."""
    try:
        await asyncio.wait_for(changed.wait(), seconds)
    except TimeoutError:
        return
