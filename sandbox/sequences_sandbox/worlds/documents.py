"""How the documents of a world become JSON and back, and how they differ from a fixture's. Used by stores and snapshots."""

from collections.abc import Mapping
from typing import Any, Final

from ..resources import RESOURCES
from ..resources.resource import Codec
from ..store.records import DocumentKey
from ..traffic.fault_documents import FAULT_CODEC
from ..traffic.faults import FAULTS
from ..traffic.rate_limits import RATE_LIMIT, RATE_LIMIT_CODEC
from .history import HISTORY, HISTORY_CODEC
from .snapshots import SNAPSHOTS, Snapshot
from .world import Documents

_CODECS: Final[Mapping[str, Codec]] = {
    HISTORY: HISTORY_CODEC,
    FAULTS: FAULT_CODEC,
    RATE_LIMIT: RATE_LIMIT_CODEC,
    **{kind: Codec(resource.dump, resource.load) for kind, resource in RESOURCES.items()},
}


class DocumentCodecs:
    """The codecs of every kind of document."""

    def dump(self, kind: str, value: Any) -> Any:
        """The JSON of a document."""
        return _dump_snapshot(value) if kind == SNAPSHOTS else _CODECS[kind].dump(value)

    def load(self, kind: str, document: Any) -> Any:
        """The document of its JSON."""
        return _load_snapshot(document) if kind == SNAPSHOTS else _CODECS[kind].load(document)


def differences(start: Documents, documents: Documents) -> dict[DocumentKey, Any | None]:
    """What of `documents` is other than at the `start`; None for what is not there any more."""
    found: dict[DocumentKey, Any | None] = {}
    for kind in start.keys() | documents.keys():
        before, after = start.get(kind, {}), documents.get(kind, {})
        found.update(((kind, key), value) for key, value in after.items() if before.get(key) != value)
        found.update(((kind, key), None) for key in before if key not in after)
    return found


def _dump_snapshot(snapshot: Snapshot) -> dict[str, Any]:
    documents = {
        kind: [[key, _CODECS[kind].dump(value)] for key, value in of_kind.items()]
        for kind, of_kind in snapshot.documents.items()
    }
    return {
        "name": snapshot.name,
        "created_wall": snapshot.created_wall,
        "now": snapshot.now,
        "epoch": snapshot.epoch,
        "frozen": snapshot.frozen,
        "documents": documents,
        "size": snapshot.size,
    }


def _load_snapshot(document: Mapping[str, Any]) -> Snapshot:
    documents = {
        kind: {key: _CODECS[kind].load(value) for key, value in of_kind}
        for kind, of_kind in document["documents"].items()
    }
    return Snapshot(**{**document, "documents": documents})
