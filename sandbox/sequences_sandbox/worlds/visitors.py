"""The worlds of anonymous visitors: who may make one more, and which one makes room for it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from ..domain.errors import RateLimitIssue
from ..domain.limits import VisitorLimits
from ..domain.timestamps import SECOND
from ..store.base import VisitorWorld
from ..traffic.rate_limits import RateLimit

PACE: Final = RateLimit(limit=5, per_seconds=1, burst=50)
"""How fast visitors make worlds, all of them together."""
PACE_OF_ADDRESS: Final = RateLimit(limit=6, per_seconds=60, burst=10)
"""How fast visitors of one address make worlds."""


def making_room(worlds: Sequence[VisitorWorld], address: str, limits: VisitorLimits, now: int) -> str | None:
    """The world that is removed so that a visitor of `address` can have one more at `now`; None when none needs to be.

    An address that has its share gives up one of its own; when all are taken, the address with most worlds does. It is the
    world that was unused for longest, and one that is in use never goes. Raises RateLimitIssue where none can.
    """
    of_addresses: defaultdict[str, list[VisitorWorld]] = defaultdict(list)
    for world in worlds:
        of_addresses[world.visitor].append(world)
    if len(of_addresses[address]) >= limits.of_address:
        taken = f"Your address has {limits.of_address} worlds, the most that one may have"
        return _spare(of_addresses[address], limits, now, f"{taken}; delete one, or", "worlds of one client address")
    if len(worlds) >= limits.worlds:
        most = max(of_addresses.values(), key=len)
        return _spare(most, limits, now, f"All {limits.worlds} worlds for visitors are taken;", "worlds of visitors")
    return None


def _spare(worlds: Sequence[VisitorWorld], limits: VisitorLimits, now: int, message: str, limit: str) -> str:
    oldest = min(worlds, key=lambda world: world.used_wall)
    wait = oldest.used_wall + limits.spare - now
    if wait > 0:
        seconds = -(-wait // SECOND)
        raise RateLimitIssue(f"{message} try again in {seconds} s.", retry_after_seconds=seconds, limit=limit)
    return oldest.id
