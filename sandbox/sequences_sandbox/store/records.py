"""The values that a store keeps and gives back.

Timestamps are microseconds since 1970; those named `wall` are by the store's clock, the others by the world's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from ..domain.clock import Clock

DocumentKey = tuple[str, str]
"""A kind and an id."""
DocumentsByKind = dict[str, dict[str, Any]]
"""The documents of a world, by kind and then id."""

_EVENT: Final = 300
"""What an event takes beside its text."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """An API key as it opens a world. `digest` is the SHA-256 of its token, of which only the `prefix` is kept.

    `last_used_at` may lag by a minute.
    """

    digest: bytes
    id: str
    name: str
    scopes: frozenset[str]
    world_id: str
    organization_id: str
    prefix: str = ""
    created_at: int = 0
    last_used_at: int | None = None


@dataclass(frozen=True, slots=True)
class WorldRecord:
    """What never changes about a world.

    `seed` is the digest of the fixture that it starts with. A world without a `fixed_epoch` starts again at the time of a
    reset. `ttl` (microseconds) is how long it is kept unused, `lifetime` how long at all; `public` says that an anonymous
    visitor made it, of the client address `visitor`; `size` is about how many bytes it starts with.
    """

    id: str
    name: str
    fixture: str
    seed: bytes
    epoch: int
    fixed_epoch: bool
    frozen: bool
    created_wall: int
    ttl: int | None
    public: bool
    random_seed: int
    lifetime: int | None = None
    visitor: str = ""
    size: int = 0

    def kind(self, default_world: str) -> str:
        """Who made it: the server at its start, an anonymous visitor, or the admin."""
        if self.id == default_world:
            return "default"
        return "visitor" if self.public else "admin"

    def expires(self, used_wall: int) -> int | None:
        """When the world goes, if it is not used after `used_wall`."""
        ends = [used_wall + self.ttl] if self.ttl is not None else []
        ends += [self.created_wall + self.lifetime] if self.lifetime is not None else []
        return min(ends, default=None)


class VisitorWorld(NamedTuple):
    """A world that an anonymous visitor of an address made, when it was last used, and about how many bytes it takes."""

    id: str
    visitor: str
    used_wall: int
    bytes: int


class Moment(NamedTuple):
    """What changes about a world beside its documents: the epoch that it counts from, and its clock."""

    epoch: int
    clock: Clock


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What a transaction leaves: documents by kind and id, None for a removed one, and the moment.

    `replaces` begins a new timeline: every document committed before is gone, except those of the kinds in `keeping`. Of
    the kinds in `added` a fixture has none: now and then a store forgets which of them were removed. The world of a visitor
    takes about so many `bytes` then.
    """

    documents: Mapping[DocumentKey, Any | None]
    moment: Moment
    replaces: bool = False
    keeping: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Loaded:
    """A world as it is, for a process that knows it up to some version.

    `documents` are those committed since, or with `complete` all that differ from the fixture. `wall` never goes back
    within a world. `watched` says whether somebody subscribes to its events; `used_wall` when it was last used, which may
    lag by a minute; `lacks_documents` that there are some, and that they were left out.
    """

    record: WorldRecord
    version: int
    moment: Moment
    wall: int
    expires_wall: int | None
    watched: bool
    complete: bool
    documents: Mapping[DocumentKey, Any | None] = field(default_factory=dict)
    used_wall: int | None = None
    lacks_documents: bool = False


class StoredEvent(NamedTuple):
    """An event of a world as subscribers get it. Numbers grow by one within a world; `data` is the text of its JSON."""

    world_id: str
    number: int
    kind: str
    data: str

    @property
    def bytes(self) -> int:
        """About how much memory it takes."""
        return _EVENT + len(self.data)
