"""Faults: which requests they befall, and what they do to an answer. Frozen values; nothing here waits or sends.

Chance is a function of the world's seed, the fault's number and how many requests fitted it, so that a run of the same
requests meets the same faults again, whatever else goes on beside it.
"""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import Final, Literal

Close = Literal["before", "midway"]
Body = Literal["empty", "truncated", "html"]

MOST_MILLISECONDS: Final = 600_000
_NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a request a fault can look at."""

    operation: str | None
    method: str
    path: str
    key_name: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """Which requests; every part that is given has to fit. In `path`, `*` stands for any run of characters."""

    operation: str | None = None
    method: str | None = None
    path: str | None = None
    key_name: str | None = None
    nth: int | None = None
    every: int | None = None
    probability: float | None = None

    def fits(self, asked: Asked) -> bool:
        """Whether a request fits, its number and chance left aside."""
        return (
            self.operation in (None, asked.operation)
            and (self.method is None or self.method.upper() == asked.method)
            and self.key_name in (None, asked.key_name)
            and (self.path is None or _glob_fits(self.path, asked.path))
        )

    def falls(self, fitted: int, chance: float) -> bool:
        """Whether the request that fitted as number `fitted`, counted from 1, is one of those meant."""
        return (
            self.nth in (None, fitted)
            and (self.every is None or fitted % self.every == 0)
            and (self.probability is None or chance < self.probability)
        )


def _glob_fits(pattern: str, path: str) -> bool:
    """Whether a path fits a pattern in which `*` stands for any characters.

    Each part is looked for where it occurs first behind the one before. No other place could help, so nothing is tried
    twice, and no pattern takes longer than its length times the path's.
    """
    head, *parts = pattern.split("*")
    if not parts:
        return path == head
    *middle, tail = parts
    if len(path) < len(head) + len(tail) or not path.startswith(head) or not path.endswith(tail):
        return False
    place, end = len(head), len(path) - len(tail)
    for part in middle:
        place = path.find(part, place, end)
        if place < 0:
            return False
        place += len(part)
    return True


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same."""

    milliseconds: float

    def drawn(self, chance: float) -> float:
        """The latency in milliseconds."""
        return self.milliseconds


@dataclass(frozen=True, slots=True)
class Uniform:
    """Any between two bounds, all as likely."""

    low: float
    high: float

    def drawn(self, chance: float) -> float:
        """The latency in milliseconds at a chance between 0 and 1."""
        return self.low + (self.high - self.low) * chance


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Mostly near the median, now and then much more, as in a network. Cut off at `MOST_MILLISECONDS`."""

    median: float
    sigma: float

    def drawn(self, chance: float) -> float:
        """The latency in milliseconds at a chance between 0 and 1."""
        return min(self.median * math.exp(self.sigma * _NORMAL.inv_cdf(chance)), MOST_MILLISECONDS)


Latency = Fixed | Uniform | Lognormal


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fault does. `type`, `message` and `retry_after` (whole seconds) belong to `status`."""

    latency: Latency | None = None
    status: int | None = None
    type: str | None = None
    message: str | None = None
    retry_after: int | None = None
    close: Close | None = None
    body: Body | None = None
    drip_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of a world. `until` is world time; `fitted` counts the requests that fitted, `hits` those that it befell."""

    id: str
    number: int
    match: Match
    effect: Effect
    times: int | None = None
    lasting: int | None = None
    until: int | None = None
    fitted: int = 0
    hits: int = 0

    @property
    def spent(self) -> bool:
        """Whether it has happened as often as it was to."""
        return self.times is not None and self.hits >= self.times


@dataclass(frozen=True, slots=True)
class Injection:
    """What befalls one request: effects with their latency drawn."""

    milliseconds: float | None = None
    effect: Effect = field(default_factory=Effect)

    @property
    def short_circuits(self) -> bool:
        """Whether the request is answered, or dropped, without being carried out."""
        return self.effect.status is not None or self.effect.close == "before"

    @property
    def label(self) -> str:
        """The effects in a line, in the form in which a request can ask for them: `latency=250, status=503`."""
        effect = self.effect
        parts = {
            "latency": None if self.milliseconds is None else f"{self.milliseconds:.0f}",
            "status": effect.status,
            "retry_after": effect.retry_after,
            "close": effect.close,
            "body": effect.body,
            "drip": None if effect.drip_seconds is None else f"{effect.drip_seconds:g}",
        }
        return ", ".join(f"{name}={value}" for name, value in parts.items() if value is not None)


def inject(faults: Iterable[Fault], asked: Asked, now: int, seed: int) -> tuple[tuple[Fault, ...], Injection | None]:
    """The faults after a request at the world time `now`, and what befalls it.

    Faults are tried in their order, and each counts the request for itself. When several befall it, their latencies add
    up; of every other effect the first one stands.
    """
    after: list[Fault] = []
    hits: list[tuple[Fault, float]] = []
    for fault in faults:
        if not fault.match.fits(asked) or fault.spent or (fault.until is not None and now >= fault.until):
            after.append(fault)
            continue
        fitted = fault.fitted + 1
        hit = fault.match.falls(fitted, _chance(seed, fault.number, fitted, "whether"))
        after.append(replace(fault, fitted=fitted, hits=fault.hits + hit))
        if hit:
            hits.append((fault, _chance(seed, fault.number, fitted, "latency")))
    return tuple(after), _together(hits) if hits else None


def _together(hits: list[tuple[Fault, float]]) -> Injection:
    latencies = [fault.effect.latency.drawn(chance) for fault, chance in hits if fault.effect.latency is not None]
    effects = [fault.effect for fault, _ in hits]
    error_response = next((effect for effect in effects if effect.status is not None), Effect())
    effect = replace(
        error_response,
        latency=None,
        close=next((effect.close for effect in effects if effect.close is not None), None),
        body=next((effect.body for effect in effects if effect.body is not None), None),
        drip_seconds=next((effect.drip_seconds for effect in effects if effect.drip_seconds is not None), None),
    )
    return Injection(min(sum(latencies), MOST_MILLISECONDS) if latencies else None, effect)


def _chance(seed: int, number: int, fitted: int, purpose: str) -> float:
    """A number strictly between 0 and 1, the same for the same arguments and even over different ones."""
    drawn = hashlib.blake2b(f"{seed}/{number}/{fitted}/{purpose}".encode(), digest_size=6).digest()
    return (int.from_bytes(drawn, "big") + 0.5) / (1 << 48)
