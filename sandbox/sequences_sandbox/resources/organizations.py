"""Organizations, the tenants of the API. The API shows none; every other document belongs to one."""

from dataclasses import dataclass
from typing import Final

from .resource import Resource


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant."""

    id: str
    name: str


ORGANIZATIONS: Final = Resource("organizations", Organization, noun="organization")
