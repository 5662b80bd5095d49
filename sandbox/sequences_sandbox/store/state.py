"""The state of a world as one immutable value, indexed for every list call.

Everything in it is persistent: a change makes a new state that shares what did not change. A new world, a snapshot, a
reset and a rollback are therefore one pointer, and a reader never sees half a change.

Runs stand in trees by what a list call can ask for. Each group of filters (organization, with or without a status, with or
without a template) has a tree by `created_at`, and one by `updated_at` that also counts by `created_at`; groups with a
status have one by `id`, for sorting by status. A page costs O(log n) for any filters, bounds, order and offset.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Sequence as Seq
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from rpds import HashTrieMap, HashTrieSet

from ..entities import Sequence
from ..lifecycle import Lifecycle
from ..query import CREATED, STATUS, Query
from ..schedule import Schedule
from .base import Happening
from .tree import Entry, Tree

Key: TypeAlias = tuple[str | None, ...]
"""An index: its kind, then the filters of its group."""

Link: TypeAlias = tuple[Happening, "Link | None"]
"""A happening and the history before it."""

_BY_CREATED: Final = "created"
_BY_UPDATED: Final = "updated"
_BY_ID: Final = "id"
_BY_COMPANY: Final = "company"
_BY_CONTACT: Final = "contact"
_DUE: Final = "due"
_CROSS: Final[Mapping[str, int]] = {_BY_UPDATED: 2, _BY_ID: 1}
"""Where a kind's entries hold `created_at`, when pages are cut from them within bounds of it."""

_NO_TREES: Final[Mapping[str, Tree]] = {
    kind: Tree.build([], _CROSS.get(kind))
    for kind in (_BY_CREATED, _BY_UPDATED, _BY_ID, _BY_COMPANY, _BY_CONTACT, _DUE)
}


@dataclass(frozen=True, slots=True)
class State:
    """Runs by id, their indexes, their histories (newest first, linked), and the contacts that were deleted."""

    runs: HashTrieMap[str, Sequence] = field(default_factory=HashTrieMap)
    trees: HashTrieMap[Key, Tree] = field(default_factory=HashTrieMap)
    histories: HashTrieMap[str, Link] = field(default_factory=HashTrieMap)
    forgotten: HashTrieSet[str] = field(default_factory=HashTrieSet)

    @classmethod
    def build(cls, runs: Iterable[Sequence], schedule: Schedule) -> State:
        """The state that holds `runs`, all at once."""
        by_id = {run.id: run for run in runs}
        entries: dict[Key, list[Entry]] = {}
        for run in sorted(by_id.values(), key=lambda run: (run.created_at, run.id)):
            for key, entry in _entries(run, schedule):
                entries.setdefault(key, []).append(entry)
        trees = {key: Tree.build(sorted(found), _CROSS.get(str(key[0]))) for key, found in entries.items()}
        return cls(runs=HashTrieMap(by_id), trees=HashTrieMap(trees))

    def with_runs(self, changed: Mapping[str, Sequence], schedule: Schedule) -> State:
        """This state with runs changed or added."""
        runs = self.runs
        removed: dict[Key, list[Entry]] = {}
        added: dict[Key, list[Entry]] = {}
        for sequence_id, run in changed.items():
            before = runs.get(sequence_id)
            old = dict(_entries(before, schedule)) if before is not None else {}
            new = dict(_entries(run, schedule))
            for key, entry in old.items():
                if new.get(key) != entry:
                    removed.setdefault(key, []).append(entry)
            for key, entry in new.items():
                if old.get(key) != entry:
                    added.setdefault(key, []).append(entry)
            runs = runs.insert(sequence_id, run)
        return replace(self, runs=runs, trees=self._replaced(removed, added))

    def with_happenings(self, happenings: Iterable[tuple[str, Happening]]) -> State:
        """This state with histories grown, each happening beside its run's id, oldest first."""
        histories = self.histories
        for sequence_id, happening in happenings:
            histories = histories.insert(sequence_id, (happening, histories.get(sequence_id)))
        return replace(self, histories=histories)

    def without_contact(self, contact_id: str) -> State:
        """This state with a contact's record deleted."""
        return replace(self, forgotten=self.forgotten.insert(contact_id))

    def _replaced(self, removed: Mapping[Key, list[Entry]], added: Mapping[Key, list[Entry]]) -> HashTrieMap[Key, Tree]:
        trees = self.trees
        for key in removed.keys() | added.keys():
            tree = self.tree(key).replace(removed.get(key, ()), added.get(key, ()))
            trees = trees.insert(key, tree) if len(tree) else trees.discard(key)
        return trees

    def tree(self, key: Key) -> Tree:
        """The index under `key`; an empty one where nothing matches."""
        found: Tree | None = self.trees.get(key)
        return _NO_TREES[str(key[0])] if found is None else found

    def page(self, organization_id: str, query: Query, lifecycle: Lifecycle) -> tuple[list[Sequence], int]:
        """The runs of a page, and the number of matches over all pages."""
        within = (query.after, query.before) if query.bounded else None
        group = (organization_id, query.status, query.template)
        created = self.tree((_BY_CREATED, *group))
        low = created.rank((query.after + 1,)) if query.after is not None else 0
        high = created.rank((query.before,)) if query.before is not None else len(created)
        total = max(0, high - low)
        size = max(0, min(query.size, total - query.offset))
        if not size:
            return [], total
        if query.sort_by == CREATED:
            # What is newer than the bounds comes first in descending order, what is older in ascending order.
            ahead = len(created) - high if query.descending else low
            return self._runs(created.page(ahead + query.offset, size, query.descending), 1), total
        if query.sort_by != STATUS:
            updated = self.tree((_BY_UPDATED, *group))
            return self._runs(updated.page(query.offset, size, query.descending, within), 1), total
        return self._runs(self._by_status(query, organization_id, size, lifecycle), 0), total

    def _by_status(self, query: Query, organization_id: str, size: int, lifecycle: Lifecycle) -> Iterator[Entry]:
        statuses = (query.status,) if query.status is not None else lifecycle.by_name
        within = (query.after, query.before) if query.bounded else None
        offset = query.offset
        for status in reversed(statuses) if query.descending else statuses:
            tree = self.tree((_BY_ID, organization_id, status, query.template))
            found = tree.slice(offset, offset + size, within)
            yield from found
            size -= len(found)
            if not size:
                return
            offset = 0 if found else offset - tree.count(within)

    def _runs(self, entries: Iterable[Entry], position: int) -> list[Sequence]:
        runs = self.runs
        return [runs[entry[position]] for entry in entries]

    def siblings(self, run: Sequence) -> list[Sequence]:
        """Runs of the same organization, template and company, by id, without `run`."""
        if run.company is None:
            return []
        tree = self.tree((_BY_COMPANY, run.organization_id))
        found = _starting(tree, (run.sequence_template_id, run.company))
        return [self.runs[entry[2]] for entry in found if entry[2] != run.id]

    def of_contact(self, organization_id: str, contact_id: str) -> list[Sequence]:
        """The runs of a contact, by id."""
        return [self.runs[entry[1]] for entry in _starting(self.tree((_BY_CONTACT, organization_id)), (contact_id,))]

    def due(self, until: int) -> list[Sequence]:
        """The runs due at `until` or before, by instant and then id."""
        tree = self.tree((_DUE,))
        return self._runs(tree.slice(0, tree.rank((until + 1,))), 1)

    def next_due(self) -> Sequence | None:
        """The run due first."""
        first = self.tree((_DUE,)).first()
        return None if first is None else self.runs[first[1]]

    def history(self, sequence_id: str) -> list[Happening]:
        """What happened to a run, oldest first."""
        found: list[Happening] = []
        link = self.histories.get(sequence_id)
        while link is not None:
            happening, link = link
            found.append(happening)
        return found[::-1]

    def counts(self, organization_id: str, statuses: Iterable[str]) -> dict[str, int]:
        """Runs by status, every status named."""
        return {status: len(self.tree((_BY_CREATED, organization_id, status, None))) for status in statuses}


def _starting(tree: Tree, prefix: tuple[str, ...]) -> Seq[Entry]:
    # No character sorts after the last code point, so this bound stands behind every entry with the prefix.
    return tree.slice(tree.rank(prefix), tree.rank((*prefix, "\U0010ffff")))


def _entries(run: Sequence, schedule: Schedule) -> Iterator[tuple[Key, Entry]]:
    """Every index that the run stands in, and how."""
    organization, status, template = run.organization_id, run.status, run.sequence_template_id
    by_created: Entry = (run.created_at, run.id)
    by_updated: Entry = (run.updated_at, run.id, run.created_at)
    by_id: Entry = (run.id, run.created_at)
    for group in (
        (organization, None, None),
        (organization, None, template),
        (organization, status, None),
        (organization, status, template),
    ):
        yield (_BY_CREATED, *group), by_created
        yield (_BY_UPDATED, *group), by_updated
        if group[1] is not None:
            yield (_BY_ID, *group), by_id
    if run.company is not None:
        yield (_BY_COMPANY, organization), (template, run.company, run.id)
    if run.contact_id is not None:
        yield (_BY_CONTACT, organization), (run.contact_id, run.id)
    due = schedule.due_at(run)
    if due is not None:
        yield (_DUE,), (due, run.id)
