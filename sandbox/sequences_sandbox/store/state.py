"""The state of a world as one immutable value.

Everything in it is persistent: a change makes a new state that shares what did not change. A new world, a snapshot, a
reset and a rollback are therefore one pointer, and a reader never sees half a change.

The index is brought up to date by the first call that needs it, and the state remembers that: writes that nobody lists
cost nothing, and many changes of one run are indexed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from rpds import HashTrieMap, HashTrieSet

from ..domain.lifecycle import Lifecycle
from ..domain.query import Query
from ..resources.sequences.model import Run
from ..resources.sequences.schedule import Schedule
from .base import HistoryEntry
from .index import Index
from .tree import Entry, Tree

Link: TypeAlias = "tuple[tuple[Any, ...], Link | None]"
"""A happening and the history before it. Plain tuples of plain values, which the garbage collector stops following."""

_NONE: Final[HashTrieMap[str, Run | None]] = HashTrieMap()


class State:
    """Runs by id, what is due, histories (newest first, linked), the contacts that were deleted, and the index.

    `_indexed` is an index with the runs that changed since, as that index knows them. Both are replaced together.
    """

    __slots__ = ("_indexed", "due_tree", "forgotten", "histories", "runs")

    def __init__(
        self,
        runs: HashTrieMap[str, Run],
        due_tree: Tree,
        histories: HashTrieMap[str, Link],
        forgotten: HashTrieSet[str],
        indexed: tuple[Index, HashTrieMap[str, Run | None]],
    ) -> None:
        self.runs: Final = runs
        self.due_tree: Final = due_tree
        self.histories: Final = histories
        self.forgotten: Final = forgotten
        self._indexed = indexed

    @classmethod
    def build(cls, runs: Iterable[Run], schedule: Schedule) -> State:
        """The state that holds `runs`, all at once."""
        by_id = {run.id: run for run in runs}
        due = [(at, run.id) for run in by_id.values() if (at := schedule.due_at(run)) is not None]
        index = Index.build(by_id.values())
        return cls(HashTrieMap(by_id), Tree.build(sorted(due), None), HashTrieMap(), HashTrieSet(), (index, _NONE))

    def with_runs(
        self, changed: Mapping[str, Run], schedule: Schedule, entries_: Iterable[tuple[str, HistoryEntry]] = ()
    ) -> State:
        """This state with runs changed or added, and histories grown: each happening beside its run's id, oldest first."""
        runs = self.runs
        index, stale = self._indexed
        removed: list[Entry] = []
        added: list[Entry] = []
        for sequence_id, run in changed.items():
            before = runs.get(sequence_id)
            old = schedule.due_at(before) if before is not None else None
            new = schedule.due_at(run)
            if old != new:
                removed += [(old, sequence_id)] if old is not None else ()
                added += [(new, sequence_id)] if new is not None else ()
            if sequence_id not in stale:
                stale = stale.insert(sequence_id, before)
            runs = runs.insert(sequence_id, run)
        due_tree = self.due_tree.replace(removed, added) if removed or added else self.due_tree
        histories = self.histories
        for sequence_id, entry_ in entries_:
            histories = histories.insert(sequence_id, (tuple(entry_), histories.get(sequence_id)))
        return State(runs, due_tree, histories, self.forgotten, (index, stale))

    def without_contact(self, contact_id: str) -> State:
        """This state with a contact's record deleted."""
        forgotten = self.forgotten.insert(contact_id)
        return State(self.runs, self.due_tree, self.histories, forgotten, self._indexed)

    @property
    def index(self) -> Index:
        """The index of the runs as they are."""
        index, stale = self._indexed
        if stale:
            index = index.with_changes((before, self.runs[sequence_id]) for sequence_id, before in stale.items())
            self._indexed = (index, _NONE)
        return index

    def page(self, organization_id: str, query: Query, lifecycle: Lifecycle) -> tuple[list[Run], int]:
        """The runs of a page, and the number of matches over all pages."""
        ids, total = self.index.page(organization_id, query, lifecycle)
        return self._runs(ids), total

    def siblings(self, run: Run) -> list[Run]:
        """Runs of the same organization, template and company, by id, without `run`."""
        return [self.runs[sibling] for sibling in self.index.siblings(run) if sibling != run.id]

    def of_contact(self, organization_id: str, contact_id: str) -> list[Run]:
        """The runs of a contact, by id."""
        return self._runs(self.index.of_contact(organization_id, contact_id))

    def counts(self, organization_id: str, statuses: Iterable[str]) -> dict[str, int]:
        """Runs by status, every status named."""
        return self.index.counts(organization_id, statuses)

    def due(self, until: int) -> list[Run]:
        """The runs due at `until` or before, by instant and then id."""
        first = self.due_tree.first()
        if first is None or first[0] > until:
            return []
        return self._runs(str(entry[1]) for entry in self.due_tree.slice(0, self.due_tree.rank((until + 1,))))

    def next_due(self) -> Run | None:
        """The run due first."""
        first = self.due_tree.first()
        return None if first is None else self.runs[str(first[1])]

    def history(self, sequence_id: str) -> list[HistoryEntry]:
        """What happened to a run, oldest first."""
        found: list[HistoryEntry] = []
        link = self.histories.get(sequence_id)
        while link is not None:
            values, link = link
            found.append(HistoryEntry(*values))
        return found[::-1]

    def _runs(self, ids: Iterable[str]) -> list[Run]:
        return [*map(self.runs.__getitem__, ids)]
