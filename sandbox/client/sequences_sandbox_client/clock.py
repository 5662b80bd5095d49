"""The world's time, to read and to move. It only goes forward."""

from datetime import datetime, timedelta
from typing import Any

from .calls import Asynchronous, Call, Synchronous, WorldPart, attribute, operation
from .data import AdvanceData, ClockData, DueData
from .errors import ArgumentError
from .values import DurationValue, TimeValue, duration, timestamp


class ClockMethods(WorldPart):
    """The clock of one world."""

    @attribute
    async def now(self) -> datetime:
        """The world's time, in UTC."""
        return datetime.fromisoformat((await self._read())["now"])

    @attribute
    async def frozen(self) -> bool:
        """Whether the clock is frozen."""
        return (await self._read())["frozen"]

    @attribute
    async def next_due(self) -> DueData | None:
        """The next due event, or None."""
        return (await self._read())["next_due"]

    @operation
    async def advance(
        self,
        by: DurationValue | None = None,
        *,
        to: TimeValue | None = None,
        weeks: float = 0,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> AdvanceData:
        """Moves time forward and returns the events on the way, the first 1,000 of them in full.

        By a duration such as "P2D", "PT1H30M" or a timedelta, by `days=2` and its like, or to a time: `to=`.
        """
        parts = _together(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        ways = [by is not None, to is not None, bool(parts)]
        if sum(ways) != 1:
            raise ArgumentError(
                "clock.advance takes one of a duration such as 'P2D', days=2 and its like, or to='2030-01-07T08:00:00Z'."
            )
        if to is not None:
            return await self._advance({"to": timestamp("clock.advance(to=...)", to)})
        length = duration("clock.advance", parts if by is None else by)
        return await self._advance({"by": length})

    @operation
    async def next(self) -> AdvanceData:
        """Moves time to the next due event and returns what happened. With nothing due, the clock stays."""
        return await self._advance({"next": True})

    @operation
    async def freeze(self) -> None:
        """Freezes the clock. It can still be advanced."""
        await self._send(Call("PATCH", "/clock", {"frozen": True}))

    @operation
    async def unfreeze(self) -> None:
        """Lets time run again."""
        await self._send(Call("PATCH", "/clock", {"frozen": False}))

    async def _read(self) -> ClockData:
        return await self._send(Call("GET", "/clock"))

    async def _advance(self, body: dict[str, Any]) -> AdvanceData:
        """Advances until the clock is where it was wanted: one request applies only so many events."""
        reached: AdvanceData = await self._send(Call("POST", "/clock/advance", body))
        fired, count = reached["fired"], reached["fired_count"]
        while reached["left"] is not None:
            reached = await self._send(Call("POST", "/clock/advance", dict(reached["left"])))
            fired, count = [*fired, *reached["fired"]][:1000], count + reached["fired_count"]
        return {**reached, "fired": fired, "fired_count": count}


class WorldClock(ClockMethods, Synchronous): ...


class AsyncWorldClock(ClockMethods, Asynchronous): ...


def _together(**parts: float) -> timedelta:
    """The parts as one length. Raises ArgumentError."""
    try:
        return timedelta(**parts)
    except (TypeError, ValueError, OverflowError):
        given = ", ".join(f"{name}={number!r}" for name, number in parts.items() if number != 0)
        raise ArgumentError(
            f"clock.advance takes numbers, such as days=2, that end before the year 10000; not {given}."
        ) from None
