"""Contacts: filters by address and by time, order, pages, and who may see them."""

from collections.abc import Callable, Iterable
from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Query, Response
from ..reference_server.neighbours import Record, Resource
from .access import open_without_key, open_without_scope

planted = Catalog("contacts")
LIST = "GET /contacts?size=100"
EMAIL = "GET /contacts?email=ANN@1.EXAMPLE && GET /contacts?email=ann@1.example"
LINKEDIN = "/contacts?linkedin_url="
OTHERS = "access.listContacts.other_organization access.getContact.other_organization"
Normal = Callable[[str], str]

for operation, line in (("list_contacts", LIST), ("get_contacts", "GET /contacts/{ann}"), ("me", "GET /me")):
    summary = f"The operation {operation} works without a key."
    without_key = open_without_key(operation)
    planted.add(
        f"{operation}_without_key", summary, "documented", "access.*.missing_key", f"nobody: {line}", without_key
    )
for operation, line in (("list_contacts", LIST), ("get_contacts", "GET /contacts/{ann}")):
    summary, rule = f"The operation {operation} takes any valid key, whatever its scopes are.", "scope. me.scopes"
    without_scope = open_without_scope(operation)
    planted.add(f"{operation}_without_scope", summary, "documented", rule, f"no: {line}", without_scope)


@planted.documented("me.scopes", "wo: GET /contacts")
class WritersOfSequencesReadContacts(ReferenceServer):
    """A key with the scope sequences:write may read contacts."""

    def has_scope(self, call: Call) -> bool:
        return super().has_scope(call) or ("contacts" in call.operation and "sequences:write" in call.key.scopes)


# -- organizations ----------------------------------------------------------------------------------------------------


@planted.documented(OTHERS, "GET /contacts/{foreign_contact}")
class ForeignContactShown(ReferenceServer):
    """GET of another organization's contact shows it."""

    def is_own_record(self, call: Call, record: Record) -> bool:
        return call.operation == "get_contacts" or super().is_own_record(call, record)


@planted.documented(OTHERS, "GET /contacts/{foreign_contact}")
class ForeignContactIs403(ReferenceServer):
    """GET of another organization's contact is 403."""

    def no_record(self, call: Call) -> Record:
        if call.run_id in call.world.contacts:
            raise ApiError(403, "This contact belongs to another organization.")
        return super().no_record(call)


class Leaking(ReferenceServer):
    """Shows the contacts of every organization where certain parameters are given."""

    def leaks(self, query: Query) -> bool:
        raise NotImplementedError

    def records(self, call: Call, name: str) -> Iterable[Record]:
        leaks = call.operation == "list_contacts" and self.leaks(call.query)
        return call.world.records(name) if leaks else super().records(call, name)


@planted.documented(OTHERS, LIST)
class ContactsOfEveryOrganization(Leaking):
    """The list without filters shows the contacts of every organization."""

    def leaks(self, query: Query) -> bool:
        return not query.filters


@planted.documented(OTHERS, "GET /contacts?email=ann@2.example")
class EmailFindsEveryOrganization(Leaking):
    """The filter email finds contacts of every organization."""

    def leaks(self, query: Query) -> bool:
        return "email" in query.filters


@planted.documented(OTHERS, f"{LIST}&sort_by=email")
class SortedContactsOfEveryOrganization(Leaking):
    """The list sorted by e-mail address shows the contacts of every organization."""

    def leaks(self, query: Query) -> bool:
        return query.sort_by == "email"


# -- filters ----------------------------------------------------------------------------------------------------------


class OtherComparison(ReferenceServer):
    """Compares one filter in another way."""

    filtered = "email"

    def is_same(self, name: str, held: str, value: str, normal: Normal) -> bool:
        if name == self.filtered:
            return self.compares(held, value, normal)
        return super().is_same(name, held, value, normal)

    def compares(self, held: str, value: str, normal: Normal) -> bool:
        raise NotImplementedError


@planted.documented("contacts.email", EMAIL)
class EmailComparedAsWritten(OtherComparison):
    """The filter email heeds case."""

    def compares(self, held: str, value: str, normal: Normal) -> bool:
        return held == value


@planted.documented("contacts.email", "GET /contacts?email=ANN@1.EXAMPLE && GET /contacts?email=Ann@1.example")
class EmailLoweredOnOneSide(OtherComparison):
    """The filter email is lowered, the address that is held is not."""

    def compares(self, held: str, value: str, normal: Normal) -> bool:
        return held == value.lower()


@planted.documented("contacts.email", "GET /contacts?email=nn@1.example")
class EmailFindsParts(OtherComparison):
    """The filter email finds parts of addresses."""

    def compares(self, held: str, value: str, normal: Normal) -> bool:
        return value.lower() in held.lower()


@planted.documented("list.listContacts.filter contacts.email", "GET /contacts?email=nobody@1.example")
class EmailIgnored(OtherComparison):
    """The filter email is ignored."""

    def compares(self, held: str, value: str, normal: Normal) -> bool:
        return True


@planted.documented("contacts.linkedin_url", f"GET {LINKEDIN}http://linkedin.com/in/ann-1/")
class LinkedinComparedAsWritten(OtherComparison):
    """The filter linkedin_url compares addresses as they are written."""

    filtered = "linkedin_url"

    def compares(self, held: str, value: str, normal: Normal) -> bool:
        return held == value


@planted.documented("contacts.linkedin_url", f"GET {LINKEDIN}https://www.LinkedIn.com/in/ann-1")
class LinkedinHostHeedsCase(OtherComparison):
    """The case of the host counts in the filter linkedin_url."""

    filtered = "linkedin_url"

    def compares(self, held: str, value: str, normal: Normal) -> bool:
        return normal(held) == normal(value) and "linkedin" in held and "linkedin" in value


@planted.documented("contacts.linkedin_url", f"GET {LINKEDIN}https://www.linkedin.com/in/ann-1/")
class LinkedinSlashCounts(OtherComparison):
    """A trailing slash counts in the filter linkedin_url."""

    filtered = "linkedin_url"

    def compares(self, held: str, value: str, normal: Normal) -> bool:
        return normal(held) == normal(value) and held.endswith("/") == value.endswith("/")


@planted.documented("contacts.linkedin_url", f"GET {LINKEDIN}http://www.linkedin.com/in/ann-1")
class LinkedinSchemeCounts(OtherComparison):
    """The scheme counts in the filter linkedin_url."""

    filtered = "linkedin_url"

    def compares(self, held: str, value: str, normal: Normal) -> bool:
        return normal(held) == normal(value) and held[:5].lower() == value[:5].lower()


@planted.documented("contacts.linkedin_url", f"GET {LINKEDIN}https://www.linkedin.com/in/an")
class LinkedinFindsBeginnings(OtherComparison):
    """The filter linkedin_url finds every address that begins so."""

    filtered = "linkedin_url"

    def compares(self, held: str, value: str, normal: Normal) -> bool:
        return normal(held).startswith(normal(value))


@planted.documented("list.listContacts.filter", "GET /contacts?contact_id={ann}")
class ContactIdIgnored(OtherComparison):
    """The filter contact_id is ignored."""

    filtered = "contact_id"

    def compares(self, held: str, value: str, normal: Normal) -> bool:
        return True


@planted.documented("list.listContacts.filters", "GET /contacts?email=ann@1.example&contact_id={foreign_contact}")
class ContactFiltersCombineWithOr(ReferenceServer):
    """One filter that fits is enough."""

    def fits(self, record: Record, name: str, value: Any, resource: Resource) -> bool:
        return super().fits(record, name, value, resource) or name == "contact_id"


@planted.documented("list.listContacts.bound", "GET /contacts?first_seen_after=2026-02-23T10:20:00Z&size=100")
class FirstSeenAfterInclusive(ReferenceServer):
    """first_seen_after lets its own time through."""

    def is_seen_after(self, record: Record, name: str, bound: Any, resource: Resource) -> bool:
        return super().is_seen_after(record, name, bound, resource) or record["first_seen_at"] == bound


@planted.documented("list.listContacts.bound", "GET /contacts?last_seen_after=2026-02-23T12:00:00Z&size=100")
class LastSeenAfterLooksAtTheFirstTime(ReferenceServer):
    """last_seen_after compares `first_seen_at`."""

    def is_seen_after(self, record: Record, name: str, bound: Any, resource: Resource) -> bool:
        return bool(record["first_seen_at"] > bound)


@planted.documented("list.listContacts.bound", "GET /contacts?first_seen_after=2099-01-01T00:00:00Z")
class FirstSeenAfterIgnored(ReferenceServer):
    """first_seen_after is ignored."""

    def is_seen_after(self, record: Record, name: str, bound: Any, resource: Resource) -> bool:
        return name == "first_seen_after" or super().is_seen_after(record, name, bound, resource)


# -- order and pages --------------------------------------------------------------------------------------------------


@planted.strict("contacts.null_emails list.listContacts.sort", f"{LIST}&sort_by=email")
class NullEmailsLast(ReferenceServer):
    """Contacts without an e-mail address sort after all others."""

    def record_key(self, record: Record, name: str) -> Any:
        return record.get(name) is None, record.get(name) or ""


@planted.documented("list.listContacts.sort", f"{LIST}&sort_by=email&sort_order=desc && {LIST}&sort_by=email")
class NullEmailsFirstBothWays(ReferenceServer):
    """Contacts without an e-mail address come first in both directions."""

    def list_records(self, call: Call) -> Response:
        response = super().list_records(call)
        if call.query.sort_by == "email":
            response.body["items"].sort(key=lambda one: one["email"] is not None)
        return response


@planted.documented("list.listContacts.sort", f"{LIST}&sort_by=last_seen_at")
class LastSeenSortsByFirstSeen(ReferenceServer):
    """sort_by=last_seen_at sorts by `first_seen_at`."""

    def record_key(self, record: Record, name: str) -> Any:
        return super().record_key(record, "first_seen_at" if name == "last_seen_at" else name)


@planted.documented("list.listContacts.defaults", LIST)
class ContactsSortedByLastSeenByDefault(ReferenceServer):
    """Without sort_by, contacts are sorted by `last_seen_at`."""

    def neighbour_sort(self, resource: Resource) -> str:
        return "last_seen_at"


@planted.documented("list.listContacts.pages", "GET /contacts?size=3&page=2")
class ContactPagesOverlap(ReferenceServer):
    """Each page of contacts begins with the last contact of the page before."""

    def cut_records(self, found: list[Record], page: int, size: int) -> list[Record]:
        return found[max(0, (page - 1) * size - 1) : page * size]


class OtherNumbers(ReferenceServer):
    """Other numbers of a page of contacts."""

    def numbers(self, items: list[Record], total: int, query: Query) -> Record:
        return super().numbers(items, total, query) | self.wrong(items, total, query)

    def wrong(self, items: list[Record], total: int, query: Query) -> Record:
        raise NotImplementedError


@planted.documented("list.listContacts.pages list.listContacts.filter", "GET /contacts?size=3")
class ContactCountIsThatOfThePage(OtherNumbers):
    """`total_count` counts the contacts of the page."""

    def wrong(self, items: list[Record], total: int, query: Query) -> Record:
        return {"total_count": len(items)}


@planted.documented("list.listContacts.pages", "GET /contacts?size=8")
class ContactsHaveMoreWhenFull(OtherNumbers):
    """`has_more` is true whenever the page is full."""

    def wrong(self, items: list[Record], total: int, query: Query) -> Record:
        return {"has_more": len(items) == query.size}


@planted.documented("list.listContacts.pages", "GET /contacts?size=3")
class ContactPagesRoundedDown(OtherNumbers):
    """`total_pages` does not count the last page, which is not full."""

    def wrong(self, items: list[Record], total: int, query: Query) -> Record:
        return {"total_pages": max(1, total // query.size)}


# -- items and parameters ---------------------------------------------------------------------------------------------


@planted.documented("get.*.same_as_list", LIST)
class ListHidesCompanies(ReferenceServer):
    """The list shows every contact's company as null."""

    def record_item(self, record: Record, resource: Resource) -> Record:
        return super().record_item(record, resource) | {"company_name": None, "company_domain": None}


@planted.documented("shape.*.body", "GET /contacts/{ann}")
class EmptyFieldsLeftOut(ReferenceServer):
    """Fields of a contact that are null are left out."""

    def record_object(self, record: Record, resource: Resource) -> Record:
        return {name: value for name, value in super().record_object(record, resource).items() if value is not None}


@planted.documented("shape.*.body", "GET /contacts/{ann}")
class SeenAsDates(ReferenceServer):
    """`last_seen_at` is a date without a time of day."""

    def record_object(self, record: Record, resource: Resource) -> Record:
        shown = super().record_object(record, resource)
        return shown | {"last_seen_at": shown["last_seen_at"][:10]}


@planted.documented("id.", "GET /contacts/00000000-0000-4000-8000-000000000000")
class UnknownContactIsEmpty(ReferenceServer):
    """An unknown contact is 200 with nothing in it."""

    def get_record(self, call: Call) -> Response:
        try:
            return super().get_record(call)
        except ApiError:
            return Response(200, {})


@planted.strict("contacts.parameters", "GET /contacts?created_at_after=2020-01-01T00:00:00Z")
class ContactsTakeCreatedAt(ReferenceServer):
    """Contacts take created_at_after, and ignore it."""

    def unknown_parameter(self, name: str, value: str, known: tuple[str, ...]) -> None:
        if name != "created_at_after":
            super().unknown_parameter(name, value, known)
