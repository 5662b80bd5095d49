"""The tag Clock of the control API: time goes forward, and what falls due on the way is carried out."""

from collections.abc import Mapping
from typing import Any

from ...domain.errors import BusinessIssue, ValidationIssue
from ...domain.timestamps import LATEST, format_timestamp, parse_duration, parse_timestamp
from ...store.base import Unit
from ...worlds.control import Control, clock_of
from ...worlds.due_events import Change, apply_due_events
from ...worlds.world import Caller

_MOST_TOLD = 1000


def getClock(control: Control, caller: Caller) -> dict[str, Any]:
    """The time, and what falls due next."""
    with control.worlds.open(caller.key.world_id) as (unit, _, _):
        return clock_of(unit)


def setClock(control: Control, caller: Caller, *, body: Mapping[str, Any]) -> dict[str, Any]:
    """Freezes, runs or sets the clock."""
    with control.worlds.open(caller.key.world_id) as (unit, now, changes):
        if "now" in body:
            changes.extend(_move(unit, now, parse_timestamp(body["now"]) - unit.record.epoch, "now"))
        if "frozen" in body:
            unit.clock = unit.clock.freeze(unit.wall) if body["frozen"] else unit.clock.run(unit.wall)
        clock = clock_of(unit)
    control.tell_clock(caller.key.world_id, clock)
    return clock


def advanceClock(control: Control, caller: Caller, *, body: Mapping[str, Any]) -> dict[str, Any]:
    """Moves time by a duration, to an instant, or to what falls due next."""
    with control.worlds.open(caller.key.world_id) as (unit, now, changes):
        field, until = _target(unit, now, body)
        fired = _move(unit, now, until, field)
        changes.extend(fired)
        clock, epoch = clock_of(unit), unit.record.epoch
    control.tell_clock(caller.key.world_id, clock)
    told = [_fired(change, epoch) for change in fired[:_MOST_TOLD]]
    return {"now": clock["now"], "fired_count": len(fired), "fired": told}


def _target(unit: Unit, now: int, body: Mapping[str, Any]) -> tuple[str, int]:
    """The field that names where to, and the world time that it names."""
    if "by" in body:
        length = parse_duration(body["by"])
        if length < 0:
            raise ValidationIssue("'by' must not be negative; time goes forward.", field="by", problem="negative")
        return "by", now + length
    if "to" in body:
        return "to", parse_timestamp(body["to"]) - unit.record.epoch
    due = unit.next_due()
    at = None if due is None else unit.record.schedule.due_at(due)
    return "next", now if at is None else at


def _move(unit: Unit, now: int, until: int, field: str) -> list[Change]:
    epoch = unit.record.epoch
    # A clock that ran on beyond the last instant shows that instant, which a caller may then name.
    now = min(now, LATEST - epoch)
    if until < now:
        raise BusinessIssue(
            f"The clock does not go back: it is {format_timestamp(epoch + now)}. Reset the world or restore a snapshot.",
            field=field,
            now=format_timestamp(epoch + now),
        )
    if epoch + until > LATEST:
        raise ValidationIssue(f"'{field}' leads beyond the year 9999.", field=field, problem="too late")
    fired = apply_due_events(unit, until)
    unit.clock = unit.clock.at(until, unit.wall)
    return fired


def _fired(change: Change, epoch: int) -> dict[str, Any]:
    entry_ = change.entry_
    return {
        "at": format_timestamp(epoch + entry_.at),
        "event": entry_.event,
        "sequence_id": change.run.id,
        "from": entry_.source,
        "to": entry_.target,
    }
