"""The world's time, to read and to move. It only goes forward."""

from datetime import datetime, timedelta
from typing import Any

from .calls import Asynchronous, Call, Steps, Synchronous, WorldPart, attribute, operation
from .data import AdvanceData, DueData
from .errors import ArgumentError
from .values import DurationValue, TimeValue, duration, timestamp


class ClockMethods(WorldPart):
    """The clock of one world."""

    @attribute
    def now(self) -> Steps[datetime]:
        """The world's time, in UTC."""
        return datetime.fromisoformat((yield Call("GET", "/clock"))["now"])

    @attribute
    def frozen(self) -> Steps[bool]:
        """Whether the clock is frozen."""
        return bool((yield Call("GET", "/clock"))["frozen"])

    @attribute
    def next_due(self) -> Steps[DueData | None]:
        """The next due event, or None."""
        due: DueData | None = (yield Call("GET", "/clock"))["next_due"]
        return due

    @operation
    def advance(
        self,
        by: DurationValue | None = None,
        *,
        to: TimeValue | None = None,
        weeks: float = 0,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> Steps[AdvanceData]:
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
            return (yield from _advanced({"to": timestamp("clock.advance(to=...)", to)}))
        length = duration("clock.advance", parts if by is None else by)
        return (yield from _advanced({"by": length}))

    @operation
    def next(self) -> Steps[AdvanceData]:
        """Moves time to the next due event and returns what happened. With nothing due, the clock stays."""
        return (yield from _advanced({"next": True}))

    @operation
    def freeze(self) -> Steps[None]:
        """Freezes the clock. It can still be advanced."""
        yield Call("PATCH", "/clock", {"frozen": True})

    @operation
    def unfreeze(self) -> Steps[None]:
        """Lets time run again."""
        yield Call("PATCH", "/clock", {"frozen": False})


class WorldClock(ClockMethods, Synchronous):
    """The clock of one world."""


class AsyncWorldClock(ClockMethods, Asynchronous):
    """The clock of one world, for asyncio."""


def _together(**parts: float) -> timedelta:
    """The parts as one length. Raises ArgumentError."""
    try:
        return timedelta(**parts)
    except (TypeError, ValueError, OverflowError):
        given = ", ".join(f"{name}={number!r}" for name, number in parts.items() if number != 0)
        raise ArgumentError(
            f"clock.advance takes numbers, such as days=2, that end before the year 10000; not {given}."
        ) from None


def _advanced(body: dict[str, Any]) -> Steps[AdvanceData]:
    """Advances until the clock is where it was wanted: one request applies only so many events."""
    reached: AdvanceData = yield Call("POST", "/clock/advance", body)
    fired, count = reached["fired"], reached["fired_count"]
    while reached["left"] is not None:
        reached = yield Call("POST", "/clock/advance", dict(reached["left"]))
        fired, count = [*fired, *reached["fired"]][:1000], count + reached["fired_count"]
    return {**reached, "fired": fired, "fired_count": count}
