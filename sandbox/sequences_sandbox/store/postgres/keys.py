"""API keys by the digests of their tokens."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from ..records import KeyRecord
from .connecting import require_primary
from .database import Database

_COLUMNS: Final = "digest, id, name, scopes, world_id, organization_id, prefix, created_at, last_used_at"
"""In the order of KeyRecord."""
_MOST_KNOWN: Final = 16_384

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


class KnownKeys:
    """The keys that this process found of late, so that most requests need not ask for theirs.

    A key never changes but for its last use, and goes only with its world, which is looked for at each request.
    """

    def __init__(self) -> None:
        self._keys: dict[bytes, KeyRecord] = {}

    def get(self, digest: bytes) -> KeyRecord | None:
        return self._keys.get(digest)

    def add(self, key: KeyRecord) -> None:
        if len(self._keys) >= _MOST_KNOWN:
            self._keys.pop(next(iter(self._keys)), None)
        self._keys[key.digest] = key

    def use(self, key: KeyRecord, now: int) -> None:
        """Notes that a key was used, if it is known."""
        if key.digest in self._keys:
            self._keys[key.digest] = replace(key, last_used_at=now)

    def forget(self, world_id: str) -> None:
        for key in [key for key in list(self._keys.values()) if key.world_id == world_id]:
            self._keys.pop(key.digest, None)


class KeyVerbs:
    _database: Database
    _known_keys: KnownKeys

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
