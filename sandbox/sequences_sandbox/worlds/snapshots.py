"""Snapshots of a world: the documents of its timeline and its clock, under a name. They outlive resets and restores."""

from dataclasses import dataclass
from typing import Final

from ..store.records import DocumentsByKind
from ..traffic.faults import FAULTS
from ..traffic.rate_limits import RATE_LIMIT
from .history import HISTORY

SNAPSHOTS: Final = "snapshots"
"""The kind of these documents; their id is the name."""
KEPT: Final = frozenset({SNAPSHOTS})
"""The kinds that a reset leaves alone."""
SETTINGS: Final = KEPT | {FAULTS, RATE_LIMIT}
"""The kinds that are no part of a timeline: a snapshot does not hold them and a restore leaves them alone."""


ADDED: Final = SETTINGS | {HISTORY}
"""The kinds of which no fixture has a document."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A kept state. `created_wall` is by the store's clock, `now` what the world's clock then showed; `size` is about how
    many bytes it takes."""

    name: str
    created_wall: int
    now: int
    epoch: int
    frozen: bool
    documents: DocumentsByKind
    size: int = 0


def copied(documents: DocumentsByKind) -> DocumentsByKind:
    """A shallow copy of all documents."""
    return {kind: dict(of_kind) for kind, of_kind in documents.items()}


def timeline(documents: DocumentsByKind) -> DocumentsByKind:
    """A shallow copy of the documents of a timeline."""
    return {kind: dict(of_kind) for kind, of_kind in documents.items() if kind not in SETTINGS}
