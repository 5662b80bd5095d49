"""Worlds that go when nobody uses them."""

from typing import Final

from .database import Conn
from .present import DATABASE_CLOCK, Present

_MOST_KEPT: Final = 65_536
_FINENESS: Final = 64
"""A use is written down when it puts the end off by this part of a world's time to live: not every read is a write."""
_LOOK: Final = f"SELECT used_wall, ttl, {DATABASE_CLOCK} FROM worlds WHERE id = %s"
_USE: Final = "UPDATE worlds SET used_wall = greatest(used_wall, %s) WHERE id = %s"


class Expiry:
    """Keeps when each world was last used, and which worlds need no such keeping."""

    def __init__(self, present: Present) -> None:
        self._present: Final = present
        self._lasting: set[str] = set()

    def concerns(self, world_id: str) -> bool:
        """Whether it may matter that a world is used; that it does not is known of those asked for before."""
        return world_id not in self._lasting

    def expires(self, connection: Conn, world_id: str) -> int | None:
        """The instant at which a world may be collected; None for never. Raises KeyError when there is no such world."""
        used, ttl, _ = self._look(connection, world_id)
        return None if ttl is None else used + ttl

    def use(self, connection: Conn, world_id: str) -> None:
        """Notes that a world is used. Raises KeyError when there is no such world, or it has expired."""
        used, ttl, wall = self._look(connection, world_id)
        if ttl is None:
            self._last(world_id)
        elif used + ttl <= wall:
            raise KeyError(world_id)
        elif wall - used > ttl // _FINENESS:
            connection.execute(_USE, (wall, world_id))

    def expired(self, connection: Conn) -> list[str]:
        """The worlds that have expired, in order of creation."""
        found = connection.execute(
            "SELECT id FROM worlds WHERE ttl IS NOT NULL AND used_wall + ttl <= %s ORDER BY number",
            (self._present.of(connection),),
        )
        return [row[0] for row in found]

    def has_expired(self, connection: Conn, world_id: str) -> bool:
        """Whether a world is there and has expired."""
        try:
            used, ttl, wall = self._look(connection, world_id)
        except KeyError:
            return False
        return ttl is not None and used + ttl <= wall

    def _last(self, world_id: str) -> None:
        if len(self._lasting) >= _MOST_KEPT:
            self._lasting.clear()
        self._lasting.add(world_id)

    def _look(self, connection: Conn, world_id: str) -> tuple[int, int | None, int]:
        """When a world was last used, its time to live, and the present."""
        row = connection.execute(_LOOK.encode(), (world_id,)).fetchone()
        if row is None:
            raise KeyError(world_id)
        return row[0], row[1], self._present.instead_of(row[2])
