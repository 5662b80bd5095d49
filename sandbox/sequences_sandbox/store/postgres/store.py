"""The keeper of worlds in PostgreSQL. The verbs stand in five files, by what they are about."""

from typing import Final

from ...domain.errors import UnavailableIssue
from .connecting import Conn, require_primary, require_schema
from .documents import DocumentVerbs
from .events import EventVerbs
from .keys import KeyVerbs
from .traffic import TrafficVerbs
from .worlds import WorldVerbs


class PostgresStore(WorldVerbs, DocumentVerbs, KeyVerbs, TrafficVerbs, EventVerbs):
    """Worlds in a database, shared by every process that opens it.

    Opens `size` connections at most. `wall` replaces the database's clock, for tests. Raises UnreachableError when the
    database is away, StoreError when it cannot be used.
    """

    blocking: Final = True
    name: Final = "postgresql"

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
