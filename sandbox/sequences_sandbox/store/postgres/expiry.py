"""Worlds that go when nobody uses them."""

from typing import Final

from .database import Conn

_USE: Final = (
    "UPDATE worlds SET used_wall = greatest(used_wall, %(wall)s) WHERE id = %(world)s AND used_wall + ttl > %(wall)s"
)
_MOST_KEPT: Final = 65_536


class Expiry:
    """Keeps when each world was last used, and which worlds that need not be kept of."""

    def __init__(self) -> None:
        self._lasting: set[str] = set()

    def concerns(self, world_id: str) -> bool:
        """Whether it may matter that a world is used; that it does not is known of those asked for before."""
        return world_id not in self._lasting

    def expires(self, connection: Conn, world_id: str) -> int | None:
        """The instant at which a world may be collected; None for never. Raises KeyError when there is no such world."""
        row = connection.execute("SELECT used_wall + ttl FROM worlds WHERE id = %s", (world_id,)).fetchone()
        if row is None:
            raise KeyError(world_id)
        return None if row[0] is None else int(row[0])

    def use(self, connection: Conn, world_id: str, wall: int) -> None:
        """Notes that a world is used. Raises KeyError when there is no such world, or it has expired."""
        expires = self.expires(connection, world_id)
        if expires is None:
            if len(self._lasting) >= _MOST_KEPT:
                self._lasting.clear()
            self._lasting.add(world_id)
        elif not connection.execute(_USE, {"world": world_id, "wall": wall}).rowcount:
            raise KeyError(world_id)

    def expired(self, connection: Conn, wall: int) -> list[str]:
        """The worlds that have expired, in order of creation."""
        found = connection.execute(
            "SELECT id FROM worlds WHERE ttl IS NOT NULL AND used_wall + ttl <= %s ORDER BY number", (wall,)
        )
        return [row[0] for row in found]
