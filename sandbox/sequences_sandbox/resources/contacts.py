"""Contacts: the people that runs reach."""

from dataclasses import dataclass
from typing import Final

from ..domain.timestamps import Timestamp
from .resource import Filter, Resource, private


@dataclass(frozen=True, slots=True)
class Contact:
    """A person. Two contacts work at the same company when both have a `company_domain` and it is the same."""

    id: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    job_title: str | None = None
    linkedin_url: str | None = None
    phone_number: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    profile_picture_url: str | None = None
    company_name: str | None = None
    company_domain: str | None = None
    first_seen_at: Timestamp = 0
    last_seen_at: Timestamp = 0
    organization_id: str = private(default="")


def normalise_linkedin_url(url: str) -> str:
    """A profile's address without what does not count: scheme, `www.`, trailing slash, the case of the host."""
    address = url.partition("://")[2] if "://" in url else url
    host, slash, path = address.rstrip("/").partition("/")
    return host.lower().removeprefix("www.") + slash + path


CONTACTS: Final = Resource(
    "contacts",
    Contact,
    noun="contact",
    id_parameter="contact_id",
    schema="Contact",
    scope="contacts:read",
    filters={
        "email": Filter("email", normalise=str.casefold),
        "linkedin_url": Filter("linkedin_url", normalise=normalise_linkedin_url),
        "contact_id": Filter("id"),
        "first_seen_after": Filter("first_seen_at", "after"),
        "last_seen_after": Filter("last_seen_at", "after"),
    },
    sorts=("first_seen_at", "last_seen_at", "email"),
)
