"""The tag Runs of the control API: enrol contacts, act as the engine, look at what happened."""

import uuid
from collections.abc import Mapping
from typing import Any

from ..control import Control
from ..entities import Sequence
from ..errors import NotFoundIssue, ValidationIssue
from ..instants import format_instant, parse_instant
from ..lifecycle import ENGINE, Lifecycle
from ..rules import WAKE
from ..schedule import ENROL
from ..settling import Change, settle, steps_of
from ..store.base import Happening, Unit, WorldRecord
from ..views import RunView, happening_fields
from ..world import Caller

_FORGET = "contact_deleted"


def enrolSequence(control: Control, caller: Caller, *, body: Mapping[str, Any]) -> RunView:
    """A new run, as if the product had enrolled a contact."""
    with control.worlds.open(caller.key.world_id) as (unit, now, changes):
        run = _enrolled(unit, caller, body, now)
        _put(unit, changes, run, Happening(now, ENROL, ENGINE, None, run.status, caller.request_id))
        changes.extend(settle(unit, now))
        return RunView(_run(unit, run.id), unit.record.birth)


def triggerEvent(control: Control, caller: Caller, *, sequence_id: str, body: Mapping[str, str]) -> RunView:
    """An event of the engine, and whatever that makes due at once."""
    with control.worlds.open(caller.key.world_id) as (unit, now, changes):
        run = _run(unit, sequence_id)
        for event, changed in unit.record.schedule.engine(run, body["event"], now, steps_of(unit, run)):
            happening = Happening(now, event, ENGINE, run.status, changed.status, caller.request_id)
            _put(unit, changes, changed, happening)
            run = changed
        changes.extend(settle(unit, now))
        return RunView(_run(unit, sequence_id), unit.record.birth)


def getHistory(control: Control, caller: Caller, *, sequence_id: str) -> dict[str, Any]:
    """What happened to a run since the timeline began."""
    with control.worlds.open(caller.key.world_id, reads=True) as (unit, _, _):
        _run(unit, sequence_id)
        birth = unit.record.birth
        return {"items": [happening_fields(happening, birth) for happening in unit.history(sequence_id)]}


def deleteContact(control: Control, caller: Caller, *, contact_id: str) -> None:
    """Deletes a contact's record; its runs stay, without contact and company."""
    with control.worlds.open(caller.key.world_id) as (unit, now, changes):
        organization_id = _organization_of(unit, contact_id)
        for run in unit.of_contact(organization_id, contact_id):
            orphan = run._replace(contact_id=None, company=None, updated_at=now)
            happening = Happening(now, _FORGET, ENGINE, run.status, run.status, caller.request_id)
            _put(unit, changes, orphan, happening)
        unit.forget_contact(contact_id)


def _enrolled(unit: Unit, caller: Caller, body: Mapping[str, Any], now: int) -> Sequence:
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
    run = Sequence(
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
    created = parse_instant(body["created_at"]) - record.birth
    if created > now:
        raise ValidationIssue(
            f"'created_at' must not lie in the future; it is now {format_instant(record.birth + now)}.",
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


def _run(unit: Unit, sequence_id: str) -> Sequence:
    run = unit.get(None, sequence_id)
    if run is None:
        raise _unknown("sequence_id", sequence_id, "world")
    return run


def _put(unit: Unit, changes: list[Change], run: Sequence, happening: Happening) -> None:
    unit.put(run, happening)
    changes.append(Change(run, happening))
