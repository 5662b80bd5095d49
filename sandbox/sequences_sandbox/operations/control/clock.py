"""The tag Clock of the control API: time goes forward, and what falls due on the way is applied."""

from collections.abc import Mapping
from typing import Any, Final

from ...domain.errors import BusinessIssue
from ...domain.timestamps import LATEST, format_timestamp, parse_duration, parse_timestamp
from ...validation import field_issue
from ...worlds.events import CLOCK
from ...worlds.history import Change
from ...worlds.transaction import Transaction
from ...worlds.worlds import Caller
from .control import Control, clock_of

_MOST_SHOWN: Final = 1000


def getClock(control: Control, caller: Caller) -> dict[str, Any]:
    with control.worlds.transaction(caller) as tx:
        return clock_of(tx)


def setClock(control: Control, caller: Caller, *, body: Mapping[str, Any]) -> dict[str, Any]:
    with control.worlds.transaction(caller) as tx:
        if "now" in body:
            _, left = _move(tx, parse_timestamp(body["now"]), "now")
            if left:
                raise BusinessIssue(
                    "More events fall due until then than one request applies; advance the clock in smaller steps.",
                    field="now",
                )
        if "frozen" in body:
            clock = tx.moment.clock
            tx.set_clock(clock.freeze(tx.world.wall) if body["frozen"] else clock.unfreeze(tx.world.wall))
        tx.commit()
        clock_fields = clock_of(tx)
    control.worlds.events.publish(tx.world.record.id, CLOCK, clock_fields)
    return clock_fields


def advanceClock(control: Control, caller: Caller, *, body: Mapping[str, Any]) -> dict[str, Any]:
    """Moves time by a duration, to a time, or to what falls due next; as far as the work of one request allows."""
    with control.worlds.transaction(caller) as tx:
        field, until = _target(tx, body)
        fired, left = _move(tx, until, field)
        tx.commit()
        clock = clock_of(tx)
    control.worlds.events.publish(tx.world.record.id, CLOCK, clock)
    return {
        "now": clock["now"],
        "fired_count": len(fired),
        "fired": [_fired(change) for change in fired[:_MOST_SHOWN]],
        "complete": not left,
        "left": {"to": format_timestamp(until)} if left else None,
    }


def _target(tx: Transaction, body: Mapping[str, Any]) -> tuple[str, int]:
    """The field that names where to, and the time that it names."""
    if "by" in body:
        length = parse_duration(body["by"])
        if length < 0:
            raise field_issue("by", "negative", "must not be negative; the clock only goes forward")
        return "by", tx.now + length
    if "to" in body:
        return "to", parse_timestamp(body["to"])
    due = tx.next_due()
    return "next", tx.now if due is None else due[0]


def _move(tx: Transaction, until: int, field: str) -> tuple[list[Change], bool]:
    """Moves the clock to `until`, or to the last event that one request applies. Returns changes, and if more are left."""
    # A clock that ran on beyond the last time that can be written shows that time, which a caller may then name.
    now = min(tx.now, LATEST)
    if until < now:
        raise BusinessIssue(
            f"The clock does not go back: it is {format_timestamp(now)}. Reset the world or restore a snapshot.",
            field=field,
            now=format_timestamp(now),
        )
    if until > LATEST:
        raise field_issue(field, "too late", "leads beyond the year 9999")
    fired, left = tx.apply_due_events(until)
    if left:
        # What is due at the same time is applied before the next request, which then cannot show it; but no request does
        # more than twice its share of work.
        until = fired[-1].entry.at
        fired += tx.apply_due_events(until)[0]
    tx.set_clock(tx.moment.clock.at(until, tx.world.wall))
    return fired, left


def _fired(change: Change) -> dict[str, Any]:
    entry = change.entry
    return {
        "at": format_timestamp(entry.at),
        "event": entry.event,
        "sequence_id": change.run.id,
        "from": entry.source,
        "to": entry.target,
    }
