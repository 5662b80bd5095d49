"""The tag Contacts."""

from ...resources.contacts import CONTACTS
from .reads import get_one, list_page

listContacts = list_page(CONTACTS)
getContact = get_one(CONTACTS)
