"""Rate limits and journals, the same whichever process a request reaches."""

from collections.abc import Mapping, Sequence
from typing import Final

from psycopg import errors

from ...traffic.journal import Entry
from ...traffic.rate_limits import Level, RateLimit, Verdict, take
from .shared import Shared

# As `take` does it, in one statement. A call that is repeated since its answer was lost may take two tokens.
_TAKE: Final = (
    "INSERT INTO buckets AS bucket (world_id, key_id, parts, wall, now, allowed)"
    " VALUES (%(world)s, %(key)s, %(full)s - %(token)s, %(wall)s, %(now)s, true)"
    " ON CONFLICT (world_id, key_id) DO UPDATE SET (parts, wall, now, allowed) ="
    " (SELECT CASE WHEN filled >= %(token)s THEN filled - %(token)s ELSE filled END, excluded.wall, excluded.now,"
    " filled >= %(token)s FROM (SELECT least(%(full)s, bucket.parts + %(limit)s *"
    " greatest(0, excluded.wall - bucket.wall, excluded.now - bucket.now)::numeric)::bigint AS filled) AS refilled)"
    " RETURNING parts, allowed"
)


class TrafficVerbs(Shared):
    def take_token(self, world_id: str, key_id: str, limit: RateLimit, wall: int, now: int) -> Verdict:
        parameters = {
            "world": world_id,
            "key": key_id,
            "full": limit.full,
            "token": limit.token,
            "limit": limit.limit,
            "wall": wall,
            "now": now,
        }
        try:
            ((parts, allowed),) = self._database.rows(_TAKE, parameters)
        except errors.ForeignKeyViolation:
            raise KeyError(world_id) from None
        before = parts + limit.token if allowed else parts
        return take(limit, Level(before, wall, now), wall, now)[1]

    def levels(self, world_id: str) -> Mapping[str, Level]:
        rows = self._database.rows("SELECT key_id, parts, wall, now FROM buckets WHERE world_id = %s", (world_id,))
        return {key_id: Level(*level) for key_id, *level in rows}

    def append_journal(self, world_id: str, entry: Entry) -> None:
        self._journal.append(world_id, entry)

    def read_journal(self, world_id: str) -> Sequence[Entry]:
        return self._journal.read(world_id)

    def clear_traffic(self, world_id: str, *, journal: bool = True, buckets: bool = True) -> None:
        if journal:
            self._journal.clear(world_id)
        if buckets:
            self._database.execute("DELETE FROM buckets WHERE world_id = %s", (world_id,))

    def journal_bytes(self) -> int:
        return int(self._database.rows("SELECT pg_total_relation_size('journal')")[0][0])
