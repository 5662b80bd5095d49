"""What time it is: the database's clock, the one that all processes share."""

from collections.abc import Callable
from typing import Final

from .database import Conn

DATABASE_CLOCK: Final = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
"""The present as SQL, in microseconds since 1970."""


class Present:
    """The present by the database's clock, or by `wall` in its place."""

    def __init__(self, wall: Callable[[], int] | None) -> None:
        self._wall: Final = wall

    def of(self, connection: Conn) -> int:
        """The present."""
        if self._wall is not None:
            return self._wall()
        row = connection.execute(f"SELECT {DATABASE_CLOCK}".encode()).fetchone()
        return 0 if row is None else int(row[0])

    def instead_of(self, told: int) -> int:
        """The present, where the database told it with its answer."""
        return told if self._wall is None else self._wall()
