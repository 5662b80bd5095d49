"""The tag Runs of the control API: enrol contacts, act as the engine, look at what happened."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from ...domain.lifecycle import ENGINE, Lifecycle
from ...domain.query import envelope
from ...domain.timestamps import DAY, LATEST, format_timestamp, parse_timestamp
from ...resources.contact_lists import CONTACT_LISTS
from ...resources.contacts import CONTACTS
from ...resources.organizations import ORGANIZATIONS
from ...resources.resource import Resource
from ...resources.sequences.model import RUNS, Run
from ...resources.sequences.schedule import ENROL
from ...resources.sequences.transitions import WAKE
from ...validation import field_issue
from ...worlds.history import history_fields, history_of
from ...worlds.transaction import Transaction
from ...worlds.worlds import Caller
from ..results import ItemResult
from .control import Control, due_fields
from .enrolment import contact_for, owned, template_for, unknown

_DELETED: Final = "contact_deleted"
_PAUSE: Final = 7 * DAY


def enrolSequence(control: Control, caller: Caller, *, body: Mapping[str, Any]) -> ItemResult:
    """A new run, as if the product had enrolled a contact."""
    with control.worlds.transaction(caller) as tx:
        run = _enrolled(tx, caller, body)
        tx.put(None, run, ENROL, ENGINE)
        tx.apply_due_events(tx.now)
        return ItemResult(RUNS, tx.find(RUNS, run.id))


def triggerEvent(control: Control, caller: Caller, *, sequence_id: str, body: Mapping[str, str]) -> ItemResult:
    """An event of the engine, and whatever that makes due at once."""
    with control.worlds.transaction(caller) as tx:
        run: Run = _known(tx, RUNS, sequence_id)
        for event, changed in tx.world.schedule.engine(run, body["event"], tx.now, tx.steps_of(run)):
            tx.put(run, changed, event, ENGINE)
            run = changed
        tx.apply_due_events(tx.now)
        return ItemResult(RUNS, tx.find(RUNS, sequence_id))


def getHistory(control: Control, caller: Caller, *, sequence_id: str, page: int, size: int) -> dict[str, Any]:
    """A page of what happened to a run since the timeline began, oldest first, and what falls due for it next."""
    with control.worlds.transaction(caller) as tx:
        run: Run = _known(tx, RUNS, sequence_id)
        entries = history_of(tx.value, sequence_id)
        at = tx.world.schedule.due_at(run)
        following = None if at is None else due_fields(tx, at, run)
    items = [history_fields(entry) for entry in entries[(page - 1) * size : page * size]]
    return {**envelope(items, len(entries), page, size), "next": following}


def deleteContact(control: Control, caller: Caller, *, contact_id: str) -> None:
    """Deletes a contact's record; its runs stay, without contact and company."""
    with control.worlds.transaction(caller) as tx:
        contact = _known(tx, CONTACTS, contact_id)
        for run in tx.select(RUNS, organization_id=contact.organization_id, contact_id=contact_id):
            tx.put(run, replace(run, contact_id=None, company=None, updated_at=tx.now), _DELETED, ENGINE)
        tx.write(CONTACTS.kind, contact_id, None)


def _enrolled(tx: Transaction, caller: Caller, body: Mapping[str, Any]) -> Run:
    organization = body.get("organization_id", caller.key.organization_id).lower()
    if tx.find(ORGANIZATIONS, organization) is None:
        raise unknown("organization_id", organization, "world")
    source = body.get("source_contact_list_id")
    if source is not None:
        source = owned(tx, CONTACT_LISTS, organization, "source_contact_list_id", source).id
    created, status = _created(body, tx.now), _status(body, tx.world.schedule.lifecycle)
    tx.limits.require_text(body.get("variables"))
    if tx.limits.runs is not None:
        tx.limits.require("runs", len(tx.select(RUNS, organization_id=organization)) + 1)
    contact, template = contact_for(tx, organization, body), template_for(tx, organization, body)
    run = Run(
        id=str(uuid.uuid4()),
        organization_id=organization,
        contact_id=contact.id,
        sequence_template_id=template.id,
        status=status,
        variables=body.get("variables"),
        source_contact_list_id=source,
        last_step_executed_at=None,
        created_at=created,
        updated_at=created,
        company=contact.company_domain or None,
        paused_until=_paused_until(body, tx, status),
    )
    if run.paused_until is not None:
        return tx.world.schedule.start(run, template.steps, tx.now)
    return tx.world.schedule.enrol(run, tx.now, template.steps)


def _created(body: Mapping[str, Any], now: int) -> int:
    if "created_at" not in body:
        return now
    created = parse_timestamp(body["created_at"])
    if created > now:
        expected = f"must not lie in the future; it is now {format_timestamp(now)}"
        raise field_issue("created_at", "in the future", expected, body["created_at"])
    return created


def _status(body: Mapping[str, Any], lifecycle: Lifecycle) -> str:
    status: str = body.get("status", lifecycle.initial)
    if status not in lifecycle.statuses:
        known = list(lifecycle.statuses)
        raise field_issue("status", "not allowed", f"is '{status}'; use one of {', '.join(known)}", status, known)
    return status


def _paused_until(body: Mapping[str, Any], tx: Transaction, status: str) -> int | None:
    """When a paused run wakes: in a week unless given, and given for no other run."""
    paused = tx.world.schedule.lifecycle.allows(status, WAKE)
    if "paused_until" not in body:
        return tx.now + _PAUSE if paused else None
    until = parse_timestamp(body["paused_until"])
    field, value = "paused_until", body["paused_until"]
    if not paused:
        raise field_issue(field, "not allowed", f"goes with a status that waits to wake, not with '{status}'", value)
    if not tx.now < until <= LATEST:
        expected = f"must lie in the future, up to the year 9999; it is now {format_timestamp(tx.now)}"
        raise field_issue(field, "out of range", expected, value)
    return until


def _known(tx: Transaction, resource: Resource[Any], document_id: str) -> Any:
    found = tx.find(resource, document_id)
    if found is None:
        raise unknown(resource.id_parameter, document_id, "world")
    return found
