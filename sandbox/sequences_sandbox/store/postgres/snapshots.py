"""A world's snapshots: a name, and the state that it points at."""

from typing import Final, NamedTuple

from ..base import Snapshot
from .database import Conn

_COLUMNS: Final = "name, created_wall, now, state, birth, clock_frozen"


class Kept(NamedTuple):
    """A snapshot with what it keeps."""

    entry: Snapshot
    state: int
    epoch: int
    frozen: bool


class Snapshots:
    """The snapshots of one world."""

    def __init__(self, connection: Conn, world_id: str) -> None:
        self._connection = connection
        self._world_id = world_id

    def all(self) -> list[Snapshot]:
        """Every snapshot, oldest first."""
        found = self._connection.execute(
            "SELECT name, created_wall, now FROM snapshots WHERE world = %s ORDER BY number", (self._world_id,)
        )
        return [Snapshot(*row) for row in found]

    def find(self, name: str) -> Kept:
        """A snapshot by name. Raises KeyError when there is none."""
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM snapshots WHERE world = %s AND name = %s".encode(),
            (self._world_id, name),
        ).fetchone()
        if row is None:
            raise KeyError(name)
        return Kept(Snapshot(*row[:3]), *row[3:])

    def keep(self, kept: Kept) -> None:
        """Adds a snapshot under a name that is free."""
        entry = kept.entry
        self._connection.execute(
            f"INSERT INTO snapshots (world, {_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s)".encode(),
            (self._world_id, entry.name, entry.created_wall, entry.now, kept.state, kept.epoch, kept.frozen),
        )

    def drop(self, name: str) -> list[int]:
        """Removes the snapshot of a name, if there is one. Returns the states that it no longer points at."""
        return self._dropped("name = %s", name)

    def clear(self) -> list[int]:
        """Removes every snapshot. Returns the states that they no longer point at."""
        return self._dropped("true")

    def _dropped(self, condition: str, *values: str) -> list[int]:
        dropped = self._connection.execute(
            f"DELETE FROM snapshots WHERE world = %s AND {condition} RETURNING state".encode(),
            (self._world_id, *values),
        )
        return [int(row[0]) for row in dropped]
