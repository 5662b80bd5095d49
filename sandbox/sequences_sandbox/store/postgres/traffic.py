"""What surrounds requests, in PostgreSQL: whichever process a request reaches, it meets the same faults and limits."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from ...traffic.faults import Fault
from ...traffic.journal import Entry
from ...traffic.rate_limits import Level, RateLimit
from ..traffic import T
from . import fault_documents
from .database import Conn, Database
from .journal import Journal

_LIMIT: Final = "limit_calls, limit_per_seconds, limit_burst"
# An insert that finds its row there still holds it, which no select could do for a row that another is about to remove.
_HOLD: Final = (
    "INSERT INTO traffic (world) VALUES (%s) ON CONFLICT (world) DO UPDATE SET world = excluded.world RETURNING faults"
)
_HOLD_LEVEL: Final = (
    "INSERT INTO levels (world, key_id) VALUES (%s, %s)"
    " ON CONFLICT (world, key_id) DO UPDATE SET key_id = excluded.key_id RETURNING parts, wall, world_time"
)
_TIDY: Final = "DELETE FROM traffic WHERE world = %s AND limit_calls IS NULL AND faults::text = '[]'"


class PostgresTraffic:
    """Faults, limits and journals in the database."""

    def __init__(self, database: Database, journal_bytes: int) -> None:
        self._database: Final = database
        self._journal: Final = Journal(journal_bytes)

    def awaits(self, world_id: str) -> bool:
        """Whether a world has faults or a limit of its own."""
        with self._database.connection() as connection:
            return connection.execute("SELECT FROM traffic WHERE world = %s", (world_id,)).fetchone() is not None

    def faults(self, world_id: str) -> tuple[Fault, ...]:
        """The faults of a world, in order."""
        with self._database.connection() as connection:
            row = connection.execute("SELECT faults FROM traffic WHERE world = %s", (world_id,)).fetchone()
            return () if row is None else fault_documents.load(row[0])

    def change_faults(self, world_id: str, change: Callable[[tuple[Fault, ...]], tuple[tuple[Fault, ...], T]]) -> T:
        """Puts what `change` makes of a world's faults in their place; its row is held meanwhile."""
        with self._held(world_id) as (connection, documents):
            before = fault_documents.load(documents)
            after, said = change(before)
            if after != before:
                document = fault_documents.dump(after)
                connection.execute("UPDATE traffic SET faults = %s WHERE world = %s", (document, world_id))
            return said

    def limit(self, world_id: str) -> RateLimit | None:
        """The limit of a world's own."""
        with self._database.connection() as connection:
            row = connection.execute(f"SELECT {_LIMIT} FROM traffic WHERE world = %s".encode(), (world_id,)).fetchone()
            return None if row is None or row[0] is None else RateLimit(*row)

    def set_limit(self, world_id: str, limit: RateLimit | None) -> None:
        """Sets the limit, or takes it away; every bucket of the world is full then."""
        values = (None, None, None) if limit is None else (limit.limit, limit.per_seconds, limit.burst)
        with self._held(world_id) as (connection, _):
            connection.execute("DELETE FROM levels WHERE world = %s", (world_id,))
            connection.execute(
                f"UPDATE traffic SET ({_LIMIT}) = (%s, %s, %s) WHERE world = %s".encode(), (*values, world_id)
            )

    def change_level(self, world_id: str, key_id: str, change: Callable[[Level | None], tuple[Level, T]]) -> T:
        """Puts what `change` makes of the level of a key's bucket in its place; the bucket is held meanwhile."""
        key = (world_id, key_id)
        with self._database.connection() as connection, connection.transaction():
            row = connection.execute(_HOLD_LEVEL, key).fetchone()
            level, said = change(None if row is None or row[0] is None else Level(*row))
            connection.execute(
                "UPDATE levels SET parts = %s, wall = %s, world_time = %s WHERE world = %s AND key_id = %s",
                (level.parts, level.wall, level.world, *key),
            )
            return said

    def record(self, world_id: str, entry: Entry) -> None:
        """Adds an entry to a world's journal."""
        with self._database.connection() as connection:
            self._journal.add(connection, world_id, entry)

    def entries(self, world_id: str) -> Sequence[Entry]:
        """The journal of a world, oldest first."""
        with self._database.connection() as connection:
            return self._journal.entries(connection, world_id)

    def clear_journal(self, world_id: str) -> None:
        """Empties the journal of a world."""
        with self._database.connection() as connection:
            self._journal.clear(connection, world_id)

    def clear(self, world_id: str) -> None:
        """No faults, no limit of its own, full buckets, an empty journal."""
        with self._database.connection() as connection, connection.transaction():
            for table in ("traffic", "levels"):
                connection.execute(f"DELETE FROM {table} WHERE world = %s".encode(), (world_id,))
            self._journal.clear(connection, world_id)

    def bytes_kept(self) -> int:
        """How much room the journals take in the database."""
        with self._database.connection() as connection:
            return self._journal.bytes_kept(connection)

    @contextmanager
    def _held(self, world_id: str) -> Iterator[tuple[Conn, list[Any]]]:
        """The world's row, there and held, with its faults; it goes again if it says nothing in the end."""
        with self._database.connection() as connection, connection.transaction():
            ((faults,),) = connection.execute(_HOLD, (world_id,)).fetchall()
            yield connection, faults
            connection.execute(_TIDY, (world_id,))
