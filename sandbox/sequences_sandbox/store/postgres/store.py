"""The keeper of worlds in PostgreSQL. The verbs stand in five files, by what they are about."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ...domain.errors import UnavailableIssue
from ...resources.resource import Codec
from .connecting import Conn, require_primary, require_schema
from .database import Database
from .documents import DocumentVerbs
from .events import EventVerbs
from .journal import Journal
from .keys import KeyVerbs, KnownKeys
from .schema import prepare
from .traffic import TrafficVerbs
from .worlds import WorldVerbs


class PostgresStore(WorldVerbs, DocumentVerbs, KeyVerbs, TrafficVerbs, EventVerbs):
    """Worlds in a database, shared by every process that opens it.

    Opens `size` connections at most. `wall` replaces the database's clock, for tests. Raises UnreachableError when the
    database is away, StoreError when it cannot be used.
    """

    blocking: Final = True
    name: Final = "postgresql"

    def __init__(
        self, url: str, codecs: Mapping[str, Codec], *, size: int = 16, wall: Callable[[], int] | None = None
    ) -> None:
        self._database = Database(url, size, prepare(url))
        self._codecs = codecs
        self._now = wall if wall is not None else lambda: None
        self._known_keys = KnownKeys()
        self._journal = Journal(self._database)
        self.append_journal = self._journal.append
        self.read_journal = self._journal.read
        self._servers: dict[str, Any] = {}
        self._renewed: dict[str, float] = {}

    def connect(self) -> None:
        self._database.open()
        self._journal.open()

    def disconnect(self) -> None:
        self._journal.close()
        self._database.close()

    def trouble(self) -> str | None:
        try:
            self._database.run(self._require_usable)
        except UnavailableIssue:
            return f"The database cannot serve: {self._database.trouble}."
        return None

    def _require_usable(self, connection: Conn, _: bool) -> None:
        require_primary(connection)
        require_schema(connection, self._database.schema)
