"""API keys by the digests of their tokens."""

from collections.abc import Iterable
from typing import Final

from ..base import KeyRecord
from .database import Conn

_COLUMNS: Final = "digest, id, name, scopes, world, organization_id"
_MOST_KEPT: Final = 65_536


class Keys:
    """Reads and writes keys, and keeps those found of late.

    A key never changes, and goes only with its world; whoever comes with a key that was kept too long finds no world.
    """

    def __init__(self) -> None:
        self._kept: dict[bytes, KeyRecord] = {}

    def known(self, digest: bytes) -> KeyRecord | None:
        """The key with this digest, if it was found of late."""
        return self._kept.get(digest)

    def find(self, connection: Conn, digest: bytes) -> KeyRecord | None:
        """The key with this digest."""
        found = self._read(connection, "digest = %s", digest)
        if not found:
            return None
        if len(self._kept) >= _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)), None)
        self._kept[digest] = found[0]
        return found[0]

    def of_world(self, connection: Conn, world_id: str) -> list[KeyRecord]:
        """The keys of a world, in order of creation."""
        return self._read(connection, "world = %s ORDER BY number", world_id)

    def add(self, connection: Conn, keys: Iterable[KeyRecord]) -> None:
        """Adds keys."""
        rows = [(key.digest, key.id, key.name, sorted(key.scopes), key.world_id, key.organization_id) for key in keys]
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO keys ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s)".encode(), rows)

    def remove(self, connection: Conn, world_id: str) -> None:
        """Removes the keys of a world."""
        removed = connection.execute("DELETE FROM keys WHERE world = %s RETURNING digest", (world_id,)).fetchall()
        for (digest,) in removed:
            self._kept.pop(bytes(digest), None)

    def _read(self, connection: Conn, condition: str, value: object) -> list[KeyRecord]:
        found = connection.execute(f"SELECT {_COLUMNS} FROM keys WHERE {condition}".encode(), (value,))
        return [
            KeyRecord(bytes(digest), key_id, name, frozenset(scopes), world_id, organization_id)
            for digest, key_id, name, scopes, world_id, organization_id in found
        ]
