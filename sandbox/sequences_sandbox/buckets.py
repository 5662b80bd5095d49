"""The token bucket: so many at once, refilled at a steady rate. Time is an argument."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of `limit` tokens that refills `limit` of them in `period` microseconds, and holds `burst` at most.

    `level` (tokens) is what it held at the instant `at`; a new one is full.
    """

    limit: int
    period: int
    burst: int | None = None
    level: float | None = None
    at: int = 0

    @property
    def size(self) -> int:
        """The most that it holds."""
        return self.limit if self.burst is None else self.burst

    def held(self, now: int) -> float:
        """Tokens in it at an instant."""
        if self.level is None:
            return float(self.size)
        return min(float(self.size), self.level + max(0, now - self.at) * self.limit / self.period)

    def take(self, now: int) -> "Bucket | None":
        """The bucket after one token was taken; None when it holds less than one."""
        held = self.held(now)
        return None if held < 1 else Bucket(self.limit, self.period, self.burst, held - 1, now)

    def wait(self, now: int) -> int:
        """Microseconds until it holds a whole token."""
        lacking = 1 - self.held(now)
        return 0 if lacking <= 0 else max(1, round(lacking * self.period / self.limit))
