"""World timers: in a world that somebody watches, what falls due is applied when its time comes, also when nobody asks.

Time only shows where it is looked at, so a world without subscribers needs no timer: who asks next finds it up to date. A
watched world that expires is removed by its timer.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from ...domain.errors import CommitIssue, InternalIssue, UnauthorizedIssue
from ...domain.timestamps import SECOND
from ...worlds.worlds import Worlds
from ..offload import Offload

_LONGEST_SECONDS: Final = 3600.0
"""The machine's clock can be set meanwhile, so even a far time is looked at again after this."""
_TICK_SECONDS: Final = 0.001
"""Timers may fire a moment early; a world is looked at when the time has surely come."""
_RETRY_SECONDS: Final = 1.0
"""After a store that could not be reached, or another writer that was first."""


@dataclass(slots=True)
class _Timer:
    """The timer of a world, and how many watch it; `changed` lets it look at once."""

    changed: asyncio.Event
    task: asyncio.Task[None]
    watches: int = 0


class WorldTimers:
    """One timer for each world that is watched, however many watch it. For the event loop's thread alone."""

    def __init__(self, worlds: Worlds, offload: Offload) -> None:
        self._worlds: Final = worlds
        self._offload: Final = offload
        self._timers: Final[dict[str, _Timer]] = {}

    def watch(self, world_id: str) -> Callable[[], None]:
        """Sets the timer of a world, unless it is set. Returns what ends the watch."""
        timer = self._timers.get(world_id)
        if timer is None:
            changed = asyncio.Event()
            task = asyncio.get_running_loop().create_task(self._run(world_id, changed))
            timer = self._timers[world_id] = _Timer(changed, task)
        timer.watches += 1
        return lambda: self._leave(world_id)

    def wake(self, world_id: str) -> None:
        """Says that a world changed: any change can bring nearer what falls due next, or put it off."""
        timer = self._timers.get(world_id)
        if timer is not None:
            timer.changed.set()

    def _leave(self, world_id: str) -> None:
        timer = self._timers[world_id]
        timer.watches -= 1
        if not timer.watches:
            self._timers.pop(world_id).task.cancel()

    async def _run(self, world_id: str, changed: asyncio.Event) -> None:
        """Applies what is due whenever something falls due, until the world is gone."""
        with suppress(UnauthorizedIssue):
            while True:
                changed.clear()
                wait = await self._applied(world_id)
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), wait)

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
