"""What the control API works on: the worlds, how new ones are made, and what every description of a world says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..domain.clock import Clock
from ..domain.errors import BusinessIssue, NotFoundIssue
from ..domain.timestamps import SECOND, format_timestamp
from ..fixtures import Fixture
from ..store.base import KeyRecord, Unit, WorldRecord
from ..traffic.rate_limits import RateLimit
from .due_events import steps_of
from .events import CLOCK, WORLD
from .factory import WorldFactory
from .world import Worlds

_PACE: Final = RateLimit(limit=1, per_seconds=1, burst=10)


@dataclass(frozen=True, slots=True)
class PublicWorlds:
    """Leave for strangers to make worlds: how many at a time, how long they stay unused, how fast they are made."""

    most: int
    ttl: int = 3600 * SECOND
    pace: RateLimit = _PACE


@dataclass(frozen=True, slots=True)
class Control:
    """The services behind the control API. `fixture` is the default world's; `read` finds one by name or document."""

    worlds: Worlds
    factory: WorldFactory
    fixture: Fixture
    default_world: str
    public_worlds: PublicWorlds
    document: Mapping[str, Any]
    wall: Callable[[], int]
    started_wall: int
    read: Callable[[str | Mapping[str, Any]], Fixture]

    def world(self, unit: Unit, keys: list[tuple[str | None, KeyRecord]]) -> dict[str, Any]:
        """The description of a world; keys with their tokens only where they were just made."""
        record = unit.record
        expires = self.worlds.store.expires(record.id)
        return {
            "id": record.id,
            "name": record.name,
            "fixture": record.fixture,
            "created_at": format_timestamp(record.created_wall),
            "expires_at": None if expires is None else format_timestamp(expires),
            "clock": clock_of(unit),
            "organizations": [
                {
                    "id": organization.id,
                    "name": organization.name,
                    "api_keys": [_key(token, key) for token, key in keys if key.organization_id == organization.id],
                    "counts": {status: count for status, count in unit.counts(organization.id).items() if count},
                }
                for organization in record.organizations.values()
            ],
        }

    def keys(self, world_id: str) -> list[tuple[str | None, KeyRecord]]:
        """The keys of a world, without tokens, which nobody knows any more."""
        return [(None, key) for key in self.worlds.store.keys(world_id)]

    def remove(self, world_id: str) -> None:
        """Removes a world. Raises BusinessIssue for the default world, NotFoundIssue where there is none."""
        if world_id == self.default_world:
            raise BusinessIssue(
                "The default world stays as long as the sandbox runs; reset it instead.", world_id=world_id
            )
        try:
            self.worlds.remove(world_id)
        except KeyError:
            raise NotFoundIssue(f"There is no world {world_id}.", field="world_id", value=world_id) from None

    def tell_world(self, world_id: str, event: str) -> None:
        """Tells listeners that a world was reset or restored."""
        self.worlds.listeners.publish(world_id, WORLD, {"event": event})

    def tell_clock(self, world_id: str, clock: Mapping[str, Any]) -> None:
        """Tells listeners how the clock was set."""
        self.worlds.listeners.publish(world_id, CLOCK, clock)


def clock_of(unit: Unit) -> dict[str, Any]:
    """A world's clock, and what falls due next."""
    record = unit.record
    due = unit.next_due()
    at = None if due is None else record.schedule.due_at(due)
    next_due = None
    if due is not None and at is not None:
        event = record.schedule.due_event(due, steps_of(unit, due))
        next_due = {"at": format_timestamp(record.epoch + at), "event": event, "sequence_id": due.id}
    now = format_timestamp(record.epoch + unit.clock.now(unit.wall))
    return {"now": now, "frozen": unit.clock.frozen, "next_due": next_due}


def clock_at_birth(record: WorldRecord, wall: int) -> Clock:
    """The clock of a world that begins at `wall`."""
    return Clock(wall if record.fixed_epoch else wall - wall % SECOND, 0, record.frozen)


def _key(token: str | None, key: KeyRecord) -> dict[str, Any]:
    shown = {"id": key.id, "name": key.name, "scopes": sorted(key.scopes)}
    return shown if token is None else {**shown, "token": token}
