"""The indexes of a world's runs: for every list call a tree in which its page is found by rank.

Each group of filters (organization, with or without a status, with or without a template) has a tree by `created_at`, and
one by `updated_at` that also counts by `created_at`; groups with a status have one by `id`, for sorting by status. A page
and its total cost O(log n) for any filters, bounds, order and offset. An index is immutable: a change makes a new one that
shares what did not change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Final, TypeAlias

from rpds import HashTrieMap

from ..domain.lifecycle import Lifecycle
from ..domain.query import CREATED, STATUS, Query
from ..resources.sequences.model import Run
from .tree import Entry, Tree

Key: TypeAlias = tuple[str | None, ...]
"""An index: its kind, then the filters of its group."""

Change: TypeAlias = tuple[Run | None, Run]
"""A run as the index knows it, None for a new one, and as it is."""

_BY_CREATED: Final = "created"
_BY_UPDATED: Final = "updated"
_BY_ID: Final = "id"
_BY_COMPANY: Final = "company"
_BY_CONTACT: Final = "contact"
_CROSS: Final[Mapping[str, int]] = {_BY_UPDATED: 2, _BY_ID: 1}
"""Where a kind's entries hold `created_at`, when pages are cut from them within bounds of it."""

_ID: Final = itemgetter(Run._fields.index("id"))
_SECOND: Final = itemgetter(1)

_Stand: TypeAlias = tuple[tuple[Key, ...], Entry]
"""How a run stands in the trees of one kind: which trees, and its entry in each."""

_EMPTY: Final[Mapping[str, Tree]] = {
    kind: Tree.build([], _CROSS.get(kind)) for kind in (_BY_CREATED, _BY_UPDATED, _BY_ID, _BY_COMPANY, _BY_CONTACT)
}


@dataclass(frozen=True, slots=True)
class Index:
    """Trees by key. Entries hold ids; whoever asks has the runs."""

    trees: HashTrieMap[Key, Tree] = field(default_factory=HashTrieMap)

    @classmethod
    def build(cls, runs: Collection[Run]) -> Index:
        """The index of `runs`, all at once. A kind is sorted once, and every group of it keeps that order.

        Sorting by one element after the other, the least telling first, takes half the time of comparing whole entries.
        """
        entries: defaultdict[Key, list[Entry]] = defaultdict(list)
        by_id = sorted(runs, key=_ID)
        for kind, leading in _KINDS.items():
            found = [stand for run in by_id if (stand := kind(run)) is not None]
            for place in reversed(range(leading)):
                found.sort(key=lambda stand: stand[1][place])
            for keys, entry in found:
                # A copy, so that what follows each other in order lies together in memory too.
                copied = (*entry,)
                for key in keys:
                    entries[key].append(copied)
        return cls(HashTrieMap({key: Tree.build(of, _CROSS.get(str(key[0]))) for key, of in entries.items()}))

    def with_changes(self, changes: Iterable[Change]) -> Index:
        """This index after runs were changed or added."""
        removed: dict[Key, list[Entry]] = {}
        added: dict[Key, list[Entry]] = {}
        for before, after in changes:
            old = dict(_entries(before)) if before is not None else {}
            new = dict(_entries(after))
            for key, entry in old.items():
                if new.get(key) != entry:
                    removed.setdefault(key, []).append(entry)
            for key, entry in new.items():
                if old.get(key) != entry:
                    added.setdefault(key, []).append(entry)
        trees = self.trees
        for key in removed.keys() | added.keys():
            tree = self._tree(key).replace(removed.get(key, ()), added.get(key, ()))
            trees = trees.insert(key, tree) if len(tree) else trees.discard(key)
        return Index(trees)

    def page(self, organization_id: str, query: Query, lifecycle: Lifecycle) -> tuple[list[str], int]:
        """The ids of a page, and the number of matches over all pages."""
        group = (organization_id, query.status, query.template)
        created = self._tree((_BY_CREATED, *group))
        low = created.rank((query.after + 1,)) if query.after is not None else 0
        high = created.rank((query.before,)) if query.before is not None else len(created)
        total = max(0, high - low)
        size = max(0, min(query.size, total - query.offset))
        if not size:
            return [], total
        within = (query.after, query.before) if query.bounded else None
        if query.sort_by == STATUS:
            return [entry[0] for entry in self._by_status(query, organization_id, size, lifecycle)], total
        if query.sort_by == CREATED:
            # What is newer than the bounds comes first in descending order, what is older in ascending order.
            ahead = len(created) - high if query.descending else low
            found = created.page(ahead + query.offset, size, query.descending)
        else:
            found = self._tree((_BY_UPDATED, *group)).page(query.offset, size, query.descending, within)
        return [*map(_SECOND, found)], total

    def siblings(self, run: Run) -> list[str]:
        """The ids of organization, template and company of `run`, its own included; none without a company."""
        if run.company is None:
            return []
        tree = self._tree((_BY_COMPANY, run.organization_id))
        return [str(entry[2]) for entry in _starting(tree, (run.sequence_template_id, run.company))]

    def of_contact(self, organization_id: str, contact_id: str) -> list[str]:
        """The ids of a contact's runs, ascending."""
        return [str(entry[1]) for entry in _starting(self._tree((_BY_CONTACT, organization_id)), (contact_id,))]

    def counts(self, organization_id: str, statuses: Iterable[str]) -> dict[str, int]:
        """Runs by status, every status named."""
        return {status: len(self._tree((_BY_CREATED, organization_id, status, None))) for status in statuses}

    def _by_status(self, query: Query, organization_id: str, size: int, lifecycle: Lifecycle) -> Iterator[Entry]:
        statuses = (query.status,) if query.status is not None else lifecycle.by_name
        within = (query.after, query.before) if query.bounded else None
        offset = query.offset
        for status in reversed(statuses) if query.descending else statuses:
            tree = self._tree((_BY_ID, organization_id, status, query.template))
            found = tree.slice(offset, offset + size, within)
            yield from found
            size -= len(found)
            if not size:
                return
            offset = 0 if found else offset - tree.count(within)

    def _tree(self, key: Key) -> Tree:
        found: Tree | None = self.trees.get(key)
        return _EMPTY[str(key[0])] if found is None else found


def _starting(tree: Tree, prefix: tuple[str, ...]) -> Sequence[Entry]:
    # No character sorts after the last code point, so this bound stands behind every entry with the prefix.
    return tree.slice(tree.rank(prefix), tree.rank((*prefix, "\U0010ffff")))


def _entries(run: Run) -> Iterator[tuple[Key, Entry]]:
    """Every tree that the run stands in, and how."""
    for kind in _KINDS:
        stand = kind(run)
        if stand is not None:
            yield from zip(stand[0], repeat(stand[1]))


@lru_cache(4096)
def _groups(kind: str, organization: str, statuses: tuple[str | None, ...], template: str) -> tuple[Key, ...]:
    """The groups of a kind that a run with this status and template belongs to."""
    return tuple((kind, organization, status, of) for status in statuses for of in (None, template))


def _created(run: Run) -> _Stand | None:
    keys = _groups(_BY_CREATED, run.organization_id, (None, run.status), run.sequence_template_id)
    return keys, (run.created_at, run.id)


def _updated(run: Run) -> _Stand | None:
    keys = _groups(_BY_UPDATED, run.organization_id, (None, run.status), run.sequence_template_id)
    return keys, (run.updated_at, run.id, run.created_at)


def _identified(run: Run) -> _Stand | None:
    keys = _groups(_BY_ID, run.organization_id, (run.status,), run.sequence_template_id)
    return keys, (run.id, run.created_at)


def _employed(run: Run) -> _Stand | None:
    if run.company is None:
        return None
    return ((_BY_COMPANY, run.organization_id),), (run.sequence_template_id, run.company, run.id)


def _addressed(run: Run) -> _Stand | None:
    if run.contact_id is None:
        return None
    return ((_BY_CONTACT, run.organization_id),), (run.contact_id, run.id)


_KINDS: Final[Mapping[Callable[[Run], _Stand | None], int]] = {
    _created: 1, _updated: 1, _identified: 0, _employed: 2, _addressed: 1
}  # fmt: skip
"""How a run stands in the trees of each kind, and how many elements of its entry come before its id."""
