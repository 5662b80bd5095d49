"""Rate limits: a token bucket for each key, as frozen values. Time is an argument.

A call takes one token. Tokens come back at `limit` in `per_seconds`, evenly, up to `burst`. All arithmetic is in whole
numbers: a token is `per_seconds` million parts, and every microsecond brings `limit` of them.
"""

from dataclasses import asdict, dataclass
from typing import Final

from ..domain.timestamps import SECOND
from ..resources.resource import Codec

RATE_LIMIT: Final = "rate_limit"
"""The kind of the document that holds a world's own limit, and its id."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`limit` calls in `per_seconds`, `burst` at once at most."""

    limit: int
    per_seconds: int
    burst: int

    def laxer_than(self, other: "RateLimit") -> bool:
        """Whether this one lets more calls pass, over time or at once."""
        return self.limit * other.per_seconds > other.limit * self.per_seconds or self.burst > other.burst

    @property
    def token(self) -> int:
        """The parts of one token."""
        return self.per_seconds * SECOND

    @property
    def full(self) -> int:
        """The parts of a full level."""
        return self.burst * self.token


def stricter(own: RateLimit | None, operators: RateLimit | None) -> RateLimit | None:
    """The limit that holds in a world: its own, unless the operator's allows less."""
    if own is None or (operators is not None and own.laxer_than(operators)):
        return operators
    return own


RATE_LIMIT_CODEC: Final = Codec(dump=asdict, load=lambda document: RateLimit(**document))


@dataclass(frozen=True, slots=True)
class Level:
    """The parts that are in a bucket, at a time of the store's clock and of the world's."""

    parts: int
    wall: int
    now: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call may pass, and what the client is to know: whole seconds, rounded up."""

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int
    retry_after_seconds: int


def take(limit: RateLimit, level: Level | None, wall: int, now: int) -> tuple[Level, Verdict]:
    """The level after a call, and the verdict on it. A bucket that is not there yet is full; a rejected call takes nothing.

    A bucket fills with real time, and when the world's clock is moved forward, as if that time had passed.
    """
    parts = _refilled(limit, level, wall, now)
    allowed = parts >= limit.token
    if allowed:
        parts -= limit.token
    return Level(parts, wall, now), _verdict(limit, parts, allowed=allowed)


def look(limit: RateLimit, level: Level | None, wall: int, now: int) -> Verdict:
    """What a call would meet; takes nothing."""
    parts = _refilled(limit, level, wall, now)
    return _verdict(limit, parts, allowed=parts >= limit.token)


def _refilled(limit: RateLimit, level: Level | None, wall: int, now: int) -> int:
    if level is None:
        return limit.full
    passed = max(0, wall - level.wall, now - level.now)
    return min(limit.full, level.parts + passed * limit.limit)


def _verdict(limit: RateLimit, parts: int, *, allowed: bool) -> Verdict:
    return Verdict(
        allowed=allowed,
        limit=limit.limit,
        remaining=parts // limit.token,
        reset_seconds=_seconds(limit.full - parts, limit),
        retry_after_seconds=_seconds(limit.token - parts, limit),
    )


def _seconds(missing: int, limit: RateLimit) -> int:
    """How long until so many parts have come, in whole seconds, rounded up."""
    return max(0, -(-missing // (limit.limit * SECOND)))
