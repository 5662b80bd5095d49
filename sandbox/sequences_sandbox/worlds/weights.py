"""About how many bytes of memory the values of a world take."""

from collections.abc import Mapping
from typing import Any, Final

from ..resources.sizes import document_bytes
from .history import HISTORY
from .snapshots import SNAPSHOTS

ENTRY: Final = 200
_PAGE: Final = 300
_APART: Final = frozenset({HISTORY, SNAPSHOTS})


def weight(kind: str, value: Any | None) -> int:
    """What a document takes; nothing for None."""
    if value is None:
        return 0
    if kind == HISTORY:
        return _PAGE + ENTRY * len(value.entries)
    return int(value.size) if kind == SNAPSHOTS else document_bytes(value)


class Sizes:
    """What the documents of a world take, by kind: counted when that is first asked for, unless it is `known`, and kept up
    to date from then on.

    `documents` are the world's own, which change in place.
    """

    def __init__(self, documents: Mapping[str, Mapping[str, Any]], known: Mapping[str, int] | None = None) -> None:
        self._documents: Final = documents
        self._counted: dict[str, int] | None = None if known is None else dict(known)

    def note(self, kind: str, before: Any | None, after: Any | None) -> None:
        """Takes down that a document changed; None stands for one that is not there."""
        if self._counted is not None:
            self._counted[kind] = self._counted.get(kind, 0) + weight(kind, after) - weight(kind, before)

    def of(self, kind: str) -> int:
        """The bytes of a kind."""
        return self._of_kinds.get(kind, 0)

    @property
    def documents(self) -> int:
        """The bytes of all documents but history and snapshots."""
        return sum(size for kind, size in self._of_kinds.items() if kind not in _APART)

    @property
    def parts(self) -> Mapping[str, int]:
        """The bytes of documents, history and snapshots; none before they are first counted. Safe for any thread."""
        of_kinds = self._counted or {}
        history, snapshots = of_kinds.get(HISTORY, 0), of_kinds.get(SNAPSHOTS, 0)
        documents = sum(of_kinds.values()) - history - snapshots
        return {"documents": documents, "history": history, "snapshots": snapshots}

    @property
    def counted(self) -> int | None:
        """The bytes of everything, None before they are first counted. Safe for any thread."""
        of_kinds = self._counted
        return None if of_kinds is None else sum(of_kinds.values())

    @property
    def total(self) -> int:
        """The bytes of everything."""
        return sum(self._of_kinds.values())

    @property
    def _of_kinds(self) -> dict[str, int]:
        if self._counted is None:
            self._counted = {
                kind: sum(weight(kind, value) for value in of_kind.values())
                for kind, of_kind in self._documents.items()
            }
        return self._counted
