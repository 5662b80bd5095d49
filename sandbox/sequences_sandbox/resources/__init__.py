"""The resources, each declared once."""

from collections.abc import Mapping
from typing import Any, Final

from .contact_lists import CONTACT_LISTS
from .contacts import CONTACTS
from .organizations import ORGANIZATIONS
from .resource import Resource
from .sequences.model import RUNS
from .templates import TEMPLATES

RESOURCES: Final[Mapping[str, Resource[Any]]] = {
    resource.kind: resource for resource in (ORGANIZATIONS, CONTACT_LISTS, TEMPLATES, CONTACTS, RUNS)
}
"""By kind, which is also the fixture's section; those that others point at come first."""
