"""Journals: entries are handed to one thread of the process, which writes whatever has come together at once.

A request never waits for its entry. An entry may be missing if the process or the database is killed before it was
written; nothing else rests on it.
"""

import logging
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate, takewhile
from typing import Any, Final, NamedTuple

from psycopg import Error, errors

from ...domain.errors import Issue, UnavailableIssue
from ...traffic.journal import Entry
from ..base import MOST_JOURNAL_BYTES
from .database import Database
from .entries import dump_entry, load_entry

_MOST_AT_ONCE: Final = 500
_MOST_BYTES_AT_ONCE: Final = 4 << 20
_MOST_WAITING_BYTES: Final = 32 << 20
_LONGEST_FLUSH_SECONDS: Final = 5.0
_RETRY_SECONDS: Final = 0.5
_GATHER_SECONDS: Final = 0.005
"""The least time between batches: under load they are few and large. The first entry after a pause goes at once."""
_PRUNED_EVERY_BYTES: Final = MOST_JOURNAL_BYTES // 16
_MOST_WORLDS: Final = 65_536
_LOG: Final = logging.getLogger("sequences_sandbox.store")

# Nobody waits until an entry is on disk. The worlds are joined because some may have been deleted meanwhile.
_ADD: Final = (
    "WITH unhurried AS (SELECT set_config('synchronous_commit', 'off', true))"
    " INSERT INTO journal (world_id, mark, weight, entry)"
    " SELECT worlds.id, mark, weight, entry::json FROM unhurried,"
    " unnest(%s::text[], %s::bigint[], %s::bigint[], %b::text[]) WITH ORDINALITY"
    " AS added (world, mark, weight, entry, place) JOIN worlds ON worlds.id = added.world ORDER BY place"
)
_READ: Final = "SELECT mark, weight, entry FROM journal WHERE world_id = %s ORDER BY number DESC"
_PRUNE: Final = (
    "DELETE FROM journal WHERE world_id = %(world)s AND number <= (SELECT max(number) FROM (SELECT number,"
    " sum(weight) OVER (ORDER BY number DESC) AS kept FROM journal WHERE world_id = %(world)s) AS heap"
    " WHERE kept > %(most)s)"
)


class _Waiting(NamedTuple):
    mark: int
    world_id: str
    weight: int
    entry: Entry


class Journal:
    """The journals of all worlds."""

    def __init__(self, database: Database) -> None:
        self._database: Final = database
        self.open()

    def open(self) -> None:
        """Starts anew, in this process; its thread starts with the first entry."""
        self._changed = threading.Condition()
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._marks = random.SystemRandom().getrandbits(31) << 32
        self._added = self._done = self._failures = self._flushes = 0
        self._unpruned: Counter[str] = Counter()
        self._writer: threading.Thread | None = None
        self._is_closing = False

    def close(self) -> None:
        """Writes what waits, unless the database is away."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        if self._writer is not None:
            self._writer.join(_LONGEST_FLUSH_SECONDS)

    def append(self, world_id: str, entry: Entry) -> None:
        """Hands an entry to the writer. While the database is away for long, the oldest go."""
        weight = entry.weight
        with self._changed:
            self._marks += 1
            self._added += 1
            self._waiting.append(_Waiting(self._marks, world_id, weight, entry))
            self._bytes += weight
            while self._bytes > _MOST_WAITING_BYTES:
                self._bytes -= self._waiting.popleft().weight
                self._done += 1
            if self._writer is None:
                self._writer = threading.Thread(target=self._write, name="journal", daemon=True)
                self._writer.start()
            self._changed.notify_all()

    def read(self, world_id: str) -> list[Entry]:
        """The newest entries of a world, as many as may be kept, oldest first."""
        self._flush()
        rows = self._database.rows(_READ, (world_id,))
        weights = accumulate(int(row[1]) for row in rows)
        kept = max(1, sum(1 for _ in takewhile(lambda weight: weight <= MOST_JOURNAL_BYTES, weights)))
        entries = {mark: entry for mark, _, entry in reversed(rows[:kept])}
        return [load_entry(entry) for entry in entries.values()]

    def clear(self, world_id: str) -> None:
        self._flush()
        self._database.execute("DELETE FROM journal WHERE world_id = %s", (world_id,))

    def _flush(self) -> None:
        """Waits until everything that was appended before is written."""
        with self._changed:
            upto, failures = self._added, self._failures
            self._flushes += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._done >= upto or self._failures > failures, _LONGEST_FLUSH_SECONDS)
            if self._done < upto:
                raise UnavailableIssue("The journal is not written yet; try again shortly.", retry_after_seconds=1)

    def _take(self) -> list[_Waiting]:
        """The next batch, within bounds; the first entry in any case."""
        taken: list[_Waiting] = []
        left = _MOST_BYTES_AT_ONCE
        while self._waiting and left > 0 and len(taken) < _MOST_AT_ONCE:
            taken.append(self._waiting.popleft())
            left -= taken[-1].weight
        self._bytes -= sum(each.weight for each in taken)
        return taken

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_closing)
                batch = self._take()
                if not batch:
                    return
            self._write_batch(batch)
            with self._changed:
                self._done += len(batch)
                self._changed.notify_all()
            time.sleep(_GATHER_SECONDS)

    def _write_batch(self, batch: Sequence[_Waiting]) -> None:
        rows = [(each.world_id, each.mark, each.weight, dump_entry(each.entry)) for each in batch]
        parameters = [list(column) for column in zip(*rows, strict=True)]
        while not self._is_written(parameters):
            with self._changed:
                self._failures += 1
                self._changed.notify_all()
                # Until somebody waits for the writer, beyond those who did so before.
                before = self._flushes
                self._changed.wait_for(lambda: self._is_closing or self._flushes > before, _RETRY_SECONDS)  # noqa: B023
                if self._is_closing:
                    return
        self._prune(batch)

    def _is_written(self, parameters: list[Any]) -> bool:
        """Whether entries need not be sent again."""
        try:
            self._database.execute(_ADD, parameters)
        except (UnavailableIssue, errors.ForeignKeyViolation):  # a world was deleted between the join and the check
            return False
        except (Issue, Error) as error:
            _LOG.error("%d journal entries could not be written: %s", len(parameters[0]), error)
        return True

    def _prune(self, batch: Sequence[_Waiting]) -> None:
        """Removes the oldest entries of the worlds that so much was added to that it may be worth it."""
        for each in batch:
            self._unpruned[each.world_id] += each.weight
        for world_id in {each.world_id for each in batch}:
            if self._unpruned[world_id] >= _PRUNED_EVERY_BYTES:
                del self._unpruned[world_id]
                with suppress(Issue):
                    self._database.execute(_PRUNE, {"world": world_id, "most": MOST_JOURNAL_BYTES})
        if len(self._unpruned) > _MOST_WORLDS:
            self._unpruned.clear()
