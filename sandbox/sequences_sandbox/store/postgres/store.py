"""The keeper of worlds in PostgreSQL."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from ...domain.clock import Clock
from ...domain.errors import UnavailableIssue
from ...domain.lifecycle import Lifecycle
from ..base import Base, KeyRecord, Moment, WorldRecord
from ..memory_traffic import MOST_JOURNAL_BYTES
from .bases import Bases
from .channels import PostgresChannels
from .database import Conn, Database
from .expiry import Expiry
from .keys import Keys
from .present import Present
from .schema import migrate
from .traffic import PostgresTraffic
from .unit import PostgresUnit
from .worlds import WorldRows

_READ: Final = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE: Final = b"BEGIN ISOLATION LEVEL READ COMMITTED"


class PostgresStore:
    """Worlds in a database, shared by every process that opens it. Safe for any number of threads.

    `wall` replaces the database's clock, for tests. Raises StoreError when the database cannot be used.
    """

    blocking: Final = True
    name: Final = "postgresql"

    def __init__(
        self, url: str, lifecycle: Lifecycle, *, size: int = 16, wall: Callable[[], int] | None = None
    ) -> None:
        self._present: Final = Present(wall)
        self._bases: Final = Bases()
        self._database: Final = Database(url, size)
        self.channels: Final = PostgresChannels(self._database)
        self._rows: Final = WorldRows(lifecycle, self._bases, self._present, self.channels)
        self._keys: Final = Keys()
        self._expiry: Final = Expiry(self._present)
        self.traffic: Final = PostgresTraffic(self._database, MOST_JOURNAL_BYTES)
        self._database.open()
        try:
            with self._database.connection() as connection:
                migrate(connection)
        except BaseException:
            self._database.close()
            raise

    def disconnect(self) -> None:
        """Closes the connections."""
        self._database.close()

    def connect(self) -> None:
        """Connects anew."""
        self._database.open()

    def trouble(self) -> str | None:
        """Why the database cannot be reached; None when it can."""
        try:
            self.wall()
        except UnavailableIssue as issue:
            return issue.message
        return None

    def wall(self) -> int:
        """The present, by the database's clock."""
        with self._database.connection() as connection:
            return self._present.of(connection)

    def add(self, record: WorldRecord, base: Base, clock: Clock, keys: Iterable[KeyRecord]) -> None:
        """Adds a world, which points at the state that it begins with until it is first written to.

        Raises CommitIssue when a key of one of the digests is there already.
        """
        digest = self._bases.digest(record, base)
        with self._database.connection() as connection, connection.transaction():
            begun = self._bases.hold(connection, digest, record, base)
            self._rows.add(connection, record, clock, begun)
            self._keys.add(connection, keys)

    def remove(self, world_id: str) -> None:
        """Removes a world, its keys and its snapshots too, and what it alone began with."""
        with self._database.connection() as connection, connection.transaction():
            self._rows.hold(connection, world_id)
            self._remove(connection, world_id)

    def worlds(self) -> Sequence[WorldRecord]:
        """Every world, in order of creation."""
        with self._database.connection() as connection:
            return self._rows.records(connection)

    def expires(self, world_id: str) -> int | None:
        """The instant at which a world may be collected; None for never."""
        with self._database.connection() as connection:
            return self._expiry.expires(connection, world_id)

    def use(self, world_id: str) -> None:
        """Notes that a world is used."""
        if self._expiry.concerns(world_id):
            with self._database.connection() as connection:
                self._expiry.use(connection, world_id)

    def collect(self) -> Sequence[str]:
        """Removes the worlds that have expired; of many processes that collect at once, each removes others."""
        with self._database.connection() as connection:
            return [world_id for world_id in self._expiry.expired(connection) if self._collected(connection, world_id)]

    def find_key(self, digest: bytes) -> KeyRecord | None:
        """The key with this digest."""
        known = self._keys.known(digest)
        if known is not None:
            return known
        with self._database.connection() as connection:
            return self._keys.find(connection, digest)

    def keys(self, world_id: str) -> Sequence[KeyRecord]:
        """The keys of a world."""
        with self._database.connection() as connection:
            self._rows.find(connection, world_id)
            return self._keys.of_world(connection, world_id)

    def moment(self, world_id: str, wall: int) -> Moment:
        """Where a world is when the machine's time is `wall`."""
        with self._database.connection() as connection:
            return self._rows.moment(connection, world_id, wall)

    @contextmanager
    def unit(self, world_id: str, *, reads: bool = False) -> Iterator[PostgresUnit]:
        """A transaction on the world: one that holds its row, or one moment of it for a reader while nothing is due."""
        with self._database.connection(begin=_READ if reads else _WRITE) as connection:
            unit = self._opened(connection, world_id, reads=reads)
            try:
                yield unit
                unit.commit()
            except BaseException:
                unit.abandon()
                raise

    def _opened(self, connection: Conn, world_id: str, *, reads: bool) -> PostgresUnit:
        if reads:
            world = self._rows.find(connection, world_id)
            if not world.is_due:
                return PostgresUnit(connection, self._rows, world, holds=False)
            connection.execute("COMMIT")
            connection.execute(_WRITE)
        self._rows.hold(connection, world_id)
        return PostgresUnit(connection, self._rows, self._rows.find(connection, world_id), holds=True)

    def _collected(self, connection: Conn, world_id: str) -> bool:
        """Removes a world unless it was used, or removed by another process, since it was found to have expired."""
        with connection.transaction():
            self._rows.hold(connection, world_id)
            expired = self._expiry.has_expired(connection, world_id)
            if expired:
                self._remove(connection, world_id)
        return expired

    def _remove(self, connection: Conn, world_id: str) -> None:
        world = self._rows.find(connection, world_id)
        self._rows.remove(connection, world)
        self._keys.remove(connection, world_id)
        self.traffic.clear(world_id)
