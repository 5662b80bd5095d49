"""A unit of work: one transaction. Who writes holds the world's row; who only reads sees one moment of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ...domain.clock import Clock
from ...domain.query import Query
from ...resources.sequences.model import Run
from ..base import HistoryEntry, Snapshot
from . import states
from .database import Conn
from .listing import Listing
from .rows import COLUMNS, read
from .snapshots import Kept, Snapshots
from .worlds import WorldRow, WorldRows
from .writes import Writes

_RUN: Final = f"SELECT {COLUMNS} FROM runs WHERE state = %s"


class PostgresUnit:
    """The verbs on one world. Without `holds` the world's row is not locked, and nothing can be put."""

    def __init__(self, connection: Conn, rows: WorldRows, world: WorldRow, *, holds: bool) -> None:
        self._connection: Final = connection
        self._rows: Final = rows
        self._world = world
        self._state = world.state
        self._own = world.owns_state
        self._holds: Final = holds
        self._writes = Writes()
        self._snapshots: Final = Snapshots(connection, world.record.id)
        self._left: list[int] = []  # states to be removed, once the world's row says what it points at now
        self._changed = False
        self._keeps = False
        self.record = world.record
        self.wall = world.wall
        self.clock = world.clock

    def get(self, organization_id: str | None, sequence_id: str) -> Run | None:
        """A run by id; within one organization, or in any with None."""
        run = self._writes.known(sequence_id)
        if run is None:
            run = next(iter(self._runs(" AND id = %s", sequence_id)), None)
        return run if run is not None and organization_id in (None, run.organization_id) else None

    def page(self, organization_id: str, query: Query) -> tuple[Sequence[Run], int]:
        """The runs of a page and the number of matches over all pages."""
        listing = Listing(self._connection, self._sent(), organization_id, query)
        return listing.page(self.record.schedule.lifecycle)

    def counts(self, organization_id: str) -> Mapping[str, int]:
        """Runs by status."""
        return Listing(self._connection, self._sent(), organization_id, Query()).counts()

    def siblings(self, run: Run) -> Sequence[Run]:
        """Runs of the same organization, template and company, by id, `run` excluded."""
        if run.company is None:
            return []
        group = (run.organization_id, run.sequence_template_id, run.company)
        return self._runs(
            " AND organization_id = %s AND sequence_template_id = %s AND company = %s AND id <> %s ORDER BY id",
            *group,
            run.id,
        )

    def of_contact(self, organization_id: str, contact_id: str) -> Sequence[Run]:
        """The runs of a contact, by id."""
        found = self._runs(" AND contact_id = %s ORDER BY id", contact_id)
        return [run for run in found if run.organization_id == organization_id]

    def due(self, until: int) -> Sequence[Run]:
        """The runs for which something falls due at `until` or before."""
        untouched = not self._changed and not self._writes
        if untouched and (self._world.next_due is None or self._world.next_due > until):
            return []
        return self._runs(" AND due_at <= %s ORDER BY due_at, id", until)

    def next_due(self) -> Run | None:
        """The run for which something falls due first."""
        return next(iter(self._runs(" AND due_at IS NOT NULL ORDER BY due_at, id LIMIT 1")), None)

    def put(self, run: Run, *entries_: HistoryEntry) -> None:
        """Stores a run, new or changed, and appends to its history."""
        if not self._holds:
            raise RuntimeError("a unit that was opened to read puts nothing")
        self._writes.put(run, entries_)

    def history(self, sequence_id: str) -> Sequence[HistoryEntry]:
        """What happened to a run since the timeline began, oldest first."""
        found = self._connection.execute(
            "SELECT at, event, by, source, target, request_id FROM happenings"
            " WHERE state = %s AND sequence_id = %s ORDER BY number",
            (self._sent(), sequence_id),
        )
        return [HistoryEntry(*row) for row in found]

    def all_runs(self) -> Iterable[Run]:
        """Every run of the world, by organization and then id."""
        return self._runs(" ORDER BY organization_id, id")

    def forget_contact(self, contact_id: str) -> None:
        """Marks a contact's record as deleted."""
        self._connection.execute(
            "INSERT INTO forgotten_contacts (state, contact_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (self._own_state(), contact_id),
        )

    def forgotten_contacts(self) -> frozenset[str]:
        """The contacts whose records were deleted."""
        found = self._connection.execute("SELECT contact_id FROM forgotten_contacts WHERE state = %s", (self._state,))
        return frozenset(row[0] for row in found)

    def reset(self, epoch: int, clock: Clock) -> None:
        """Puts the fixture's runs back, in a world born at `birth`."""
        self._point_at(self._rows.first_state(self._connection, self._world))
        self.record, self.clock = replace(self.record, epoch=epoch), clock

    def snapshots(self) -> Sequence[Snapshot]:
        """What was kept, oldest first."""
        return self._snapshots.all()

    def keep(self, name: str) -> Snapshot:
        """Keeps the state under a name; the next write to the world copies it, unless it is large and copied now."""
        entry = Snapshot(name, self.wall, self.record.epoch + self.clock.now(self.wall))
        self._left += self._snapshots.drop(name)
        self._snapshots.keep(Kept(entry, self._sent(), self.record.epoch, self.clock.frozen))
        self._share(self._state)
        return entry

    def restore(self, name: str) -> None:
        """Returns to a snapshot."""
        kept = self._snapshots.find(name)
        self._point_at(kept.state)
        self.record = replace(self.record, epoch=kept.epoch)
        self.clock = Clock(self.wall, kept.entry.now - kept.epoch, kept.frozen)

    def drop(self, name: str) -> None:
        """Forgets a snapshot."""
        left = self._snapshots.drop(name)
        if not left:
            raise KeyError(name)
        self._left += left
        self._changed = True

    def kept_runs(self, name: str) -> Iterable[Run]:
        """The runs of a snapshot."""
        return read(self._connection.execute(_RUN.encode(), (self._snapshots.find(name).state,)))

    def kept_birth(self, name: str) -> int:
        """The birth that a snapshot's times count from."""
        return self._snapshots.find(name).epoch

    def checkpoint(self) -> None:
        """Keeps what was put so far: a failure after this goes back to here, and no further."""
        if self._holds:
            self._save()
            self._connection.execute("SAVEPOINT kept")
            self._keeps = True

    def commit(self) -> None:
        """Ends the unit."""
        if self._holds:
            self._save()
        self._connection.execute("COMMIT")

    def abandon(self) -> None:
        """Ends the unit after a failure, with what a checkpoint kept."""
        if self._connection.broken:
            return
        if self._keeps:
            self._connection.execute("ROLLBACK TO SAVEPOINT kept")
        self._connection.execute("COMMIT" if self._keeps else "ROLLBACK")

    def _runs(self, conditions: str, *values: Any) -> list[Run]:
        found = self._connection.execute((_RUN + conditions).encode(), (self._sent(), *values))
        return self._writes.seen(read(found))

    def _sent(self) -> int:
        """The state, after the database has been told what was put."""
        if self._writes:
            self._writes.send(self._connection, self._own_state(), self.record.schedule)
            self._changed = True
        return self._state

    def _own_state(self) -> int:
        """The state, after it was copied if something else points at it too."""
        if not self._own:
            self._left.append(self._state)
            self._state, self._own = states.copied(self._connection, self._state), True
        self._changed = True
        return self._state

    def _point_at(self, state: int) -> None:
        self._left.append(self._state)
        self._writes = Writes()
        self._share(state)

    def _share(self, state: int) -> None:
        """Goes on with a state that something else points at too."""
        self._state, self._own, self._changed = state, False, True
        if states.is_large(self._connection, state):
            self._own_state()

    def _save(self) -> None:
        """Writes the world's row if anything changed, and removes the states that were left by it."""
        state = self._sent()
        if not self._changed and self.clock == self._world.clock:
            return
        self._world = replace(self._world, record=self.record, clock=self.clock, state=state, owns_state=self._own)
        self._rows.change(self._connection, self._world)
        states.release(self._connection, self._left)
        self._left = []
