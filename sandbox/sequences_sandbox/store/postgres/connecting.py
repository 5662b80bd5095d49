"""New connections, and what went wrong with one in a few words.

Nothing is set for the length of a session, and no statement is prepared through a pooler: behind PgBouncer in transaction
mode each statement may meet another server process.
"""

import math
import re
import time
from typing import Any, Final

from psycopg import Connection, InterfaceError, OperationalError, errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg.types.numeric import Int8Dumper

AWAY: Final = (
    OperationalError,
    InterfaceError,
    errors.ReadOnlySqlTransaction,
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.InvalidSqlStatementName,
    errors.DuplicatePreparedStatement,
)
"""What is raised when a connection died, when the server stops, starts, has no room, became read-only or is being restored,
when a newer program changed the tables,
and when a pooler hands out another connection than before."""

_DEFAULTS: Final = {
    # Unless the URL says otherwise: a server that went without a word is noticed within seconds, not hours.
    "connect_timeout": "3",
    "tcp_user_timeout": "10000",
    "keepalives_idle": "30",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "application_name": "sequences-sandbox",
}
_LARGE_BYTES: Final = 1 << 20
_BEFORE_REASON: Final = re.compile(r"failed: |FATAL:\s+|ERROR:\s+")


class Conn(Connection[TupleRow]):
    """A connection; `opened` is when, in seconds of the monotonic clock."""

    opened: float

    def carried(self, size: int) -> None:
        """Notes how many bytes one row or one statement had. Made for as many, the connection is not to be kept."""
        if size > _LARGE_BYTES:
            self.opened = -math.inf


class SchemaChangedError(OperationalError):
    """Another version of the program brought the tables to a version that this one does not know."""

    def __init__(self, version: int, known: int) -> None:
        super().__init__(f"its tables have version {version}, this program knows {known}; start the newer program")


def read_url(url: str) -> dict[str, Any]:
    """The parameters of a connection. Raises psycopg's Error for a URL that is none."""
    return {**_DEFAULTS, **conninfo_to_dict(url)}


def connect(parameters: dict[str, Any]) -> Conn:
    """A connection in autocommit mode: every statement is a transaction. Raises psycopg's Error."""
    connection = Conn.connect(**parameters, autocommit=True, prepare_threshold=None)
    connection.opened = time.monotonic()
    try:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        # A pooler answers with a process id of its own making.
        if row is not None and row[0] == connection.info.backend_pid:
            connection.prepare_threshold = 2
    except BaseException:
        connection.close()
        raise
    # Numbers go as one type, so that a statement is prepared once.
    connection.adapters.register_dumper(int, Int8Dumper)
    return connection


def require_primary(connection: Conn) -> None:
    """Raises ReadOnlySqlTransaction unless the server accepts writes: what another lacks may be there nevertheless."""
    row = connection.execute("SELECT current_setting('transaction_read_only')").fetchone()
    if row != ("off",):
        raise errors.ReadOnlySqlTransaction("the database is read-only")


def require_schema(connection: Conn, known: int) -> None:
    """Raises SchemaChangedError unless the tables are of the version that this program knows."""
    row = connection.execute("SELECT version FROM schema_version").fetchone()
    if row != (known,):
        raise SchemaChangedError(row[0] if row else 0, known)


def reason_of(error: Exception) -> str:
    """What the server or the network said, without names of hosts."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return _BEFORE_REASON.split(lines[0])[-1]
