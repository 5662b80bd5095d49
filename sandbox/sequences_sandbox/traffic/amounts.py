"""How much of one thing worlds take together, by client address and in all. Safe for threads."""

import threading
from collections import Counter
from typing import Final

from ..domain.errors import TooLargeIssue
from ..domain.limits import Share


class Amounts:
    """What worlds take of one share; `of_world` is left to the world itself."""

    def __init__(self, share: Share) -> None:
        self.share: Final = share
        self.taken = 0
        self._of_worlds: dict[str, tuple[str, int]] = {}
        self._of_addresses: Counter[str] = Counter()
        self._lock: Final = threading.Lock()

    def add(self, world_id: str, address: str, amount: int) -> None:
        """Takes down that a world is there, and how much it takes."""
        with self._lock:
            self._of_worlds.setdefault(world_id, (address, 0))
            self._set(world_id, amount)

    def note(self, world_id: str, amount: int) -> None:
        """Takes down how much a world takes by now; nothing for one that was not added, or is gone."""
        with self._lock:
            if world_id in self._of_worlds:
                self._set(world_id, amount)

    def forget(self, world_id: str) -> None:
        """Takes down that a world is gone."""
        with self._lock:
            if world_id in self._of_worlds:
                self._set(world_id, 0)
                del self._of_worlds[world_id]

    def _set(self, world_id: str, amount: int) -> None:
        address, before = self._of_worlds[world_id]
        self._of_worlds[world_id] = (address, amount)
        self.taken += amount - before
        self._of_addresses[address] += amount - before
        if not self._of_addresses[address]:
            del self._of_addresses[address]

    def require(self, address: str, growth: int) -> None:
        """Raises TooLargeIssue where the worlds of an address, or all of them, would take more than they may."""
        share = self.share
        for most, taken, whose in (
            (share.of_address, self._of_addresses[address], "of one client address"),
            (share.in_all, self.taken, "of this server"),
        ):
            if most is not None and taken + growth > most:
                raise TooLargeIssue(
                    f"The worlds of visitors take {most} {share.what} {whose} at most; delete one, or remove something.",
                    limit=f"{share.what} {whose}",
                    allowed={"maximum": most},
                )
