"""What worlds begin with: the organizations and the first state of a fixture, once for all worlds that begin so.

A base is known by a digest of its content, so that processes which read the same fixture share it.
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from ...resources.sequences.model import Organization
from ..base import Base, WorldRecord
from . import documents, states
from .database import Conn

_MOST_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Begun:
    """A base as its row says."""

    id: str
    state: int
    static: bool
    organizations: Mapping[str, Organization]


class Bases:
    """Reads and writes bases, and keeps those read of late: they never change."""

    def __init__(self) -> None:
        self._kept: dict[str, Begun] = {}
        self._digests: WeakKeyDictionary[Base, bytes] = WeakKeyDictionary()

    def find(self, connection: Conn, base_id: str) -> Begun:
        """A base by id."""
        kept = self._kept.get(base_id)
        if kept is not None:
            return kept
        row = connection.execute(
            "SELECT id, state, static, organizations FROM bases WHERE id = %s", (base_id,)
        ).fetchone()
        if row is None:
            raise KeyError(base_id)
        found = Begun(row[0], row[1], row[2], documents.load(row[3]))
        if len(self._kept) >= _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)), None)
        self._kept[base_id] = found
        return found

    def digest(self, record: WorldRecord, base: Base) -> bytes:
        """What a base is known by. Of a large one it takes a while, and no transaction should have to wait for it."""
        known = self._digests.get(base)
        if known is None:
            found = hashlib.sha256(documents.dump(record.organizations.values()).encode())
            found.update(repr(record.schedule.static).encode())
            for run in base.runs():
                found.update(repr(run).encode())
            known = self._digests[base] = found.digest()
        return known

    def hold(self, connection: Conn, digest: bytes, record: WorldRecord, base: Base) -> Begun:
        """A base, loaded if need be, and kept from removal for the rest of the transaction."""
        while True:
            row = connection.execute("SELECT id FROM bases WHERE digest = %s FOR SHARE", (digest,)).fetchone()
            if row is not None:
                return self.find(connection, row[0])
            self._load(connection, digest, record, base)

    def release(self, connection: Conn, base_id: str) -> None:
        """Removes a base that no world began with any more."""
        row = connection.execute("SELECT state FROM bases WHERE id = %s FOR UPDATE", (base_id,)).fetchone()
        used = connection.execute("SELECT FROM worlds WHERE base = %s LIMIT 1", (base_id,)).fetchone()
        if row is not None and used is None:
            connection.execute("DELETE FROM bases WHERE id = %s", (base_id,))
            states.release(connection, [int(row[0])])

    def _load(self, connection: Conn, digest: bytes, record: WorldRecord, base: Base) -> None:
        """Loads a base, unless another process is first; then waits until that one has."""
        added = connection.execute(
            "INSERT INTO bases (id, digest, state, static, organizations) VALUES (%s, %s, nextval('state_numbers'), %s, %s)"
            " ON CONFLICT (digest) DO NOTHING RETURNING state",
            (str(uuid.uuid4()), digest, record.schedule.static, documents.dump(record.organizations.values())),
        ).fetchone()
        if added is not None:
            states.load(connection, int(added[0]), base.runs(), record.schedule)
