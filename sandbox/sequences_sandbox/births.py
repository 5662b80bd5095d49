"""How worlds come to be: a fixture, an instant of birth, and keys.

Runs are stated in world time, so worlds of different births share one base, unless the fixture names absolute instants and
leaves the birth open; then each birth needs a base of its own.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .clock import Clock
from .entities import ApiKey, Sequence
from .errors import CommitIssue
from .fixtures import Fixture
from .instants import SECOND
from .keys import digest, mint
from .lifecycle import Lifecycle
from .schedule import Schedule
from .store.base import KeyRecord, Store, StoreError, WorldRecord


@dataclass(frozen=True, slots=True)
class Birth:
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
class Born:
    """A world just made, and its keys with their tokens: the only time that they are told."""

    record: WorldRecord
    keys: tuple[tuple[str, KeyRecord], ...]


class FixtureBase:
    """A fixture as worlds of one birth are born with it, or of any birth where all its times are relative."""

    def __init__(self, fixture: Fixture, birth: int, schedule: Schedule) -> None:
        self.fixture: Final = fixture
        self.birth: Final = birth
        self.schedule: Final = schedule
        self.relative: Final = fixture.is_relative
        self.organizations: Final = {organization.id: organization for organization in fixture.organizations_at(birth)}

    def runs(self) -> Iterator[Sequence]:
        """Each run, its next step derived where the fixture leaves that open."""
        for run in self.fixture.sequences(self.birth):
            steps = self.organizations[run.organization_id].templates[run.sequence_template_id].steps
            yield self.schedule.start(run, steps)


def present(wall: int) -> int:
    """The instant of a birth at present: cut to the second, so that a fixture's durations give times without a fraction."""
    return wall - wall % SECOND


class Births:
    """Makes worlds in a store."""

    def __init__(self, store: Store, lifecycle: Lifecycle) -> None:
        self._store: Final = store
        self._lifecycle: Final = lifecycle
        self._bases: dict[str, FixtureBase] = {}

    def join(self, fixture: Fixture, birth: Birth, wall: int) -> Born:
        """The world that the fixture's own tokens open, made unless it is there: many processes may share a store.

        Raises StoreError when they open a world of another fixture.
        """
        try:
            return self._found(fixture) or self.bear(fixture, birth, wall)
        except CommitIssue:
            found = self._found(fixture)  # another process was first
            if found is None:
                raise
            return found

    def _found(self, fixture: Fixture) -> Born | None:
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
        return Born(record, tuple(keys))

    def bear(self, fixture: Fixture, birth: Birth, wall: int) -> Born:
        """A new world, at the machine's time `wall`."""
        named = fixture.now if birth.now is None else birth.now
        now = present(wall) if named is None else named
        base = self._base(fixture, now, named)
        record = WorldRecord(
            id=str(uuid.uuid4()),
            name=birth.name,
            fixture=fixture.name,
            birth=now,
            anchored=named is not None or not base.relative,
            frozen=fixture.frozen if birth.frozen is None else birth.frozen,
            created_wall=wall,
            ttl=birth.ttl,
            public=birth.public,
            seed=birth.seed,
            organizations=base.organizations,
            schedule=base.schedule,
        )
        keys = tuple(
            self._key(key, record.id, organization.id, minted=birth.minted)
            for organization in fixture.organizations
            for key in organization.api_keys
        )
        clock = Clock(now if named is None else wall, 0, record.frozen)
        self._store.add(record, base, clock, [key for _, key in keys])
        return Born(record, keys)

    def _base(self, fixture: Fixture, birth: int, named: int | None) -> FixtureBase:
        kept = self._bases.get(fixture.name)
        if kept is not None and kept.fixture is fixture and (kept.relative or kept.birth == birth):
            return kept
        base = FixtureBase(fixture, birth, Schedule(self._lifecycle, fixture.static))
        if base.relative or named is not None:
            self._bases[fixture.name] = base
        return base

    def _key(self, key: ApiKey, world_id: str, organization_id: str, *, minted: bool) -> tuple[str, KeyRecord]:
        token = mint() if minted or key.token is None else key.token
        key_id = str(uuid.uuid4()) if minted else key.id
        return token, KeyRecord(digest(token), key_id, key.name, key.scopes, world_id, organization_id)
