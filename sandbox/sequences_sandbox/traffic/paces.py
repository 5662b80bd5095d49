"""How often each client address may do something: a token bucket for each, for as many addresses as are remembered."""

import threading
from collections import OrderedDict
from typing import Final

from .rate_limits import Level, RateLimit, Verdict, take

_MOST_ADDRESSES: Final = 10_000


class Paces:
    """The buckets of the addresses that came last. Safe for threads."""

    def __init__(self, limit: RateLimit) -> None:
        self._limit: Final = limit
        self._levels: OrderedDict[str, Level] = OrderedDict()
        self._lock: Final = threading.Lock()

    def take(self, address: str, wall: int) -> Verdict:
        """Takes a token of an address at a time of the server's clock."""
        with self._lock:
            level, verdict = take(self._limit, self._levels.pop(address, None), wall, wall)
            self._levels[address] = level
            if len(self._levels) > _MOST_ADDRESSES:
                self._levels.popitem(last=False)
        return verdict

    def spent(self, address: str, wall: int) -> Verdict | None:
        """The verdict on a call now, where it would be rejected; takes nothing."""
        with self._lock:
            level = self._levels.get(address)
        verdict = take(self._limit, level, wall, wall)[1]
        return None if verdict.allowed else verdict
