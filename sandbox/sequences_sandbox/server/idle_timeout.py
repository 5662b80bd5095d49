"""Connections on which a client began something and does not go on are closed, so that none is held for ever.

Nothing is noted while requests are under way. Now and then every connection is asked what it waits for; one that waits for
the same thing too long has been left.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol


class Pending(NamedTuple):
    """What a client is to go on with, equal for as long as it is the same thing, and how long it may take over it."""

    what: object
    seconds: float


class Connection(Protocol):
    """A connection, as the timeout sees it."""

    def pending(self) -> Pending | None:
        """What the client owes; None when it owes nothing."""

    def close_idle(self) -> None:
        """Closes the connection."""


class IdleTimeout:
    """Closes connections whose clients take longer over one thing than they may."""

    def __init__(self) -> None:
        self._since: Mapping[Connection, tuple[Pending, float]] = {}

    def look(self, connections: Iterable[Connection], now: float) -> None:
        """Looks at every connection, at `now` seconds of a clock that never goes back."""
        since: dict[Connection, tuple[Pending, float]] = {}
        for connection in connections:
            pending = connection.pending()
            if pending is None:
                continue
            before, began = self._since.get(connection, (None, now))
            if before != pending:
                began = now
            if now - began >= pending.seconds:
                connection.close_idle()
            else:
                since[connection] = (pending, began)
        self._since = since
