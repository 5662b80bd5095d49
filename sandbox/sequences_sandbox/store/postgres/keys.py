"""API keys by the digests of their tokens."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

from ..records import KeyRecord
from .connecting import require_primary
from .shared import Shared

_COLUMNS: Final = "digest, id, name, scopes, world_id, organization_id, prefix, created_at, last_used_at"
"""In the order of KeyRecord."""

ADD_KEYS: Final = (
    f"INSERT INTO keys ({_COLUMNS}) SELECT digest, key.id, name, scopes, world.id, organization_id, prefix, created_at,"
    " last_used_at FROM world, json_populate_recordset(NULL::keys, %(keys)s::json) WITH ORDINALITY AS key"
    " ORDER BY ordinality"
)
"""Adds keys to a `world`, a CTE of one row."""


def key_parameters(keys: Iterable[KeyRecord]) -> dict[str, Any]:
    added = {key.digest: key for key in keys}.values()
    rows = [{**asdict(key), "digest": f"\\x{key.digest.hex()}", "scopes": sorted(key.scopes)} for key in added]
    return {"keys": json.dumps(rows)}


class KeyVerbs(Shared):
    def find_key(self, digest: bytes) -> KeyRecord | None:
        known = self._known_keys.get(digest)
        if known is not None:
            return known
        found = self._read("digest = %s", digest)
        for key in found:
            self._known_keys.add(key)
        if not found:
            self._database.run(lambda connection, _: require_primary(connection))
        return found[0] if found else None

    def keys(self, world_id: str) -> Sequence[KeyRecord]:
        return self._read("world_id = %s ORDER BY number", world_id)

    def _read(self, condition: str, value: object) -> list[KeyRecord]:
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM keys WHERE {condition}", (value,))
        return [
            KeyRecord(digest, key_id, name, frozenset(scopes), *rest) for digest, key_id, name, scopes, *rest in rows
        ]
