"""The tags Worlds and World of the control API."""

import logging
import uuid
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from ...domain.errors import CatchingUpIssue, TooLargeIssue, UnauthorizedIssue, ValidationIssue, too_fast
from ...domain.limits import MOST_EVENTS, MOST_SLICES, PUBLIC_LIMITS, Limits
from ...domain.query import envelope
from ...domain.timestamps import EARLIEST, LATEST, SECOND, parse_timestamp
from ...fixtures import FixtureError, FixtureText, export
from ...fixtures.fixture import Fixture
from ...resources.sequences.model import RUNS
from ...store.records import Moment, WorldRecord
from ...traffic.rate_limits import Verdict
from ...validation import field_issue
from ...worlds.api_keys import visitors_address
from ...worlds.events import WORLD
from ...worlds.factory import CreatedWorld, WorldOptions, clock_from, open_epoch
from ...worlds.snapshots import KEPT, copied
from ...worlds.worlds import Caller, TakesLongError
from .control import SMALL_WORLD_BYTES, Control
from .visitors import PACE, making_room

_LOG: Final = logging.getLogger("sequences_sandbox.worlds")
_UNNAMED: Final = "unnamed"
_MOST_YAML: Final = 1 << 17
"""To read YAML takes thirty times as long as to read JSON."""
_NO_KEY: Final = str(uuid.UUID(int=0))


def createWorld(control: Control, caller: Caller, *, body: Mapping[str, Any]) -> dict[str, Any]:
    """A world of one's own. Who comes without leave of the admin is an anonymous visitor, and takes what those may have."""
    if caller.others_wait and not _is_made_at_once(control, body):
        raise TakesLongError
    control.worlds.delete_expired()
    visitor, visitors = visitors_address(caller.key), control.visitors
    if visitor is not None:
        _require_room(control, visitor)  # first: to read a fixture is work
    fixture = _fixture(control, body, None if visitor is None else PUBLIC_LIMITS)
    ttl, lifetime = body["ttl_seconds"] * SECOND if "ttl_seconds" in body else None, None
    if visitor is not None:
        if "fixture_file" in body or isinstance(body.get("fixture"), Mapping):
            _require_small(fixture)
            control.worlds.seeds.visitor_bytes.require(visitor, fixture.size)
        ttl, lifetime = min(visitors.idle, ttl or visitors.idle), visitors.lifetime
    options = WorldOptions(
        name=body.get("name", _UNNAMED),
        now=_epoch(body["now"]) if "now" in body else None,
        frozen=body.get("frozen"),
        ttl=ttl,
        seed=body.get("seed", 0),
        lifetime=lifetime,
        visitor=visitor,
    )
    created = control.factory.create(fixture, options)
    try:
        if visitor is not None:
            _make_room(control, visitor, created.record.id)
        return _first_look(control, created)
    except BaseException:
        control.worlds.delete(created.record.id)
        raise


def _is_made_at_once(control: Control, body: Mapping[str, Any]) -> bool:
    """Whether a world is soon made: of the default fixture, which was read before, if small, and at its own time."""
    is_default = "fixture_file" not in body and body.get("fixture", control.fixture.name) == control.fixture.name
    return is_default and "now" not in body and control.fixture.size <= SMALL_WORLD_BYTES


def _first_look(control: Control, created: CreatedWorld) -> dict[str, Any]:
    """The world that was just made, which nobody else knows yet: it catches up here; a visitor's as a request may."""
    tx = control.worlds.first_look(created.record.id)
    slices = 0
    while slices < MOST_SLICES or not created.record.public:
        with suppress(CatchingUpIssue), tx:
            return control.world(tx, created.keys)
        slices += 1
    raise TooLargeIssue(
        f"More than {MOST_SLICES * MOST_EVENTS} events are due at the start of this world; let fewer be overdue.",
        allowed={"maximum": MOST_SLICES * MOST_EVENTS},
    )


def listWorlds(control: Control, caller: Caller | None, *, page: int, size: int) -> dict[str, Any]:
    """A page of worlds, oldest first."""
    control.worlds.delete_expired()
    records = control.worlds.store.worlds()
    items = []
    for record in records[(page - 1) * size : page * size]:
        # Another process that shares the store can have removed it meanwhile.
        with suppress(UnauthorizedIssue), control.worlds.open(record.id) as tx:
            items.append(control.listed_world(tx))
    return envelope(items, len(records), page, size)


def deleteWorld(control: Control, caller: Caller | None, *, world_id: str) -> None:
    """Removes any world but the default one."""
    control.delete(world_id)


def getWorld(control: Control, caller: Caller) -> dict[str, Any]:
    with control.worlds.transaction(caller) as tx:
        return control.world(tx)


def deleteOwnWorld(control: Control, caller: Caller) -> None:
    """Removes the caller's world, unless it is the default one."""
    control.delete(caller.key.world_id)


def resetWorld(control: Control, caller: Caller, *, body: Mapping[str, Any]) -> dict[str, Any]:
    """The fixture's state on a new timeline. A world whose epoch was left open starts again now."""
    control.let_others_first(caller)
    if caller.world is not None:  # made before the transaction, in which others wait for this world
        control.worlds.seeds.start_of(caller.world.record, _epoch_of(caller.world.record, caller.world.wall))
    with control.worlds.transaction(caller) as tx:
        record = tx.world.record
        epoch = _epoch_of(record, tx.world.wall)
        start = {kind: dict(of_kind) for kind, of_kind in control.worlds.seeds.start_of(record, epoch).items()}
        kept = {kind: of_kind for kind, of_kind in tx.world.documents.items() if kind in KEPT}
        clock = clock_from(epoch, tx.world.wall, fixed=record.fixed_epoch, frozen=record.frozen)
        tx.start_timeline({**start, **kept}, Moment(epoch, clock))
        tx.commit()
        control.worlds.store.clear_traffic(record.id)
        world = control.world(tx)
    control.worlds.events.publish(tx.world.record.id, WORLD, {"event": "reset"})
    return world


def exportWorld(control: Control, caller: Caller) -> dict[str, Any]:
    """The world as a fixture without tokens, its clock as it is now."""
    with control.worlds.transaction(caller) as tx:
        documents = copied(tx.world.documents)  # written down when the world is free again for others
        frozen, static = tx.moment.clock.frozen, tx.world.schedule.static
    keys = control.worlds.store.keys(tx.world.record.id)
    return export(documents, keys, now=tx.now, frozen=frozen, static=static)


def _epoch_of(record: WorldRecord, wall: int) -> int:
    return record.epoch if record.fixed_epoch else open_epoch(wall)


def _require_room(control: Control, visitor: str) -> None:
    """Raises RateLimitIssue where a visitor can have no world more, and for visitors that are too fast."""
    store = control.worlds.store
    now = store.wall()
    _require_pace(control.paces.take(visitor, now), "Your address makes worlds")
    worlds = store.visitor_worlds()
    control.worlds.seeds.count_visitors(worlds)
    making_room(worlds, visitor, control.visitors, now)
    # Visitors share a bucket, kept with the default world, so that all processes of one store take from it.
    _require_pace(store.take_token(control.default_world, _NO_KEY, PACE, now, now), "Visitors make worlds")


def _make_room(control: Control, visitor: str, world_id: str) -> None:
    """Removes the world that makes room for one that was just made. Raises RateLimitIssue where none can: others may have
    been made since there was room."""
    store = control.worlds.store
    others = [world for world in store.visitor_worlds() if world.id != world_id]
    spare = making_room(others, visitor, control.visitors, store.wall())
    if spare is None:
        return
    if not control.worlds.delete(spare):  # it made room for another one that was made at the same time
        raise too_fast("Others made worlds at the same time;", 1, limit="new worlds")
    _LOG.info("a visitor's world made room for another: %s", spare)


def _require_pace(verdict: Verdict, who: str) -> None:
    if not verdict.allowed:
        raise too_fast(f"{who} too fast;", verdict.retry_after_seconds, limit="new worlds")


def _epoch(text: str) -> int:
    timestamp = parse_timestamp(text)
    if not EARLIEST <= timestamp <= LATEST:
        raise field_issue("now", "out of range", "must lie in the years 1 to 9999 of UTC", text)
    return timestamp


def _fixture(control: Control, body: Mapping[str, Any], limits: Limits | None) -> Fixture:
    given = [name for name in ("fixture", "fixture_file") if name in body]
    if not given:
        return control.fixture
    if len(given) == 2:
        message = "'fixture' and 'fixture_file' contradict each other; give one of them."
        raise ValidationIssue(message, field="fixture_file", problem="contradiction")
    (field,) = given
    try:
        if field == "fixture":
            return control.read(body[field], limits)
        file = FixtureText(**body[field])
        if limits is not None and len(file.text) > _MOST_YAML and not file.name.endswith((".json", ".jsonl")):
            raise TooLargeIssue(
                f"A visitor's fixture in YAML has {_MOST_YAML} characters at most; write it as JSON.",
                allowed={"maximum_characters": _MOST_YAML},
            )
        return control.read(file, limits)
    except FixtureError as error:
        first, *others = error.mistakes
        more = f" ({len(others)} more in data.errors)" if others else ""
        found = [
            {"field": each.place.pointer, "line": each.place.line, "message": str(each)} for each in error.mistakes
        ]  # fmt: skip
        raise ValidationIssue(f"'{field}': {first}{more}", field=field, problem="no fixture", errors=found) from None


def _require_small(fixture: Fixture) -> None:
    """Raises TooLargeIssue where a visitor's own fixture, once read, is more than a visitor's world may hold."""
    PUBLIC_LIMITS.require("keys", len(fixture.api_keys))
    PUBLIC_LIMITS.require("document_bytes", fixture.size)
    runs = fixture.documents.get(RUNS.kind, ())
    for number in Counter(run.organization_id for run in runs).values():
        PUBLIC_LIMITS.require("runs", number)
    for run in runs:
        PUBLIC_LIMITS.require_text(run.variables)
