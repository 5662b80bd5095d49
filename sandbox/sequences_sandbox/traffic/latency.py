"""Latencies of fault rules, as frozen values. Each draws milliseconds from a chance between 0 and 1."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

MOST_MILLISECONDS: Final = 600_000
_NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same."""

    milliseconds: float

    def drawn(self, chance: float) -> float:
        """The latency in milliseconds."""
        return self.milliseconds


@dataclass(frozen=True, slots=True)
class Uniform:
    """Any between two bounds, all equally likely."""

    low: float
    high: float

    def drawn(self, chance: float) -> float:
        """The latency in milliseconds."""
        return self.low + (self.high - self.low) * chance


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Mostly near the median, now and then much more, as in a network. Cut off at `MOST_MILLISECONDS`."""

    median: float
    sigma: float

    def drawn(self, chance: float) -> float:
        """The latency in milliseconds."""
        return min(self.median * math.exp(self.sigma * _NORMAL.inv_cdf(chance)), MOST_MILLISECONDS)


Latency = Fixed | Uniform | Lognormal
