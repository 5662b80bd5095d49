"""A world's snapshots: a name, and the state that it points at."""

from typing import Final, NamedTuple

from ..base import Snapshot
from . import states
from .database import Conn

_COLUMNS: Final = "name, created_wall, now, state, birth, clock_frozen"


class Kept(NamedTuple):
    """A snapshot with what it keeps."""

    entry: Snapshot
    state: int
    birth: int
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
        """Adds a snapshot, in place of one of the same name."""
        entry = kept.entry
        self._remove(entry.name)
        self._connection.execute(
            f"INSERT INTO snapshots (world, {_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s)".encode(),
            (self._world_id, entry.name, entry.created_wall, entry.now, kept.state, kept.birth, kept.frozen),
        )

    def drop(self, name: str) -> None:
        """Removes a snapshot. Raises KeyError when there is none of that name."""
        if not self._remove(name):
            raise KeyError(name)

    def clear(self) -> None:
        """Removes every snapshot."""
        for snapshot in self.all():
            self._remove(snapshot.name)

    def _remove(self, name: str) -> bool:
        row = self._connection.execute(
            "DELETE FROM snapshots WHERE world = %s AND name = %s RETURNING state", (self._world_id, name)
        ).fetchone()
        if row is not None:
            states.release(self._connection, int(row[0]))
        return row is not None
