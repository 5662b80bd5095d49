"""A world that goes on by a newer version of its fixture: what happened in it stays, as far as that still fits."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ..domain.errors import CommitIssue
from ..fixtures.fixture import Fixture
from ..resources import RESOURCES
from ..resources.organizations import ORGANIZATIONS
from ..resources.sequences.model import RUNS
from ..resources.templates import TEMPLATES
from ..store.memory import MemoryStore
from ..store.records import DocumentKey, DocumentsByKind, KeyRecord, WorldRecord
from .documents import differences
from .events import WORLD
from .factory import CreatedWorld, key_of
from .worlds import Worlds

Overlay = Mapping[DocumentKey, Any | None]
"""The documents of a world that differ from its fixture's; None for one that is gone."""

_OWNER: Final = "organization_id"
_REFERENCES: Final = {
    kind: each.references(RESOURCES.values()) | ({_OWNER: ORGANIZATIONS.kind} if _OWNER in each.names else {})
    for kind, each in RESOURCES.items()
}
"""The fields of each kind that hold the id of another document, and its kind."""


@dataclass(frozen=True, slots=True)
class Succession:
    """What a world is to become: its record and keys, its fixture, and its own documents; made from its `version`.

    `stated` are the documents that the newer fixture states otherwise, None for those that it leaves out; `before` are all
    of the older one. Of the stated ones the world keeps its own version of those in `kept`. `dropped` are documents of the
    world that do not fit any more.
    """

    default: CreatedWorld
    fixture: Fixture
    version: int
    overlay: Overlay
    before: DocumentsByKind
    stated: Overlay
    kept: Collection[DocumentKey]
    dropped: Collection[DocumentKey]

    def carry_out(self, worlds: Worlds, store: MemoryStore) -> None:
        """Lets the world be so. Raises CommitIssue where something happened in it meanwhile."""
        record = self.default.record
        with worlds.seeds.keeping(record, self.fixture):
            store.succeed(record, self.version, [key for _, key in self.default.keys], self.overlay)
        worlds.events.publish(record.id, WORLD, {"event": "reloaded"})


def succession_of(worlds: Worlds, before: Worlds, default: CreatedWorld, fixture: Fixture) -> Succession:
    """What becomes of the default world under a newer version of its fixture. Its epoch and its clock stay."""
    loaded = worlds.store.load(default.record.id, None)
    if loaded is None:
        raise CommitIssue("The default world is gone.")
    epoch = loaded.moment.epoch
    record = replace(loaded.record, seed=fixture.digest, fixture=fixture.name)
    old, new = before.seeds.start_of(loaded.record, epoch), worlds.seeds.start_from(fixture, epoch)
    overlay = fitting(new, loaded.documents, worlds.lifecycle.statuses)
    stated = differences(old, new)
    return Succession(
        default=CreatedWorld(record, _keys(default, fixture, record)),
        fixture=fixture,
        version=loaded.version,
        overlay=overlay,
        before=old,
        stated=stated,
        kept=[key for key in stated if key in overlay and overlay[key] != stated[key]],
        dropped=[key for key in loaded.documents if key not in overlay],
    )


def _keys(default: CreatedWorld, fixture: Fixture, record: WorldRecord) -> tuple[tuple[str, KeyRecord], ...]:
    """The keys of the fixture; one without a token of its own keeps the one that it was given before."""
    tokens = {key.id: token for token, key in default.keys}
    stated = [replace(key, token=key.token or tokens.get(key.id)) for key in fixture.api_keys]
    return tuple(key_of(key, record, minted=False) for key in stated)


def fitting(start: DocumentsByKind, overlay: Overlay, statuses: Collection[str]) -> dict[DocumentKey, Any | None]:
    """What of a world's own documents fits those that it starts with: what they refer to is there, and so is their status.

    A document that was deleted comes back where one of the fixture's refers to it.
    """
    fits = dict(overlay)
    while True:
        merged = {kind: dict(of_kind) for kind, of_kind in start.items()}
        for (kind, id_), value in fits.items():
            merged.setdefault(kind, {})[id_] = value
        wrong = {
            key
            for key, value in _values(merged)
            if value is not None and not _fits(key[0], value, merged, statuses) and key in fits
        }
        wanted = {
            target
            for key, value in _values(merged)
            if value is not None
            for target in _targets(key[0], value)
            if target in fits and fits[target] is None
        }
        if not wrong and not wanted:
            return fits
        fits = {key: value for key, value in fits.items() if key not in wrong and key not in wanted}


def _values(documents: Mapping[str, Mapping[str, Any]]) -> list[tuple[DocumentKey, Any]]:
    return [((kind, id_), value) for kind in RESOURCES for id_, value in documents.get(kind, {}).items()]


def _targets(kind: str, value: Any) -> list[DocumentKey]:
    """What a document refers to."""
    referred = ((of, getattr(value, name)) for name, of in _REFERENCES[kind].items())
    return [(of, id_) for of, id_ in referred if id_ is not None]


def _fits(kind: str, value: Any, documents: DocumentsByKind, statuses: Collection[str]) -> bool:
    if any(documents.get(of, {}).get(id_) is None for of, id_ in _targets(kind, value)):
        return False
    if kind != RUNS.kind:
        return True
    steps = documents[TEMPLATES.kind][value.sequence_template_id].steps
    return value.status in statuses and value.steps_done <= len(steps)
