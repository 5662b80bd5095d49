"""How worlds come to be: a fixture, an instant of birth, and keys.

Runs are stated in world time, so worlds of different births share one base, unless the fixture names absolute instants and
leaves the birth open; then each birth needs a base of its own.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..domain.clock import Clock
from ..domain.errors import CommitIssue
from ..domain.lifecycle import Lifecycle
from ..domain.timestamps import SECOND
from ..fixtures import Fixture
from ..resources.sequences.model import ApiKey, Run
from ..resources.sequences.schedule import Schedule
from ..store.base import KeyRecord, Store, StoreError, WorldRecord
from .api_keys import digest, mint


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """How a world is to begin. None leaves it to the fixture, and what the fixture leaves open to the present.

    `now` is the instant of birth; `ttl` is in microseconds; `minted` asks for new tokens in place of the fixture's own.
    """

    name: str
    now: int | None = None
    frozen: bool | None = None
    ttl: int | None = None
    seed: int = 0
    public: bool = False
    minted: bool = True


@dataclass(frozen=True, slots=True)
class CreatedWorld:
    """A world just made, and its keys with their tokens: the only time that they are told."""

    record: WorldRecord
    keys: tuple[tuple[str, KeyRecord], ...]


class FixtureBase:
    """A fixture as worlds of one birth are born with it, or of any birth where all its times are relative."""

    def __init__(self, fixture: Fixture, epoch: int, schedule: Schedule) -> None:
        self.fixture: Final = fixture
        self.epoch: Final = epoch
        self.schedule: Final = schedule
        self.relative: Final = fixture.is_relative
        self.organizations: Final = {organization.id: organization for organization in fixture.organizations_at(epoch)}

    def runs(self) -> Iterator[Run]:
        """Each run, its next step derived where the fixture leaves that open."""
        for run in self.fixture.sequences(self.epoch):
            steps = self.organizations[run.organization_id].templates[run.sequence_template_id].steps
            yield self.schedule.start(run, steps)


def present(wall: int) -> int:
    """The instant of a birth at present: cut to the second, so that a fixture's durations give times without a fraction."""
    return wall - wall % SECOND


class WorldFactory:
    """Makes worlds in a store."""

    def __init__(self, store: Store, lifecycle: Lifecycle) -> None:
        self._store: Final = store
        self._lifecycle: Final = lifecycle
        self._bases: dict[str, FixtureBase] = {}

    def join(self, fixture: Fixture, epoch: WorldOptions, wall: int) -> CreatedWorld:
        """The world that the fixture's own tokens open, made unless it is there: many processes may share a store.

        Raises StoreError when they open a world of another fixture.
        """
        try:
            return self._found(fixture) or self.create(fixture, epoch, wall)
        except CommitIssue:
            found = self._found(fixture)  # another process was first
            if found is None:
                raise
            return found

    def _found(self, fixture: Fixture) -> CreatedWorld | None:
        tokens = [key.token for organization in fixture.organizations for key in organization.api_keys if key.token]
        keys = [(token, key) for token in tokens if (key := self._store.find_key(digest(token))) is not None]
        if not keys:
            return None
        with self._store.unit(keys[0][1].world_id, reads=True) as unit:
            record = unit.record
        if record.fixture != fixture.name:
            raise StoreError(
                f"the database holds a world of the fixture '{record.fixture}' that the tokens of '{fixture.name}' open; "
                "serve that fixture, or use another database"
            )
        return CreatedWorld(record, tuple(keys))

    def create(self, fixture: Fixture, epoch: WorldOptions, wall: int) -> CreatedWorld:
        """A new world, at the machine's time `wall`."""
        named = fixture.now if epoch.now is None else epoch.now
        now = present(wall) if named is None else named
        base = self._base(fixture, now, named)
        record = WorldRecord(
            id=str(uuid.uuid4()),
            name=epoch.name,
            fixture=fixture.name,
            epoch=now,
            fixed_epoch=named is not None or not base.relative,
            frozen=fixture.frozen if epoch.frozen is None else epoch.frozen,
            created_wall=wall,
            ttl=epoch.ttl,
            public=epoch.public,
            seed=epoch.seed,
            organizations=base.organizations,
            schedule=base.schedule,
        )
        keys = tuple(
            self._key(key, record.id, organization.id, minted=epoch.minted)
            for organization in fixture.organizations
            for key in organization.api_keys
        )
        clock = Clock(now if named is None else wall, 0, record.frozen)
        self._store.add(record, base, clock, [key for _, key in keys])
        return CreatedWorld(record, keys)

    def _base(self, fixture: Fixture, epoch: int, named: int | None) -> FixtureBase:
        kept = self._bases.get(fixture.name)
        if kept is not None and kept.fixture is fixture and (kept.relative or kept.epoch == epoch):
            return kept
        base = FixtureBase(fixture, epoch, Schedule(self._lifecycle, fixture.static))
        if base.relative or named is not None:
            self._bases[fixture.name] = base
        return base

    def _key(self, key: ApiKey, world_id: str, organization_id: str, *, minted: bool) -> tuple[str, KeyRecord]:
        token = mint() if minted or key.token is None else key.token
        key_id = str(uuid.uuid4()) if minted else key.id
        return token, KeyRecord(digest(token), key_id, key.name, key.scopes, world_id, organization_id)
