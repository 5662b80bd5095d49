"""Sorted lists of a world's documents, by which list requests find their pages.

For each kind, filter fields, sort field and direction there is an index: plain sorted lists of `(sort key, id)`, one for
each combination of filter values. An index is built when it is first asked for. Writes are only noted; an index catches up
when it is asked for next, so a write costs the same however many indexes there are.
"""

from bisect import bisect_left, insort
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..domain.query import Bounds, ListQuery
from ..resources.resource import Resource

Key = tuple[Any, str]

_OWNER: Final = "organization_id"
_MOST_INDEXES: Final = 32
_MOST_NOTED: Final = 10_000
_FEW: Final = 64
_KEY_BYTES: Final = 200
"""What a document takes in an index: a key of two values, and its place."""


class SortedLists:
    """The indexes of one world. `documents` passed in are those of the resource's kind, by id."""

    def __init__(self) -> None:
        self._indexes: OrderedDict[tuple[str, tuple[str, ...], str, bool], _Index] = OrderedDict()
        self._noted: defaultdict[str, list[tuple[Any, Any]]] = defaultdict(list)
        self.bytes = 0
        """About how much memory the indexes take."""

    def note(self, kind: str, before: Any, after: Any) -> None:
        """Takes down that a document changed; None stands for one that is not there."""
        if not self._indexes:
            return
        noted = self._noted[kind]
        noted.append((before, after))
        if len(noted) > _MOST_NOTED:
            self._forget(kind)

    def page(self, resource: Resource[Any], documents: Mapping[str, Any], query: ListQuery) -> tuple[list[Any], int]:
        """The documents of a page, and the number of matches over all pages."""
        keys = self._group(resource, documents, query)
        bounds = {name: bound for name, bound in query.bounds.items() if bound != (None, None)}
        start, stop = 0, len(keys)
        if query.sort_by in bounds:
            start, stop = _range(keys, bounds.pop(query.sort_by), query.descending)
        if bounds:
            keys = [key for key in keys[start:stop] if _within(documents[key[1]], bounds)]
            start, stop = 0, len(keys)
        first = start + query.offset
        return [documents[key[1]] for key in keys[first : min(stop, first + query.size)]], max(0, stop - start)

    def select(self, resource: Resource[Any], documents: Mapping[str, Any], equal: Mapping[str, Any]) -> list[Any]:
        """The documents with these field values, by id."""
        fields = tuple(sorted(equal))
        index = self._index(resource, documents, fields, "id", descending=False)
        return [documents[key[1]] for key in index.groups.get(tuple(equal[name] for name in fields), ())]

    def _group(self, resource: Resource[Any], documents: Mapping[str, Any], query: ListQuery) -> list[Key]:
        fields = (_OWNER, *sorted(query.equal))
        values = tuple(resource.key(name, query.equal[name]) for name in fields[1:])
        index = self._index(resource, documents, fields, query.sort_by, descending=query.descending)
        return index.groups.get((query.organization_id, *values), [])

    def _index(
        self,
        resource: Resource[Any],
        documents: Mapping[str, Any],
        fields: tuple[str, ...],
        sort_by: str,
        *,
        descending: bool,
    ) -> "_Index":
        name = (resource.kind, fields, sort_by, descending)
        index = self._indexes.get(name)
        noted = self._noted[resource.kind]
        if index is None or len(noted) - index.seen > max(_FEW, len(documents) // 4):
            self._drop(name)
            index = self._indexes[name] = _Index(resource, fields, sort_by, descending)
            index.build(documents.values())
            self.bytes += index.bytes
            if len(self._indexes) > _MOST_INDEXES:
                self._drop(next(iter(self._indexes)))
        else:
            for before, after in noted[index.seen :]:
                index.replace(before, after)
        index.seen = len(noted)
        self._indexes.move_to_end(name)
        return index

    def _forget(self, kind: str) -> None:
        """Drops the notes of a kind, and the indexes that have not caught up with them."""
        noted = self._noted.pop(kind)
        for name, index in list(self._indexes.items()):
            if name[0] != kind:
                continue
            if index.seen == len(noted):
                index.seen = 0
            else:
                self._drop(name)

    def _drop(self, name: tuple[str, tuple[str, ...], str, bool]) -> None:
        index = self._indexes.pop(name, None)
        if index is not None:
            self.bytes -= index.bytes


class _Index:
    """Sorted keys by the values of some fields. `seen` counts the notes that it has caught up with."""

    def __init__(self, resource: Resource[Any], fields: tuple[str, ...], sort_by: str, descending: bool) -> None:
        self._resource: Final = resource
        self._fields: Final = fields
        self._sort_by: Final = sort_by
        self._descending: Final = descending
        self.groups: dict[tuple[Any, ...], list[Key]] = {}
        self.seen = 0
        self.bytes = 0

    def build(self, documents: Iterable[Any]) -> None:
        """Sorts every document once; each group keeps that order."""
        placed = [(self._key(document), self._place(document)) for document in documents]
        placed.sort(key=lambda pair: pair[0])
        for key, place in placed:
            self.groups.setdefault(place, []).append(key)
        self.bytes = _KEY_BYTES * len(placed)

    def replace(self, before: Any, after: Any) -> None:
        """Moves one document; None stands for one that is not there."""
        old = None if before is None else (self._place(before), self._key(before))
        new = None if after is None else (self._place(after), self._key(after))
        if old == new:
            return
        if old is not None:
            keys = self.groups[old[0]]
            del keys[bisect_left(keys, old[1])]
            if not keys:
                del self.groups[old[0]]
        if new is not None:
            insort(self.groups.setdefault(new[0], []), new[1])

    def _place(self, document: Any) -> tuple[Any, ...]:
        return tuple(self._resource.key(name, getattr(document, name)) for name in self._fields)

    def _key(self, document: Any) -> Key:
        return _sortable(getattr(document, self._sort_by), self._descending), document.id


class _Descending:
    """A text that sorts the other way round."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __lt__(self, other: "_Descending") -> bool:
        return other.text < self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


def _sortable(value: Any, descending: bool) -> Any:
    """What a field sorts by: null before every text; equal ones by ascending id in both directions."""
    if isinstance(value, int):
        return -value if descending else value
    text = "" if value is None else f"\0{value}"
    return _Descending(text) if descending else text


def _range(keys: list[Key], bounds: Bounds, descending: bool) -> tuple[int, int]:
    """Where the timestamps strictly within the bounds stand in keys that sort by them."""
    after, before = bounds
    if descending:
        after, before = (None if before is None else -before), (None if after is None else -after)
    start = 0 if after is None else bisect_left(keys, (after + 1,))
    stop = len(keys) if before is None else bisect_left(keys, (before,))
    return start, max(start, stop)


def _within(document: Any, bounds: Mapping[str, Bounds]) -> bool:
    for name, (after, before) in bounds.items():
        found = getattr(document, name)
        if found is None or (after is not None and found <= after) or (before is not None and found >= before):
            return False
    return True
