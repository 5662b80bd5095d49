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
from .fixtures import Fixture
from .instants import SECOND
from .keys import digest, mint
from .lifecycle import Lifecycle
from .schedule import Schedule
from .store.base import KeyRecord, Store, WorldRecord


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
    minted: bool = True


@dataclass(frozen=True, slots=True)
class Born:
    """A world just made, and its keys with their tokens: the only time that they are told."""

    record: WorldRecord
    keys: tuple[tuple[str, KeyRecord], ...]


class FixtureBase:
    """The runs of a fixture as worlds of one birth are born with them, or of any birth where all its times are relative."""

    def __init__(self, fixture: Fixture, birth: int, schedule: Schedule) -> None:
        self._fixture = fixture
        self._birth = birth
        self._schedule = schedule

    def runs(self) -> Iterator[Sequence]:
        """Each run, its next step derived where the fixture leaves that open."""
        templates = {organization.id: organization.templates for organization in self._fixture.organizations}
        for run in self._fixture.sequences(self._birth):
            steps = templates[run.organization_id][run.sequence_template_id].steps
            yield self._schedule.start(run, steps)


class Births:
    """Makes worlds in a store."""

    def __init__(self, store: Store, lifecycle: Lifecycle) -> None:
        self._store: Final = store
        self._lifecycle: Final = lifecycle
        self._bases: dict[int, tuple[Fixture, FixtureBase]] = {}

    def bear(self, fixture: Fixture, birth: Birth, wall: int) -> Born:
        """A new world, at the machine's time `wall`."""
        # A birth at present is cut to the second, and the fixture's durations give times without a fraction.
        present = wall - wall % SECOND
        named = fixture.now if birth.now is None else birth.now
        now = present if named is None else named
        schedule = Schedule(self._lifecycle, fixture.static)
        record = WorldRecord(
            id=str(uuid.uuid4()),
            name=birth.name,
            fixture=fixture.name,
            birth=now,
            created_wall=wall,
            ttl=birth.ttl,
            seed=birth.seed,
            organizations={organization.id: organization for organization in fixture.organizations},
            schedule=schedule,
        )
        frozen = fixture.frozen if birth.frozen is None else birth.frozen
        keys = tuple(
            self._key(key, record.id, organization.id, minted=birth.minted)
            for organization in fixture.organizations
            for key in organization.api_keys
        )
        base = self._base(fixture, now, schedule)
        self._store.add(record, base, Clock(wall if named is not None else present, 0, frozen), [key for _, key in keys])
        return Born(record, keys)

    def _base(self, fixture: Fixture, birth: int, schedule: Schedule) -> FixtureBase:
        if not fixture.is_relative:
            return FixtureBase(fixture, birth, schedule)
        kept = self._bases.get(id(fixture))
        if kept is None:
            kept = self._bases[id(fixture)] = (fixture, FixtureBase(fixture, birth, schedule))
        return kept[1]

    def _key(self, key: ApiKey, world_id: str, organization_id: str, *, minted: bool) -> tuple[str, KeyRecord]:
        token = mint() if minted or key.token is None else key.token
        key_id = str(uuid.uuid4()) if minted else key.id
        return token, KeyRecord(digest(token), key_id, key.name, key.scopes, world_id, organization_id)
