"""Fault rules: which requests they match, and what they inject into a response. Frozen values; nothing here waits or sends.

Chance is a function of the world's seed, the rule's number and how many requests matched it, so that a run of the same
requests meets the same faults again, whatever else goes on beside it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from .latency import MOST_MILLISECONDS, Latency
from .patterns import glob_matches

CloseAt = Literal["before", "midway"]
BodyFault = Literal["empty", "truncated", "html"]
FaultState = Literal["active", "disabled", "used_up", "expired"]

FAULTS: Final = "faults"
"""The kind of the documents that hold a world's fault rules."""


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What of a request a fault rule can look at."""

    operation: str | None
    method: str
    path: str
    key_name: str | None


@dataclass(frozen=True, slots=True)
class FaultMatch:
    """Which requests; every part that is given has to match. In `path`, `*` stands for any characters."""

    operation: str | None = None
    method: str | None = None
    path: str | None = None
    key_name: str | None = None
    nth: int | None = None
    every: int | None = None
    probability: float | None = None

    def matches(self, request: RequestFacts) -> bool:
        """Whether a request matches, its number and chance left aside."""
        return (
            self.operation in (None, request.operation)
            and (self.method is None or self.method.upper() == request.method)
            and self.key_name in (None, request.key_name)
            and (self.path is None or glob_matches(self.path, request.path))
        )

    def selects(self, number: int, chance: float) -> bool:
        """Whether the rule fires for the matching request of this number, counted from 1."""
        return (
            self.nth in (None, number)
            and (self.every is None or number % self.every == 0)
            and (self.probability is None or chance < self.probability)
        )


@dataclass(frozen=True, slots=True)
class FaultEffect:
    """What a fault does. `type`, `message` and `retry_after` (whole seconds) belong to `status`."""

    latency: Latency | None = None
    status: int | None = None
    type: str | None = None
    message: str | None = None
    retry_after: int | None = None
    close: CloseAt | None = None
    body: BodyFault | None = None
    drip_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class FaultRule:
    """A fault rule of a world. `lasting` is a length, `until` a timestamp of the world's clock.

    `matched` counts the requests that matched while the rule was active, `fired` those of them that it injected its fault
    into.
    """

    id: str
    number: int
    match: FaultMatch
    effect: FaultEffect
    times: int | None = None
    lasting: int | None = None
    until: int | None = None
    enabled: bool = True
    matched: int = 0
    fired: int = 0

    def state(self, now: int) -> FaultState:
        """Whether the rule can fire at `now`, and if not, why."""
        if not self.enabled:
            return "disabled"
        if self.until is not None and now >= self.until:
            return "expired"
        # The nth request comes once; a rule that waited for it has nothing left to do.
        passed = self.match.nth is not None and self.matched >= self.match.nth
        return "used_up" if passed or (self.times is not None and self.fired >= self.times) else "active"


@dataclass(frozen=True, slots=True)
class Injection:
    """What is injected into one request: effects, with their latency drawn."""

    milliseconds: float | None = None
    effect: FaultEffect = field(default_factory=FaultEffect)

    @property
    def short_circuits(self) -> bool:
        """Whether the request gets its response, or none, without being carried out."""
        return self.effect.status is not None or self.effect.close == "before"

    @property
    def delay_seconds(self) -> float:
        """How much later the response comes."""
        return (self.milliseconds or 0) / 1000 + (self.effect.drip_seconds or 0)

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


def in_order(rules: Iterable[FaultRule]) -> list[FaultRule]:
    """Rules in the order in which they are tried, the one in which they were added."""
    return sorted(rules, key=lambda rule: rule.number)


def inject(
    rules: Iterable[FaultRule], request: RequestFacts, now: int, seed: int
) -> tuple[tuple[FaultRule, ...], Injection | None]:
    """The rules after a request at `now` (the world's clock), and what they inject into it.

    Rules are tried in their order, and each counts the request for itself. When several fire, their latencies add up; of
    every other effect the first one stands.
    """
    after: list[FaultRule] = []
    fired: list[tuple[FaultEffect, float]] = []
    for rule in rules:
        if rule.state(now) != "active" or not rule.match.matches(request):
            after.append(rule)
            continue
        number = rule.matched + 1
        fires = rule.match.selects(number, _chance(seed, rule.number, number, "whether"))
        after.append(replace(rule, matched=number, fired=rule.fired + fires))
        if fires:
            fired.append((rule.effect, _chance(seed, rule.number, number, "latency")))
    return tuple(after), _together(fired) if fired else None


def _together(fired: list[tuple[FaultEffect, float]]) -> Injection:
    latencies = [effect.latency.drawn(chance) for effect, chance in fired if effect.latency is not None]
    effects = [effect for effect, _ in fired]
    with_status = next((effect for effect in effects if effect.status is not None), FaultEffect())
    effect = replace(
        with_status,
        latency=None,
        close=next((effect.close for effect in effects if effect.close is not None), None),
        body=next((effect.body for effect in effects if effect.body is not None), None),
        drip_seconds=next((effect.drip_seconds for effect in effects if effect.drip_seconds is not None), None),
    )
    return Injection(min(sum(latencies), MOST_MILLISECONDS) if latencies else None, effect)


def _chance(seed: int, number: int, matched: int, purpose: str) -> float:
    """A number strictly between 0 and 1, the same for the same arguments and even over different ones."""
    drawn = hashlib.blake2b(f"{seed}/{number}/{matched}/{purpose}".encode(), digest_size=6).digest()
    return (int.from_bytes(drawn, "big") + 0.5) / (1 << 48)
