"""Worlds as such: made, used, expired, deleted."""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from typing import Any, Final

from psycopg import errors

from ...domain.clock import Clock
from ...domain.errors import CommitIssue
from ..base import conflict
from ..records import KeyRecord, VisitorWorld, WorldRecord
from .connecting import Conn
from .events import KEEP_LAST, SWEEP
from .keys import ADD_KEYS, key_parameters
from .shared import Shared

_MOST_EXPIRED: Final = 50
"""How many worlds one request removes; one that is being written to is left for the next."""

NOW: Final = "coalesce(%(wall)s::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)"
_COLUMNS: Final = [field.name for field in fields(WorldRecord)]
RECORD: Final = ", ".join(["worlds.id", *_COLUMNS[1:]])
"""The columns of a WorldRecord, in its order."""
RECORD_WIDTH: Final = len(_COLUMNS)
_CREATE: Final = (
    f"WITH world AS (INSERT INTO worlds ({', '.join(_COLUMNS)}, bytes, timeline_epoch, clock_wall, clock_shown,"
    f" clock_frozen, seen_wall, used_wall) SELECT {', '.join(f'%({name})s' for name in _COLUMNS)}, %(size)s, %(epoch)s,"
    " %(clock_wall)s, %(clock_shown)s, %(clock_frozen)s, %(created_wall)s, %(created_wall)s"
    f" FROM schema_version WHERE version = %(schema)s RETURNING id) {ADD_KEYS}"
)
_TOUCH: Final = (
    f"WITH world AS (UPDATE worlds SET used_wall = greatest(used_wall, {NOW}) WHERE id = %(id)s)"
    " UPDATE keys SET last_used_at = %(now)s WHERE digest = %(digest)s"
)
_END: Final = "least(used_wall + ttl, created_wall + lifetime)"
_EXPIRED: Final = (
    f"SELECT id FROM worlds WHERE {_END} <= (SELECT {NOW}) ORDER BY {_END} LIMIT {_MOST_EXPIRED} FOR UPDATE SKIP LOCKED"
)
_DROP_SEED: Final = (
    "DELETE FROM seeds WHERE digest = %(digest)s AND NOT EXISTS (SELECT FROM worlds WHERE seed = %(digest)s)"
)


class WorldVerbs(Shared):
    def wall(self) -> int:
        now = self._now()
        return int(self._database.rows(f"SELECT {NOW}", {"wall": None})[0][0]) if now is None else now

    def create(self, record: WorldRecord, clock: Clock, keys: Iterable[KeyRecord], seed: Callable[[], Any]) -> None:
        parameters = {**asdict(record), **clock_parameters(clock), **key_parameters(keys)}
        parameters["schema"] = self._database.schema

        def add(connection: Conn, _: bool) -> None:
            try:
                connection.execute(_CREATE, parameters)
            except errors.UniqueViolation:
                # The id is the caller's own: a world that has it was added by this call, whose answer was lost.
                if connection.execute("SELECT FROM worlds WHERE id = %s", (record.id,)).fetchone() is None:
                    raise CommitIssue("Another world has one of these keys.") from None

        for _ in range(3):  # the last world of the seed may be deleted meanwhile
            try:
                return self._database.run(add)
            except errors.ForeignKeyViolation:
                self._add_seed(record.seed, seed())
        raise conflict()

    def seed(self, digest: bytes) -> Any:
        rows = self._database.rows("SELECT document FROM seeds WHERE digest = %s", (digest,))
        if not rows:
            raise KeyError(digest)
        return rows[0][0]

    def touch(self, world_id: str, key: KeyRecord | None, now: int) -> None:
        digest = None if key is None else key.digest
        self._database.execute(_TOUCH, {"id": world_id, "wall": self._now(), "digest": digest, "now": now})
        if key is not None:
            self._known_keys.use(key, now)

    def delete(self, world_id: str) -> bool:
        def remove(connection: Conn, repeated: bool) -> bool:
            row = connection.execute("DELETE FROM worlds WHERE id = %s RETURNING seed", (world_id,)).fetchone()
            if row is not None:
                connection.execute(KEEP_LAST, {"world": world_id})
                _drop_seed(connection, row[0])
            return row is not None or repeated

        self._servers.pop(world_id, None)
        self._known_keys.forget(world_id)
        return self._database.run(remove)

    def expired(self) -> Sequence[str]:
        self._database.execute(SWEEP)
        return [world_id for (world_id,) in self._database.rows(_EXPIRED, {"wall": self._now()})]

    def worlds(self) -> Sequence[WorldRecord]:
        return [WorldRecord(*row) for row in self._database.rows(f"SELECT {RECORD} FROM worlds ORDER BY number")]

    def visitor_worlds(self) -> Sequence[VisitorWorld]:
        rows = self._database.rows("SELECT id, visitor, used_wall, bytes FROM worlds WHERE public")
        return [VisitorWorld(*row) for row in rows]

    def _add_seed(self, digest: bytes, document: Any) -> None:
        text = json.dumps(document, separators=(",", ":"))
        self._database.execute("INSERT INTO seeds VALUES (%s, %s) ON CONFLICT DO NOTHING", (digest, text))


def clock_parameters(clock: Clock) -> dict[str, Any]:
    return {"clock_wall": clock.wall, "clock_shown": clock.shown, "clock_frozen": clock.frozen}


def _drop_seed(connection: Conn, digest: bytes) -> None:
    with suppress(errors.ForeignKeyViolation):  # another world of it was added meanwhile
        connection.execute(_DROP_SEED, {"digest": digest})
