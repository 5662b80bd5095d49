"""The worlds of anonymous visitors: who may make one more, and which one makes room for it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from ...domain.errors import RateLimitIssue, too_fast
from ...domain.limits import VisitorLimits
from ...domain.timestamps import SECOND
from ...store.records import VisitorWorld
from ...traffic.rate_limits import RateLimit

PACE: Final = RateLimit(limit=5, per_seconds=1, burst=50)
"""How fast visitors make worlds, all of them together."""
PACE_OF_ADDRESS: Final = RateLimit(limit=6, per_seconds=60, burst=10)
"""How fast visitors of one address make worlds."""


def making_room(worlds: Sequence[VisitorWorld], address: str, limits: VisitorLimits, now: int) -> str | None:
    """The world that is removed so that a visitor of `address` can have one more at `now`; None when none needs to be.

    An address that has its share gives up one of its own; when all are taken, the address with most worlds does of those
    that have one to spare. It is the world that was unused for longest, and one that is in use never goes. Raises
    RateLimitIssue where none can.
    """
    of_addresses: defaultdict[str, list[VisitorWorld]] = defaultdict(list)
    for world in worlds:
        of_addresses[world.visitor].append(world)
    own = of_addresses.get(address, [])
    if len(own) >= limits.of_address:
        taken = f"Your address has {limits.of_address} worlds, the most that one may have"
        return _spare([own], limits, now, f"{taken}; delete one, or", "worlds of one client address")
    if len(worlds) >= limits.worlds:
        most_first = sorted(of_addresses.values(), key=len, reverse=True)
        return _spare(
            most_first, limits, now, f"All {limits.worlds} worlds for visitors are taken;", "worlds of visitors"
        )
    return None


def require_room(worlds: Sequence[VisitorWorld], address: str, limits: VisitorLimits) -> None:
    """Raises RateLimitIssue where there was room for one more world, and others took it while that was made.

    `worlds` has that one: it is looked for after it was made, since other processes make worlds too. Of several that are
    made at one time, each may be told so.
    """
    own = sum(world.visitor == address for world in worlds)
    if own > limits.of_address or len(worlds) > limits.worlds:
        raise made_meanwhile()


def made_meanwhile() -> RateLimitIssue:
    """The issue of a world for which there was room, until others were made at the same time."""
    return too_fast("Other worlds were made at the same time, and now there is no room;", 1, limit="new worlds")


def _spare(groups: Sequence[Sequence[VisitorWorld]], limits: VisitorLimits, now: int, message: str, limit: str) -> str:
    """The world longest unused of the first group that has one to spare."""
    longest_unused = [min(worlds, key=lambda world: world.used_wall) for worlds in groups]
    for world in longest_unused:
        if world.used_wall + limits.spare <= now:
            return world.id
    wait = min(world.used_wall for world in longest_unused) + limits.spare - now
    raise too_fast(message, -(-wait // SECOND), limit=limit)
