"""Organizations as JSON. Tokens are left out: a world keeps them as digests alone."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ...resources.sequences.model import ApiKey, Contact, ContactList, Organization, Step, Template


def dump(organizations: Iterable[Organization]) -> str:
    """The text that `load` reads."""
    return json.dumps([_organization(organization) for organization in organizations], separators=(",", ":"))


def load(rows: Iterable[Mapping[str, Any]]) -> dict[str, Organization]:
    """Organizations by id, from parsed JSON."""
    return {row["id"]: _read(row) for row in rows}


def _organization(organization: Organization) -> dict[str, Any]:
    return {
        "id": organization.id,
        "name": organization.name,
        "api_keys": [[key.id, key.name, sorted(key.scopes)] for key in organization.api_keys],
        "contacts": [
            [contact.id, contact.company_domain, dict(contact.details)] for contact in organization.contacts.values()
        ],
        "contact_lists": [[entry.id, entry.name] for entry in organization.contact_lists.values()],
        "templates": [
            [template.id, [[step.type, step.delay] for step in template.steps], dict(template.details)]
            for template in organization.templates.values()
        ],
    }


def _read(row: Mapping[str, Any]) -> Organization:
    return Organization(
        id=row["id"],
        name=row["name"],
        api_keys=tuple(ApiKey(key, name, frozenset(scopes), None) for key, name, scopes in row["api_keys"]),
        contacts={key: Contact(key, company, details) for key, company, details in row["contacts"]},
        contact_lists={key: ContactList(key, name) for key, name in row["contact_lists"]},
        templates={
            key: Template(key, tuple(Step(kind, delay) for kind, delay in steps), details)
            for key, steps, details in row["templates"]
        },
    )
