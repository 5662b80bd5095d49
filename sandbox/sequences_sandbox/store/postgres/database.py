"""Connections, and what the database's failures mean to a client.

A connection is in autocommit mode: a statement by itself is a transaction, and a unit of work says BEGIN and COMMIT.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

from psycopg import Connection, DataError, Error, InterfaceError, OperationalError, errors
from psycopg.rows import TupleRow
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import TextLoader
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from ...domain.errors import CommitIssue, UnavailableIssue, ValidationIssue
from ..base import StoreError

Conn: TypeAlias = Connection[TupleRow]

_WAIT_SECONDS: Final = 5.0
"""The longest wait for a connection, while the database is thought to be there."""
_GLANCE_SECONDS: Final = 0.2
"""The longest wait once it was found to be gone: a client had better hear so at once."""
_RETRY_AFTER_SECONDS: Final = 1
_SESSION: Final = (
    # A unit that waits longer than this for its world has met a conflict; a process that hangs must not hold one.
    "SET lock_timeout = '4s'",
    "SET idle_in_transaction_session_timeout = '30s'",
    # Every question has its index. A scan of a table is never meant, whatever the statistics of the moment make of it, and
    # no question is long enough to be worth compiling.
    "SET enable_seqscan = off",
    "SET jit = off",
)
_CONFLICTS: Final = (
    errors.LockNotAvailable,
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.UniqueViolation,
)


class Database:
    """A pool of connections to one database."""

    def __init__(self, url: str, size: int) -> None:
        self._url: Final = url
        self._size: Final = size
        self._gone = False
        self._held = threading.local()
        self._pool: ConnectionPool[Conn] | None = None

    def open(self) -> None:
        """Connects. Raises StoreError when that cannot be."""
        try:
            # One connection by itself first: the pool keeps the reasons of failures to its log.
            with Connection.connect(self._url, autocommit=True):
                pass
        except Error as error:
            reason = str(error).strip().splitlines()[-1]
            raise StoreError(f"the database cannot be reached ({reason}); check the URL, and that it runs") from None
        self._pool = ConnectionPool(
            self._url,
            kwargs={"autocommit": True},
            min_size=1,
            max_size=self._size,
            reconnect_timeout=1.0,
            configure=_configure,
            open=True,
            name="store",
        )

    def close(self) -> None:
        """Closes every connection."""
        if self._pool is not None:
            self._pool.close()

    @contextmanager
    def connection(self, begin: bytes | None = None) -> Iterator[Conn]:
        """A connection on which `begin` has been carried out. What is left open in the end is rolled back.

        Without `begin` it is the one that the thread holds already, if it does: a verb within a unit of work is part of it,
        and waits for no second connection. Raises UnavailableIssue, and CommitIssue for a conflict.
        """
        held: Conn | None = getattr(self._held, "connection", None)
        if held is not None and begin is None:
            yield held
            return
        with translated():
            connection = self._held.connection = self._begun(begin)
            try:
                yield connection
            finally:
                self._held.connection = held
                self._taken_from().putconn(connection)

    def _begun(self, begin: bytes | None) -> Conn:
        """Connections may have broken since they were used last; a few are tried before the database counts as gone."""
        pool = self._taken_from()
        for _ in range(self._size + 1):
            try:
                connection = pool.getconn(_GLANCE_SECONDS if self._gone else _WAIT_SECONDS)
            except PoolTimeout:
                self._gone = True
                raise
            try:
                # Nothing comes unasked on a connection, so that what is there to be read is its end.
                connection.pgconn.consume_input()
                if begin is not None:
                    connection.execute(begin)
            except OperationalError:
                self._gone = True
                pool.putconn(connection)
            else:
                self._gone = False
                return connection
        self._gone = True
        raise PoolTimeout("no connection works")

    def _taken_from(self) -> "ConnectionPool[Conn]":
        if self._pool is None:
            raise PoolClosed("the store is closed")
        return self._pool


@contextmanager
def translated() -> Iterator[None]:
    """Turns the driver's errors into issues."""
    try:
        yield
    except _CONFLICTS as error:
        raise CommitIssue(
            "Another request changed the same data at the same time; nothing was done, try again."
        ) from error
    except DataError as error:
        raise ValidationIssue(
            "The request holds a value that cannot be stored: NUL in a name, or a number out of bounds.",
            problem="unstorable",
        ) from error
    except (OperationalError, InterfaceError, PoolTimeout, PoolClosed, errors.IdleInTransactionSessionTimeout) as error:
        raise UnavailableIssue(
            "The sandbox cannot reach its database at present; try again shortly.",
            retry_after_seconds=_RETRY_AFTER_SECONDS,
        ) from error


def _configure(connection: Conn) -> None:
    for statement in _SESSION:
        connection.execute(statement.encode())
    # Ids are text in the domain. Numbers go as one type, so that a statement is prepared once.
    connection.adapters.register_loader("uuid", TextLoader)
    connection.adapters.register_dumper(int, Int8Dumper)
