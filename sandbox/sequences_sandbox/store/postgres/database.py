"""The connections of a process, and what the database's failures mean to a client.

A connection that died, a server that became read-only, one that starts, stops or has no room are all the same: the verb is
tried again on a new connection, and when that cannot be had, the client gets a 503 at once. Each caller opens
the connection that it lacks by itself. A pool that did so in the background would make the first request after an outage
wait for its next attempt.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from psycopg import DataError, Error
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from ...domain.errors import UnavailableIssue, ValidationIssue
from .connecting import AWAY, Conn, connect, read_url, reason_of, require_schema

T = TypeVar("T")
Work = Callable[[Conn, bool], T]
"""What is done on a connection; True says that it may have been done before, since an answer was lost."""

_ATTEMPTS: Final = 3
_LONGEST_WAIT_SECONDS: Final = 5.0
_LONGEST_LIFE_SECONDS: Final = 60.0
"""libpq frees the room that it made for a large row when the connection is closed, and not before: sixteen connections that
each had to carry one world of some megabytes would take a hundred megabytes for ever. One that carried as much is closed
at once."""
_UNSTORABLE: Final = (DataError, UnicodeEncodeError)
_LOG: Final = logging.getLogger("sequences_sandbox.store")


class Database:
    """At most `size` connections to one database whose tables have version `schema`, opened when they are needed.

    Safe for any number of threads.
    """

    def __init__(self, url: str, size: int, schema: int) -> None:
        self._parameters: Final = read_url(url)
        self._size: Final = size
        self.schema: Final = schema
        self.trouble: str | None = None
        """Why the last verb failed for want of the database; None when it did not."""
        self.open()

    def open(self) -> None:
        """Lets verbs connect, in this process."""
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(self._size)
        self._idle: list[Conn] = []
        self._is_open = True

    def close(self) -> None:
        """Closes every connection that is idle now, and the others when their verb is done."""
        self._is_open = False
        self._close_idle()

    def run(self, work: Work[T]) -> T:
        """What `work` returns. Raises UnavailableIssue, and ValidationIssue for a value that cannot be stored."""
        slots = self._slots
        if not slots.acquire(timeout=_LONGEST_WAIT_SECONDS):
            raise UnavailableIssue(
                "All connections of the sandbox to its database are busy; try again shortly.", retry_after_seconds=1
            )
        try:
            return self._run(work)
        except _UNSTORABLE as error:
            raise ValidationIssue(
                "The request holds a value that cannot be stored: NUL or half a character in a name, or a number out of "
                "bounds.",
                problem="unstorable",
            ) from error
        finally:
            slots.release()

    def rows(self, statement: str, parameters: Any = ()) -> list[TupleRow]:
        """The rows of a statement that may be repeated."""
        return self.run(lambda connection, _: connection.execute(statement, parameters).fetchall())

    def execute(self, statement: str, parameters: Any = ()) -> None:
        """Executes a statement that may be repeated."""
        self.run(lambda connection, _: connection.execute(statement, parameters))

    def unavailable(self, reason: str) -> UnavailableIssue:
        """The issue of a verb that the database could not do now; notes why."""
        self._note(reason)
        return UnavailableIssue(
            "The sandbox cannot reach its database at present; try again shortly.", retry_after_seconds=1
        )

    def _run(self, work: Work[T]) -> T:
        reason = ""
        for attempt in range(_ATTEMPTS):
            connection = self._take(fresh=attempt > 0)
            try:
                found = work(connection, attempt > 0)
            except AWAY as error:
                reason = reason_of(error)
                connection.close()
                self._close_idle()  # they came to the same end, or are about to
            except BaseException:
                self._give_back(connection)
                raise
            else:
                self._give_back(connection)
                self._note(None)
                return found
        raise self.unavailable(reason)

    def _take(self, *, fresh: bool) -> Conn:
        if not self._is_open:
            raise self.unavailable("the store is closed")
        with self._lock:
            if self._idle and not fresh:
                return self._idle.pop()
        try:
            connection = connect(self._parameters)
            try:
                require_schema(connection, self.schema)
            except BaseException:
                connection.close()
                raise
        except Error as error:
            raise self.unavailable(reason_of(error)) from None
        return connection

    def _give_back(self, connection: Conn) -> None:
        oldest = time.monotonic() - _LONGEST_LIFE_SECONDS
        with self._lock:
            reusable = self._is_open and connection.info.transaction_status == TransactionStatus.IDLE
            if reusable:
                self._idle.append(connection)
            ended = [each for each in self._idle if each.opened < oldest]
            if ended:
                self._idle = [each for each in self._idle if each.opened >= oldest]
        if not reusable:
            ended.append(connection)
        for each in ended:
            each.close()

    def _close_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _note(self, trouble: str | None) -> None:
        before, self.trouble = self.trouble, trouble
        if trouble is not None and before is None:
            _LOG.warning("the database cannot serve: %s", trouble)
        elif trouble is None and before is not None:
            _LOG.warning("the database serves again")
