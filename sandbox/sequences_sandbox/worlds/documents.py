"""How the documents of a world become JSON and back, and how they differ from a fixture's. Used by stores and snapshots."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from ..resources import RESOURCES
from ..resources.resource import Codec
from ..store.records import DocumentKey, DocumentsByKind
from ..traffic.fault_documents import FAULT_CODEC
from ..traffic.faults import FAULTS
from ..traffic.rate_limits import RATE_LIMIT, RATE_LIMIT_CODEC
from .history import HISTORY, HISTORY_CODEC
from .snapshots import SNAPSHOTS, Snapshot


def _dump_snapshot(snapshot: Snapshot) -> dict[str, Any]:
    documents = {
        kind: [[key, CODECS[kind].dump(value)] for key, value in of_kind.items()]
        for kind, of_kind in snapshot.documents.items()
    }
    return {**{field.name: getattr(snapshot, field.name) for field in fields(Snapshot)}, "documents": documents}


def _load_snapshot(document: Mapping[str, Any]) -> Snapshot:
    documents = {
        kind: {key: CODECS[kind].load(value) for key, value in of_kind}
        for kind, of_kind in document["documents"].items()
    }
    return Snapshot(**{**document, "documents": documents})


CODECS: Final[Mapping[str, Codec]] = {
    HISTORY: HISTORY_CODEC,
    FAULTS: FAULT_CODEC,
    RATE_LIMIT: RATE_LIMIT_CODEC,
    SNAPSHOTS: Codec(_dump_snapshot, _load_snapshot),
    **{kind: Codec(resource.dump, resource.load) for kind, resource in RESOURCES.items()},
}
"""How documents become JSON and back, by kind."""


def differences(start: DocumentsByKind, documents: DocumentsByKind) -> dict[DocumentKey, Any | None]:
    """What of `documents` is other than at the `start`; None for what is not there any more."""
    found: dict[DocumentKey, Any | None] = {}
    for kind in start.keys() | documents.keys():
        before, after = start.get(kind, {}), documents.get(kind, {})
        found.update(((kind, key), value) for key, value in after.items() if before.get(key) != value)
        found.update(((kind, key), None) for key in before if key not in after)
    return found
