"""Whom a run reaches and by which template: what an enrolment leaves out is found in the organization, or made."""

import uuid
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from ...domain.errors import NotFoundIssue, ValidationIssue
from ...domain.timestamps import parse_duration
from ...fixtures import made
from ...resources.contacts import CONTACTS, Contact
from ...resources.resource import Resource
from ...resources.sequences.model import RUNS
from ...resources.templates import TEMPLATES, Step, Template
from ...worlds.transaction import Transaction

T = TypeVar("T")

_ACTIVE: Final = "ACTIVE"
_NO_COMPANY: Final = "people.example"


def contact_for(tx: Transaction, organization: str, body: Mapping[str, Any]) -> Contact:
    """The contact of `contact_id`, else one without a run who works at `company`, or anywhere where none is named."""
    company = body.get("company")
    if "contact_id" in body:
        if company is not None:
            message = "'contact_id' and 'company' contradict each other; give one of them."
            raise ValidationIssue(message, field="company", problem="contradiction")
        return owned(tx, CONTACTS, organization, "contact_id", body["contact_id"])
    contacts = [one for one in tx.values(CONTACTS.kind) if one.organization_id == organization]
    busy = {run.contact_id for run in tx.select(RUNS, organization_id=organization)}
    idle = (one for one in contacts if one.id not in busy)
    free: Contact | None = next((one for one in idle if company in (None, one.company_domain)), None)
    return free or _made_contact(tx, organization, company, len(contacts))


def template_for(tx: Transaction, organization: str, body: Mapping[str, Any]) -> Template:
    """The template of `sequence_template_id`, else the organization's first ACTIVE one."""
    if "sequence_template_id" in body:
        return owned(tx, TEMPLATES, organization, "sequence_template_id", body["sequence_template_id"])
    own = (one for one in tx.values(TEMPLATES.kind) if one.organization_id == organization)
    first: Template | None = next((one for one in own if one.status == _ACTIVE), None)
    return first or _made_template(tx, organization)


def owned(tx: Transaction, resource: Resource[T], organization: str, field: str, value: str) -> T:
    """The document that a field names. Raises NotFoundIssue for one of another organization too."""
    found = tx.find(resource, value.lower())
    if found is None or found.organization_id != organization:
        raise unknown(field, value.lower(), "organization")
    document: T = found
    return document


def unknown(field: str, value: str, where: str) -> NotFoundIssue:
    """The issue of an id that leads nowhere."""
    return NotFoundIssue(f"'{field}': there is no {value} in this {where}.", field=field, value=value)


def _made_contact(tx: Transaction, organization: str, company: str | None, number: int) -> Contact:
    contact = Contact(
        id=str(uuid.uuid4()),
        organization_id=organization,
        company_domain=company,
        first_seen_at=tx.now,
        last_seen_at=tx.now,
        **made.contact(number, company or _NO_COMPANY),
    )
    tx.write(CONTACTS.kind, contact.id, contact)
    return contact


def _made_template(tx: Transaction, organization: str) -> Template:
    row = made.template()
    template = Template(
        id=str(uuid.uuid4()),
        organization_id=organization,
        name=row["name"],
        steps=tuple(Step(step["type"], parse_duration(step["delay"])) for step in row["steps"]),
        activated_at=tx.now,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.write(TEMPLATES.kind, template.id, template)
    return template
