"""Events of watched worlds. A world's row in `channels` gives out the numbers, so that they are committed in order."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

from ..base import MOST_EVENT_BYTES
from ..records import StoredEvent
from .shared import Shared

_MOST_KEPT: Final = 1000
_TRIMMED_EVERY: Final = 100
_LARGE_BYTES: Final = 32 << 10
"""Events of so many bytes are trimmed at once, so that what waits to be trimmed is little."""
_RENEWED_EVERY_SECONDS: Final = 60.0
_LAPSE: Final = "interval '10 minutes'"

WATCHED: Final = (
    f"EXISTS (SELECT FROM channels WHERE world_id = worlds.id AND channels.read_at > clock_timestamp() - {_LAPSE})"
)
"""Whether anybody watches a world, as part of a query for the world's row."""

_WATCH: Final = (
    "INSERT INTO channels (world_id) SELECT id FROM worlds WHERE id = %s"
    " ON CONFLICT (world_id) DO UPDATE SET read_at = clock_timestamp() RETURNING last_number"
)
_PUBLISH: Final = (
    "WITH numbered AS (UPDATE channels SET last_number = last_number + %(number)s FROM worlds"
    f" WHERE world_id = %(world)s AND worlds.id = world_id AND read_at > clock_timestamp() - {_LAPSE}"
    " RETURNING world_id, last_number)"
    " INSERT INTO events SELECT world_id, last_number - %(number)s + place, %(kind)s, data::json"
    " FROM numbered, unnest(%(data)b::text[]) WITH ORDINALITY AS published (data, place) ORDER BY place RETURNING number"
)
_TRIM: Final = (
    "DELETE FROM events WHERE world_id = %(world)s AND number <= (SELECT max(number) FROM (SELECT number,"
    " row_number() OVER newest AS place, sum(octet_length(data::text)) OVER newest AS kept FROM events"
    " WHERE world_id = %(world)s WINDOW newest AS (ORDER BY number DESC)) AS heap"
    f" WHERE place > {_MOST_KEPT} OR (kept > {MOST_EVENT_BYTES} AND place > 1))"
)
_READ: Final = (
    "SELECT events.world_id, number, kind, data::text FROM unnest(%s::text[], %s::bigint[]) AS read (world_id, last)"
    " JOIN events ON events.world_id = read.world_id AND events.number > read.last ORDER BY events.world_id, number"
)
_RENEW: Final = "UPDATE channels SET read_at = clock_timestamp() WHERE world_id = ANY (%s)"
KEEP_LAST: Final = (
    "DELETE FROM events USING channels WHERE events.world_id = %(world)s"
    " AND channels.world_id = events.world_id AND number < last_number"
)
"""Removes the events of a world that is deleted, but the one that says so."""
SWEEP: Final = (
    f"WITH swept AS (DELETE FROM channels WHERE read_at < clock_timestamp() - {_LAPSE}"
    " AND NOT EXISTS (SELECT FROM worlds WHERE id = world_id) RETURNING world_id)"
    " DELETE FROM events USING swept WHERE events.world_id = swept.world_id"
)
"""Removes the events of worlds that were deleted a while ago."""


class EventVerbs(Shared):
    """The verbs about events. A world is watched until nobody has read its events for some minutes."""

    def watch(self, world_id: str) -> int:
        rows = self._database.rows(_WATCH, (world_id,))
        return rows[0][0] if rows else 0

    def publish(self, world_id: str, kind: str, *data: str) -> None:
        parameters = {"world": world_id, "kind": kind, "number": len(data), "data": list(data)}
        rows = self._database.rows(_PUBLISH, parameters)
        is_time = rows and rows[-1][0] // _TRIMMED_EVERY > (rows[0][0] - 1) // _TRIMMED_EVERY
        if is_time or (rows and sum(map(len, data)) >= _LARGE_BYTES):
            self._database.execute(_TRIM, {"world": world_id})

    def read_after(self, numbers: Mapping[str, int]) -> Sequence[StoredEvent]:
        self._renew(numbers)
        rows = self._database.rows(_READ, (list(numbers), list(numbers.values())))
        return [StoredEvent(*row) for row in rows]

    def _renew(self, numbers: Mapping[str, int]) -> None:
        """Says now and then that these worlds are still watched."""
        latest = time.monotonic() - _RENEWED_EVERY_SECONDS
        due = [world_id for world_id in numbers if self._renewed.get(world_id, latest) <= latest]
        if due:
            self._database.execute(_RENEW, (due,))
            kept = {world_id: at for world_id, at in self._renewed.items() if at > latest}
            self._renewed = {**kept, **dict.fromkeys(due, time.monotonic())}
