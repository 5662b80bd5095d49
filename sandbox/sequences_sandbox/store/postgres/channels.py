"""What listeners are told, in PostgreSQL. A channel's row gives out the numbers, so that they are committed in order."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..channels import Told
from .database import Database

_MOST_KEPT: Final = 1000
_TIDIED_EVERY: Final = 100
_LINGER: Final = "interval '1 minute'"

CHANNEL: Final = "EXISTS (SELECT FROM channels WHERE channels.world = worlds.id)"
"""Whether a world has a channel, as part of a query for the world's row."""

_OPEN: Final = (
    "INSERT INTO channels (world) SELECT id FROM worlds WHERE id = %s"
    " ON CONFLICT (world) DO UPDATE SET world = excluded.world RETURNING last_number"
)
_TELL: Final = (
    "WITH numbered AS (UPDATE channels SET last_number = last_number + 1 WHERE world = %s RETURNING world, last_number)"
    " INSERT INTO events (world, number, kind, data) SELECT world, last_number, %s, %s FROM numbered RETURNING number"
)
_TOLD: Final = (
    "SELECT events.world, number, kind, data FROM unnest(%s::uuid[], %s::bigint[]) AS heard (world, last)"
    " JOIN events ON events.world = heard.world AND events.number > heard.last ORDER BY events.world, number"
)
_TIDY: Final = "DELETE FROM events WHERE world = %s AND number <= %s"
_CLOSE: Final = "UPDATE channels SET closed = now() WHERE world = %s"
_SWEEP: Final = (
    f"WITH swept AS (DELETE FROM channels WHERE closed < now() - {_LINGER} RETURNING world)"
    " DELETE FROM events USING swept WHERE events.world = swept.world"
)


class PostgresChannels:
    """Events by world, the last thousand of each."""

    def __init__(self, database: Database) -> None:
        self._database: Final = database
        self._wanted: set[str] = set()

    def note(self, world_id: str, *, wanted: bool) -> None:
        """Takes down what was just read of a world."""
        if wanted:
            self._wanted.add(world_id)
        else:
            self._wanted.discard(world_id)

    def wanted(self, world_id: str) -> bool:
        """Whether a world has a channel, as far as was last seen."""
        return world_id in self._wanted

    def open(self, world_id: str) -> int:
        """Makes the channel of a world unless it is there; returns the number of the last event in it."""
        with self._database.connection() as connection:
            row = connection.execute(_OPEN, (world_id,)).fetchone()
        self.note(world_id, wanted=row is not None)
        return 0 if row is None else int(row[0])

    def tell(self, world_id: str, kind: str, data: Any) -> None:
        """Adds an event to a world's channel."""
        with self._database.connection() as connection:
            row = connection.execute(_TELL, (world_id, kind, json.dumps(data))).fetchone()
            if row is not None and row[0] % _TIDIED_EVERY == 0:
                connection.execute(_TIDY, (world_id, row[0] - _MOST_KEPT))

    def told(self, after: Mapping[str, int]) -> Sequence[Told]:
        """What was told of each of these worlds after a number."""
        with self._database.connection() as connection:
            return [Told(*row) for row in connection.execute(_TOLD, (list(after), list(after.values())))]

    def close(self, world_id: str) -> None:
        """Ends the channel of a world, and sweeps up those that were ended a while ago."""
        self.note(world_id, wanted=False)
        with self._database.connection() as connection:
            connection.execute(_CLOSE, (world_id,))
            connection.execute(_SWEEP.encode())
