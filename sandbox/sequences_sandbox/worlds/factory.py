"""How worlds come to be: a fixture, an epoch, and keys."""

import uuid
from dataclasses import dataclass
from typing import Final

from ..domain.clock import Clock
from ..domain.errors import CommitIssue
from ..domain.timestamps import SECOND
from ..fixtures.fixture import Fixture, FixtureKey
from ..store.base import StoreError
from ..store.records import KeyRecord, WorldRecord
from .api_keys import digest, mint, prefix_of
from .worlds import Worlds


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """How a world is to start. None leaves it to the fixture, and what the fixture leaves open to the time of creation.

    `now` is the epoch; `ttl` and `lifetime` are in microseconds; `visitor` is the client address of the anonymous visitor
    who makes it; `minted` asks for new tokens in place of the fixture's own.
    """

    name: str
    now: int | None = None
    frozen: bool | None = None
    ttl: int | None = None
    seed: int = 0
    lifetime: int | None = None
    visitor: str | None = None
    minted: bool = True


@dataclass(frozen=True, slots=True)
class CreatedWorld:
    """A world just made, and its keys with their tokens: the only time that they are shown."""

    record: WorldRecord
    keys: tuple[tuple[str, KeyRecord], ...]


def open_epoch(wall: int) -> int:
    """The epoch of a world that names none: cut to the second, so that a fixture's durations give whole seconds."""
    return wall - wall % SECOND


def clock_from(epoch: int, wall: int, *, fixed: bool, frozen: bool) -> Clock:
    """The clock of a timeline that starts at `wall`. An open epoch was cut, and the clock does not lag by what was cut."""
    return Clock(wall if fixed else epoch, epoch, frozen)


class WorldFactory:
    """Makes worlds."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds: Final = worlds

    def join(self, fixture: Fixture, options: WorldOptions) -> CreatedWorld:
        """The world that the fixture's own tokens open, made unless it is there: many processes may share a store.

        Raises StoreError when they open a world of another fixture.
        """
        self._worlds.seeds.add_fixture(fixture)
        try:
            return self._found(fixture) or self.create(fixture, options)
        except CommitIssue:
            found = self._found(fixture)  # another process was first
            if found is None:
                raise
            return found

    def create(self, fixture: Fixture, options: WorldOptions) -> CreatedWorld:
        """A new world."""
        wall = self._worlds.store.wall()
        named = fixture.now if options.now is None else options.now
        epoch = open_epoch(wall) if named is None else named
        record = WorldRecord(
            id=str(uuid.uuid4()),
            name=options.name,
            fixture=fixture.name,
            seed=fixture.digest,
            epoch=epoch,
            fixed_epoch=named is not None or not fixture.is_relative,
            frozen=fixture.frozen if options.frozen is None else options.frozen,
            created_wall=wall,
            ttl=options.ttl,
            public=options.visitor is not None,
            random_seed=options.seed,
            lifetime=options.lifetime,
            visitor=options.visitor or "",
            size=fixture.size,
        )
        keys = tuple(key_of(key, record, minted=options.minted) for key in fixture.api_keys)
        clock = clock_from(epoch, wall, fixed=named is not None, frozen=record.frozen)
        with self._worlds.seeds.keeping(record, fixture):
            self._worlds.store.create(record, clock, [key for _, key in keys], fixture.dump)
        return CreatedWorld(record, keys)

    def _found(self, fixture: Fixture) -> CreatedWorld | None:
        store = self._worlds.store
        tokens = [key.token for key in fixture.api_keys if key.token]
        keys = [(token, key) for token in tokens if (key := store.find_key(digest(token))) is not None]
        if not keys:
            return None
        record = self._worlds.refreshed(keys[0][1].world_id).record
        if record.fixture != fixture.name:
            raise StoreError(
                f"the database holds a world of the fixture '{record.fixture}' that the tokens of '{fixture.name}' open; "
                "serve that fixture, or use another database"
            )
        return CreatedWorld(record, tuple(keys))


def key_of(key: FixtureKey, record: WorldRecord, *, minted: bool) -> tuple[str, KeyRecord]:
    """A key of a fixture as one of a world, with its token."""
    token = mint() if minted or key.token is None else key.token
    key_id = str(uuid.uuid4()) if minted else key.id
    return token, KeyRecord(
        digest(token), key_id, key.name, key.scopes, record.id, key.organization_id, prefix_of(token), record.epoch
    )
