"""What a world holds: one statement to load it, one to commit to it."""

import json
import secrets
from contextlib import suppress
from typing import Any, Final

from psycopg.rows import TupleRow

from ...domain.clock import Clock
from ...domain.errors import Issue, UnavailableIssue
from ..base import FORGETTING, conflict
from ..records import ChangeSet, Loaded, Moment, WorldRecord
from .connecting import Conn, SchemaChangedError, require_primary, require_schema
from .events import WATCHED
from .shared import Shared
from .worlds import NOW, RECORD, RECORD_WIDTH, clock_parameters

_TAIL_BITS: Final = 24
"""A version is a count, and a random tail that tells commits of the same count apart."""
_RECENT: Final = 8
_MOST_SERVERS: Final = 65_536

_LOAD: Final = (
    f"SELECT {RECORD}, version, timeline_epoch, clock_wall, clock_shown, clock_frozen,"
    f" greatest(seen_wall, {NOW}), used_wall, {WATCHED}, complete,"
    " version IS DISTINCT FROM %(since)s::bigint AND bytes > %(most)s::bigint,"
    " CASE WHEN version IS DISTINCT FROM %(since)s::bigint AND NOT coalesce(bytes > %(most)s::bigint, false) THEN"
    " (SELECT json_agg(json_build_array(kind, documents.id, body) ORDER BY documents.number) FROM documents"
    " WHERE world_id = worlds.id AND documents.version > CASE WHEN complete THEN -1 ELSE %(since)s::bigint END) END,"
    " (SELECT version FROM schema_version), current_setting('transaction_read_only') = 'on', pg_postmaster_start_time()"
    " FROM worlds, LATERAL (SELECT coalesce(%(since)s::bigint NOT BETWEEN replaced AND version, true)) AS known (complete)"
    " WHERE worlds.id = %(id)s"
)
_FROM_DOCUMENTS: Final = 4
"""How many columns there are from the documents on."""
_CHANGE: Final = (
    f"WITH world AS (UPDATE worlds SET version = %(version)s, recent = (version || recent)[1:{_RECENT}],"
    " replaced = CASE WHEN %(replaces)s THEN %(version)s ELSE replaced END, timeline_epoch = %(epoch)s,"
    f" clock_wall = %(clock_wall)s, clock_shown = %(clock_shown)s, clock_frozen = %(clock_frozen)s,"
    " bytes = %(bytes)s,"
    f" seen_wall = greatest(seen_wall, {NOW}) WHERE id = %(id)s AND version = %(expected)s"
    " AND EXISTS (SELECT FROM schema_version WHERE version = %(schema)s) RETURNING id)"
)
_PUT: Final = (
    ", put AS (INSERT INTO documents AS document (world_id, kind, id, version, body)"
    " SELECT world.id, put.kind, put.id, %(version)s, put.body::json FROM world,"
    " unnest(%(kinds)b::text[], %(ids)b::text[], %(bodies)b::text[]) WITH ORDINALITY AS put (kind, id, body, place)"
    " ORDER BY place ON CONFLICT (world_id, kind, id) DO UPDATE SET version = excluded.version, body = excluded.body"
)
# One statement may not write to a row twice: what is put anyway is not removed first.
_REMOVE: Final = (
    ", removed AS (DELETE FROM documents USING world WHERE world_id = world.id AND kind <> ALL (%(keeping)s::text[])"
    " AND NOT EXISTS (SELECT FROM unnest(%(kinds)b::text[], %(ids)b::text[]) AS put (kind, id)"
    " WHERE put.kind = documents.kind AND put.id = documents.id))"
)
_COMMIT: Final = f"{_CHANGE}{_PUT}) SELECT FROM world"
_REPLACE: Final = (
    f"{_CHANGE}{_REMOVE}{_PUT}, number = CASE WHEN document.kind = ANY (%(keeping)s) THEN document.number"
    " ELSE excluded.number END) SELECT FROM world"
)

_FORGET: Final = (
    "WITH world AS (SELECT id FROM worlds WHERE id = %(id)s AND version = %(version)s FOR UPDATE),"
    " forgotten AS (DELETE FROM documents USING world WHERE world_id = world.id AND body IS NULL"
    " AND kind = ANY (%(added)s) RETURNING world_id)"
    " UPDATE worlds SET replaced = version FROM world WHERE worlds.id = world.id AND EXISTS (SELECT FROM forgotten)"
)
"""Forgets which documents were removed; whoever knows the world from before loads it whole."""


class DocumentVerbs(Shared):
    def load(self, world_id: str, since: int | None, most: int | None = None) -> Loaded | None:
        row = self._load(world_id, since, most)
        if row is None:
            self._servers.pop(world_id, None)
            self._known_keys.forget(world_id)
            return None
        server = row[-1]
        if since is not None and self._servers.get(world_id) != server:
            # A server that took over, or was restored, may lack commits that this process has seen.
            row = self._load(world_id, None, most) or row
        loaded = self._loaded(row)
        if not loaded.lacks_documents:
            if len(self._servers) >= _MOST_SERVERS:
                self._servers.clear()
            self._servers[world_id] = server
        return loaded

    def commit(self, world_id: str, expected: int, changes: ChangeSet) -> int:
        version = ((expected >> _TAIL_BITS) + 1) << _TAIL_BITS | secrets.randbits(_TAIL_BITS)
        kinds, ids = [list(part) for part in zip(*changes.documents, strict=True)] or ([], [])
        parameters = {
            "id": world_id,
            "expected": expected,
            "schema": self._database.schema,
            "version": version,
            "replaces": changes.replaces,
            "keeping": list(changes.keeping),
            "epoch": changes.moment.epoch,
            "wall": self._now(),
            "bytes": changes.bytes,
            **clock_parameters(changes.moment.clock),
            "kinds": kinds,
            "ids": ids,
            "bodies": [self._dump(kind, value) for (kind, _), value in changes.documents.items()],
        }
        statement = _REPLACE if changes.replaces else _COMMIT
        # A plan that does not know how many documents are put may compare each with each.
        prepare = False if changes.replaces else None

        def write(connection: Conn, repeated: bool) -> None:
            connection.carried(sum(len(body or "") for body in parameters["bodies"]))
            written = connection.execute(statement, parameters, prepare=prepare).fetchone() is not None
            if not written and not (repeated and _has_commit(connection, world_id, version)):
                raise conflict()

        self._database.run(write)
        if (version >> _TAIL_BITS) % FORGETTING == 0:
            with suppress(Issue):  # the commit is made, and there will be others
                self._database.execute(_FORGET, {"id": world_id, "version": version, "added": list(changes.added)})
        return version

    def _load(self, world_id: str, since: int | None, most: int | None) -> TupleRow | None:
        parameters = {"id": world_id, "since": since, "most": most, "wall": self._now()}

        def read(connection: Conn, _: bool) -> TupleRow | None:
            found = connection.execute(_LOAD, parameters)
            row = found.fetchone()
            if row is not None and row[-_FROM_DOCUMENTS] and found.pgresult is not None:
                connection.carried(len(found.pgresult.get_value(0, len(row) - _FROM_DOCUMENTS) or b""))
            if row is None or row[-2]:
                require_primary(connection)
                require_schema(connection, self._database.schema)
            elif row[-3] != self._database.schema:
                raise SchemaChangedError(row[-3], self._database.schema)
            return row

        return self._database.run(read)

    def _loaded(self, row: TupleRow) -> Loaded:
        record = WorldRecord(*row[:RECORD_WIDTH])
        version, epoch, *clock, wall, used, watched, complete, lacks, documents = row[
            RECORD_WIDTH : 1 - _FROM_DOCUMENTS
        ]
        return Loaded(
            record=record,
            version=version,
            moment=Moment(epoch, Clock(*clock)),
            wall=wall,
            expires_wall=record.expires(used),
            watched=watched,
            complete=complete,
            documents={
                (kind, document_id): None if body is None else self._codecs[kind].load(body)
                for kind, document_id, body in documents or ()
            },
            used_wall=used,
            lacks_documents=bool(lacks),
        )

    def _dump(self, kind: str, value: Any | None) -> str | None:
        return None if value is None else json.dumps(self._codecs[kind].dump(value), separators=(",", ":"))


def _has_commit(connection: Conn, world_id: str, version: int) -> bool:
    """Whether a commit is there whose answer was lost. Raises UnavailableIssue when too many followed to tell."""
    row = connection.execute("SELECT version, recent FROM worlds WHERE id = %s", (world_id,)).fetchone()
    if row is None:
        return False
    current, recent = row
    if version == current or version in recent:
        return True
    if (current >> _TAIL_BITS) - (version >> _TAIL_BITS) > _RECENT:
        raise UnavailableIssue(
            "The connection to the database broke, and whether the change was made is not known; read it first.",
            retry_after_seconds=1,
        )
    return False
