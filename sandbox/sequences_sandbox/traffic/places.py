"""Places of which one world, one client address and all together may take so many at a time. Safe for threads."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Final

from ..domain.errors import RateLimitIssue
from ..domain.limits import Share

_RETRY_SECONDS: Final = 5


class Places:
    """The places of one share, and how many of them are taken."""

    def __init__(self, share: Share) -> None:
        self.share: Final = share
        self.taken = 0
        self._of_worlds: Counter[str] = Counter()
        self._of_addresses: Counter[str] = Counter()
        self._lock: Final = threading.Lock()

    def take(self, world_id: str, address: str) -> Callable[[], None]:
        """Takes a place; returns what gives it back, once. Raises RateLimitIssue, which says whose places are taken."""
        share = self.share
        with self._lock:
            self._require(share.of_world, self._of_worlds[world_id], "of a world")
            self._require(share.of_address, self._of_addresses[address], "of one client address")
            self._require(share.in_all, self.taken, "of this server")
            self.taken += 1
            self._of_worlds[world_id] += 1
            self._of_addresses[address] += 1
        return lambda: self._give_back(world_id, address)

    def _require(self, most: int | None, taken: int, whose: str) -> None:
        if most is not None and taken >= most:
            raise RateLimitIssue(
                f"There are {most} {self.share.what} {whose} already, the most at a time; try again later.",
                retry_after_seconds=_RETRY_SECONDS,
                limit=f"{self.share.what} {whose}",
                allowed={"maximum": most},
            )

    def _give_back(self, world_id: str, address: str) -> None:
        with self._lock:
            self.taken -= 1
            for counter, name in ((self._of_worlds, world_id), (self._of_addresses, address)):
                counter[name] -= 1
                if counter[name] <= 0:
                    del counter[name]
