"""The tags Worlds and World of the control API."""

import uuid
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from ...domain.errors import RateLimitIssue, UnauthorizedIssue, ValidationIssue
from ...domain.limits import PUBLIC_LIMITS
from ...domain.query import pages
from ...domain.timestamps import EARLIEST, LATEST, SECOND, parse_timestamp
from ...fixtures import Fixture, FixtureError
from ...fixtures.export import Writer
from ...resources.sequences.model import Organization
from ...traffic.rate_limits import take
from ...worlds.control import Control, clock_at_birth
from ...worlds.factory import WorldOptions, present
from ...worlds.world import Caller

_UNNAMED: Final = "unnamed"
_NO_KEY: Final = str(uuid.UUID(int=0))


def createWorld(control: Control, caller: Caller | None, *, body: Mapping[str, Any]) -> dict[str, Any]:
    """A world of one's own. Who comes without leave of the admin is a stranger, and takes what strangers may have."""
    store = control.worlds.store
    control.worlds.collect()
    public = caller is None and control.public_worlds.most > 0
    if public:
        _admit(control)
    ttl = body["ttl_seconds"] * SECOND if "ttl_seconds" in body else None
    if public:
        ttl = min(control.public_worlds.ttl, ttl or control.public_worlds.ttl)
    epoch = WorldOptions(
        name=body.get("name", _UNNAMED),
        now=_birth(body["now"]) if "now" in body else None,
        frozen=body.get("frozen"),
        ttl=ttl,
        seed=body.get("seed", 0),
        public=public,
    )
    fixture = _fixture(control, body)
    if public and isinstance(body.get("fixture"), Mapping):
        _require_small(fixture)
    born = control.factory.create(fixture, epoch, store.wall())
    with control.worlds.open(born.record.id) as (unit, _, _):
        return control.world(unit, list(born.keys))


def listWorlds(control: Control, caller: Caller | None, *, page: int, size: int) -> dict[str, Any]:
    """A page of worlds, oldest first."""
    store = control.worlds.store
    control.worlds.collect()
    records = store.worlds()
    items = []
    for record in records[(page - 1) * size : page * size]:
        # Another process that shares the store can have removed it meanwhile.
        with suppress(UnauthorizedIssue), control.worlds.open(record.id, uses=False) as (unit, _, _):
            items.append(control.world(unit, control.keys(record.id)))
    count = pages(len(records), size)
    return {"items": items, "total_count": len(records), "total_pages": count, "has_more": page < count}


def deleteWorld(control: Control, caller: Caller | None, *, world_id: str) -> None:
    """Removes any world but the default one."""
    control.remove(world_id)


def getWorld(control: Control, caller: Caller) -> dict[str, Any]:
    """The caller's world."""
    world_id = caller.key.world_id
    with control.worlds.open(world_id) as (unit, _, _):
        return control.world(unit, control.keys(world_id))


def deleteOwnWorld(control: Control, caller: Caller) -> None:
    """Removes the caller's world, unless it is the default one."""
    control.remove(caller.key.world_id)


def resetWorld(control: Control, caller: Caller, *, body: Mapping[str, Any]) -> dict[str, Any]:
    """The fixture's state on a new timeline. A world whose birth was left open is born again at the present."""
    world_id = caller.key.world_id
    with control.worlds.open(world_id) as (unit, _, changes):
        record = unit.record
        unit.reset(record.epoch if record.fixed_epoch else present(unit.wall), clock_at_birth(record, unit.wall))
        changes.clear()
        control.worlds.store.traffic.clear(world_id)
        world = control.world(unit, control.keys(world_id))
    control.tell_world(world_id, "reset")
    return world


def exportWorld(control: Control, caller: Caller) -> dict[str, Any]:
    """The world as a fixture without tokens, its clock as it is now."""
    with control.worlds.open(caller.key.world_id) as (unit, now, _):
        record, forgotten = unit.record, unit.forgotten_contacts()
        return Writer(epoch=now, tokens=False).document(
            [_without(organization, forgotten) for organization in record.organizations.values()],
            unit.all_runs(),
            now=record.epoch + now,
            frozen=unit.clock.frozen,
            static=record.schedule.static,
        )


def _admit(control: Control) -> None:
    """Raises RateLimitIssue where strangers have as many worlds as they may, or make them too fast."""
    public_worlds, now = control.public_worlds, control.worlds.store.wall()
    if sum(record.public for record in control.worlds.store.worlds()) >= public_worlds.most:
        wait = public_worlds.ttl // SECOND
        message = f"All {public_worlds.most} worlds for visitors are taken; try again later."
        raise RateLimitIssue(message, retry_after_seconds=wait)
    # Strangers share a bucket, kept with the default world, so that all processes of one store take from it.
    bucket = (control.default_world, _NO_KEY)
    verdict = control.worlds.store.traffic.change_level(
        *bucket, lambda level: take(public_worlds.pace, level, now, now)
    )
    if not verdict.allowed:
        wait = verdict.retry_after_seconds
        raise RateLimitIssue(f"Worlds are being made too fast; try again in {wait} s.", retry_after_seconds=wait)


def _birth(text: str) -> int:
    instant = parse_timestamp(text)
    if not EARLIEST <= instant <= LATEST:
        raise ValidationIssue(
            "'now' must lie in the years 1 to 9999 of UTC.", field="now", value=text, problem="out of range"
        )
    return instant


def _fixture(control: Control, body: Mapping[str, Any]) -> Fixture:
    if "fixture" not in body:
        return control.fixture
    try:
        return control.read(body["fixture"])
    except FixtureError as error:
        raise ValidationIssue(f"'fixture': {error}", field="fixture", problem="no fixture") from None


def _require_small(fixture: Fixture) -> None:
    """Raises BusinessIssue, TooLargeIssue where a stranger's own fixture has more than a stranger's world may hold."""
    for number in Counter(run.organization_id for run in fixture.runs).values():
        PUBLIC_LIMITS.require_run(number - 1)
    for run in fixture.runs:
        PUBLIC_LIMITS.require_text(run.variables)


def _without(organization: Organization, forgotten: frozenset[str]) -> Organization:
    contacts = {key: contact for key, contact in organization.contacts.items() if key not in forgotten}
    return replace(organization, contacts=contacts)
