"""Journals: a row a request, the oldest removed when a world's rows weigh too much."""

import json
from collections import Counter
from itertools import accumulate, takewhile
from typing import Any, Final

from ...traffic.journal import Entry, redacted
from .database import Conn

_FIELDS: Final = Entry._fields
_COLUMNS: Final = ", ".join(_FIELDS)
_BYTES: Final = ("raw_path", "raw_query", "request_body", "response_body")
_PRUNED_EVERY: Final = 64
# A journal is no record of what was done, so that a request need not wait until its entry is on disk: should the database
# crash, the last moments may be missing from journals, and from nothing else.
_ADD: Final = (
    "WITH unhurried AS (SELECT set_config('synchronous_commit', 'off', true))"
    f" INSERT INTO journal (world, weight, {_COLUMNS}) SELECT {', '.join(['%s'] * (len(_FIELDS) + 2))} FROM unhurried"
)
_ALL: Final = f"SELECT weight, {_COLUMNS} FROM journal WHERE world = %s ORDER BY number DESC"
_PRUNE: Final = (
    "DELETE FROM journal WHERE world = %(world)s AND number <= ("
    "SELECT number FROM (SELECT number, sum(weight) OVER (ORDER BY number DESC) AS kept FROM journal"
    " WHERE world = %(world)s) AS heaped WHERE kept > %(most)s ORDER BY number DESC LIMIT 1)"
)


class Journal:
    """The journals of all worlds. A world's own weighs `most_bytes`, and a little more until it is pruned."""

    def __init__(self, most_bytes: int) -> None:
        self._most: Final = most_bytes
        self._added: Counter[str] = Counter()

    def add(self, connection: Conn, world_id: str, entry: Entry) -> None:
        """Adds an entry; now and then, removes those that are too many."""
        connection.execute(_ADD.encode(), (world_id, entry.weight, *_row(entry)))
        self._added[world_id] += 1
        if self._added[world_id] >= _PRUNED_EVERY:
            del self._added[world_id]
            connection.execute(_PRUNE.encode(), {"world": world_id, "most": self._most})

    def entries(self, connection: Conn, world_id: str) -> list[Entry]:
        """The entries of a world, oldest first, as many as it may hold; the newest in any case."""
        rows = connection.execute(_ALL.encode(), (world_id,)).fetchall()
        weights = accumulate(int(row[0]) for row in rows)
        kept = max(1, sum(1 for _ in takewhile(lambda weight: weight <= self._most, weights)))
        return [_entry(row[1:]) for row in reversed(rows[:kept])]

    def clear(self, connection: Conn, world_id: str) -> None:
        """Empties the journal of a world."""
        connection.execute("DELETE FROM journal WHERE world = %s", (world_id,))

    def bytes_kept(self, connection: Conn) -> int:
        """How much room the journals take in the database, their index included."""
        row = connection.execute("SELECT pg_total_relation_size('journal')").fetchone()
        return 0 if row is None else int(row[0])


def _row(entry: Entry) -> list[Any]:
    """What is kept of an entry. A key that stood where none belongs does not reach the disk."""
    values = entry._asdict()
    for name in _BYTES:
        values[name] = _text(values[name]).encode("latin-1")
    values["request_headers"] = json.dumps([[*map(_text, pair)] for pair in entry.request_headers.items()])
    values["response_headers"] = json.dumps([[*map(_text, pair)] for pair in entry.response_headers])
    return list(values.values())


def _entry(row: Any) -> Entry:
    values = dict(zip(_FIELDS, row, strict=True))
    for name in _BYTES:
        values[name] = bytes(values[name])
    values["request_headers"] = dict(_headers(values["request_headers"]))
    values["response_headers"] = _headers(values["response_headers"])
    return Entry(**values)


def _headers(pairs: list[list[str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]


def _text(value: bytes) -> str:
    """Bytes as they can stand in JSON, each a character, without keys."""
    return redacted(value.decode("latin-1"))
