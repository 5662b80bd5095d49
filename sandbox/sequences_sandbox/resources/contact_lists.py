"""Contact lists: where runs come from. The API does not show them yet; runs name theirs."""

from dataclasses import dataclass
from typing import Final

from .resource import Resource, private


@dataclass(frozen=True, slots=True)
class ContactList:
    """A list of contacts that can start runs."""

    id: str
    name: str | None
    default_sequence_template_id: str | None = None
    organization_id: str = private(default="")


CONTACT_LISTS: Final = Resource("contact_lists", ContactList, noun="contact list", id_parameter="contact_list_id")
