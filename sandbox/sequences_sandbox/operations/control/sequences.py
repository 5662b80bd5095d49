"""The tag Runs of the control API: enrol contacts, act as the engine, look at what happened."""

import uuid
from collections.abc import Mapping
from typing import Any

from ...domain.errors import NotFoundIssue, ValidationIssue
from ...domain.lifecycle import ENGINE, Lifecycle
from ...domain.timestamps import format_timestamp, parse_timestamp
from ...resources.sequences.model import Run
from ...resources.sequences.schedule import ENROL
from ...resources.sequences.transitions import WAKE
from ...store.base import HistoryEntry, Unit, WorldRecord
from ...worlds.control import Control
from ...worlds.due_events import Change, apply_due_events, steps_of
from ...worlds.results import RunResult, history_fields
from ...worlds.world import Caller

_FORGET = "contact_deleted"


def enrolSequence(control: Control, caller: Caller, *, body: Mapping[str, Any]) -> RunResult:
    """A new run, as if the product had enrolled a contact."""
    with control.worlds.open(caller.key.world_id) as (unit, now, changes):
        run = _enrolled(unit, caller, body, now)
        _put(unit, changes, run, HistoryEntry(now, ENROL, ENGINE, None, run.status, caller.request_id))
        changes.extend(apply_due_events(unit, now))
        return RunResult(_run(unit, run.id), unit.record.epoch)


def triggerEvent(control: Control, caller: Caller, *, sequence_id: str, body: Mapping[str, str]) -> RunResult:
    """An event of the engine, and whatever that makes due at once."""
    with control.worlds.open(caller.key.world_id) as (unit, now, changes):
        run = _run(unit, sequence_id)
        for event, changed in unit.record.schedule.engine(run, body["event"], now, steps_of(unit, run)):
            entry_ = HistoryEntry(now, event, ENGINE, run.status, changed.status, caller.request_id)
            _put(unit, changes, changed, entry_)
            run = changed
        changes.extend(apply_due_events(unit, now))
        return RunResult(_run(unit, sequence_id), unit.record.epoch)


def getHistory(control: Control, caller: Caller, *, sequence_id: str) -> dict[str, Any]:
    """What happened to a run since the timeline began."""
    with control.worlds.open(caller.key.world_id, reads=True) as (unit, _, _):
        _run(unit, sequence_id)
        epoch = unit.record.epoch
        return {"items": [history_fields(entry_, epoch) for entry_ in unit.history(sequence_id)]}


def deleteContact(control: Control, caller: Caller, *, contact_id: str) -> None:
    """Deletes a contact's record; its runs stay, without contact and company."""
    with control.worlds.open(caller.key.world_id) as (unit, now, changes):
        organization_id = _organization_of(unit, contact_id)
        for run in unit.of_contact(organization_id, contact_id):
            orphan = run._replace(contact_id=None, company=None, updated_at=now)
            entry_ = HistoryEntry(now, _FORGET, ENGINE, run.status, run.status, caller.request_id)
            _put(unit, changes, orphan, entry_)
        unit.forget_contact(contact_id)


def _enrolled(unit: Unit, caller: Caller, body: Mapping[str, Any], now: int) -> Run:
    record = unit.record
    organization_id = body.get("organization_id", caller.key.organization_id).lower()
    contact_id, template_id = body["contact_id"].lower(), body["sequence_template_id"].lower()
    list_id = body.get("source_contact_list_id")
    list_id = None if list_id is None else list_id.lower()
    if organization_id not in record.organizations:
        raise _unknown("organization_id", organization_id, "world")
    organization = record.organizations[organization_id]
    if contact_id not in organization.contacts or contact_id in unit.forgotten_contacts():
        raise _unknown("contact_id", contact_id, "organization")
    if template_id not in organization.templates:
        raise _unknown("sequence_template_id", template_id, "organization")
    if list_id is not None and list_id not in organization.contact_lists:
        raise _unknown("source_contact_list_id", list_id, "organization")
    created = _created(body, record, now)
    record.limits.require_text(body.get("variables"))
    record.limits.require_run(sum(unit.counts(organization_id).values()))
    run = Run(
        id=str(uuid.uuid4()),
        organization_id=organization_id,
        contact_id=contact_id,
        sequence_template_id=template_id,
        status=_status(body, record.schedule.lifecycle),
        variables=body.get("variables"),
        source_contact_list_id=list_id,
        last_step_executed_at=None,
        created_at=created,
        updated_at=created,
        company=organization.contacts[contact_id].company_domain or None,
    )
    return record.schedule.enrol(run, now, organization.templates[template_id].steps)


def _created(body: Mapping[str, Any], record: WorldRecord, now: int) -> int:
    if "created_at" not in body:
        return now
    created = parse_timestamp(body["created_at"]) - record.epoch
    if created > now:
        raise ValidationIssue(
            f"'created_at' must not lie in the future; it is now {format_timestamp(record.epoch + now)}.",
            field="created_at",
            value=body["created_at"],
            problem="in the future",
        )
    return created


def _status(body: Mapping[str, Any], lifecycle: Lifecycle) -> str:
    status: str = body.get("status", lifecycle.initial)
    possible = [name for name in lifecycle.statuses if not lifecycle.allows(name, WAKE)]
    if status not in possible:
        why = "enrol it as active and pause it" if status in lifecycle.statuses else f"use one of {', '.join(possible)}"
        raise ValidationIssue(
            f"A run cannot be enrolled as '{status}'; {why}.",
            field="status",
            value=status,
            problem="not allowed",
            allowed=possible,
        )
    return status


def _unknown(field: str, value: str, where: str) -> NotFoundIssue:
    return NotFoundIssue(f"'{field}': there is no {value} in this {where}.", field=field, value=value)


def _organization_of(unit: Unit, contact_id: str) -> str:
    for organization in unit.record.organizations.values():
        if contact_id in organization.contacts and contact_id not in unit.forgotten_contacts():
            return organization.id
    raise _unknown("contact_id", contact_id, "world")


def _run(unit: Unit, sequence_id: str) -> Run:
    run = unit.get(None, sequence_id)
    if run is None:
        raise _unknown("sequence_id", sequence_id, "world")
    return run


def _put(unit: Unit, changes: list[Change], run: Run, entry_: HistoryEntry) -> None:
    unit.put(run, entry_)
    changes.append(Change(run, entry_))
