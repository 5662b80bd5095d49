"""What a unit puts: collected, and sent together."""

from collections.abc import Sequence
from typing import Final

from ...resources.sequences.model import Run
from ...resources.sequences.schedule import Schedule
from ..base import HistoryEntry
from .database import Conn
from .rows import COLUMNS, UPSERT, read, write

_BEFORE: Final = f"SELECT {COLUMNS} FROM runs WHERE state = %s AND id = ANY(%s::uuid[])"
_HAPPENING: Final = (
    "INSERT INTO happenings (state, sequence_id, at, event, by, source, target, request_id)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
_TALLY: Final = (
    "INSERT INTO tallies (state, organization_id, sequence_template_id, status, runs) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT (state, organization_id, sequence_template_id, status) DO UPDATE SET runs = tallies.runs + excluded.runs"
)

Group = tuple[str, str, str]


class Writes:
    """Runs put and not yet sent, and runs as the database has them, which the tallies are kept by."""

    def __init__(self) -> None:
        self._stored: dict[str, Run | None] = {}
        self._changed: dict[str, Run] = {}
        self._happenings: list[tuple[str, HistoryEntry]] = []

    def __bool__(self) -> bool:
        return bool(self._changed)

    def seen(self, runs: list[Run]) -> list[Run]:
        """Notes runs as the database has them, which has been sent everything."""
        self._stored.update((run.id, run) for run in runs)
        return runs

    def known(self, sequence_id: str) -> Run | None:
        """A run as it is, put or seen."""
        return self._changed.get(sequence_id) or self._stored.get(sequence_id)

    def put(self, run: Run, entries_: Sequence[HistoryEntry]) -> None:
        """Takes a run, and what happened to it."""
        self._changed[run.id] = run
        self._happenings += [(run.id, entry_) for entry_ in entries_]

    def send(self, connection: Conn, state: int, schedule: Schedule) -> None:
        """Sends what was put, to a state that is the world's own."""
        unseen = [sequence_id for sequence_id in self._changed if sequence_id not in self._stored]
        if unseen:
            self._stored.update(dict.fromkeys(unseen))
            self.seen(read(connection.execute(_BEFORE.encode(), (state, unseen))))
        tallies = self._tallies()
        with connection.pipeline(), connection.cursor() as cursor:
            cursor.executemany(UPSERT.encode(), [write(state, run, schedule) for run in self._changed.values()])
            cursor.executemany(_HAPPENING, [(state, of, *entry_) for of, entry_ in self._happenings])
            cursor.executemany(_TALLY, [(state, *group, more) for group, more in tallies.items() if more])
        self._stored.update(self._changed)
        self._changed, self._happenings = {}, []

    def _tallies(self) -> dict[Group, int]:
        """By how many each group grows."""
        tallies: dict[Group, int] = {}
        for sequence_id, run in self._changed.items():
            before = self._stored[sequence_id]
            for each, more in ((before, -1), (run, 1)):
                if each is not None:
                    group = (each.organization_id, each.sequence_template_id, each.status)
                    tallies[group] = tallies.get(group, 0) + more
        return tallies
