"""Connections on which a client began something and does not go on are closed, so that none is held for ever.

Nothing is noted while requests are under way. Now and then every connection is asked what it waits for; one that waits for
the same thing too long has been left.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol


class Connection(Protocol):
    """A connection, as the patrol sees it."""

    def pending(self) -> object | None:
        """What the client is to go on with, the same thing for as long as it is not there; None when it owes nothing."""

    def close_idle(self) -> None:
        """Closes the connection."""


class IdleTimeout:
    """Closes connections that wait for one thing for `limit` seconds."""

    def __init__(self, limit: float) -> None:
        self._limit: Final = limit
        self._waiting: Mapping[Connection, tuple[object, float]] = {}

    def look(self, connections: Iterable[Connection], now: float) -> None:
        """Looks at every connection, at `now` seconds of a clock that never goes back."""
        waiting: dict[Connection, tuple[object, float]] = {}
        for connection in connections:
            pending = connection.pending()
            if pending is None:
                continue
            seen, since = self._waiting.get(connection, (None, now))
            if seen != pending:
                since = now
            if now - since >= self._limit:
                connection.close_idle()
            else:
                waiting[connection] = (pending, since)
        self._waiting = waiting
