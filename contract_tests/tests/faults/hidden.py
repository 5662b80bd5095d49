"""Items that get finds, and that no list shows or counts."""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from ..reference_server.alterations import Altering, Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call, Query
from ..reference_server.neighbours import Record
from ..reference_server.world import Run
from .scripts import ALL

planted = Catalog("list")


def hiding(keeps: Callable[[Run], bool]) -> Altering:
    """Lists only the runs that `keeps` is true of."""

    class Hiding(ReferenceServer):
        def visible(self, call: Call) -> Iterable[Run]:
            return [run for run in super().visible(call) if keeps(run)]

    return Hiding


def first_of_each(value: Callable[[Run], Any]) -> Altering:
    """Lists one run of those that share a value."""

    class Deduplicating(ReferenceServer):
        def visible(self, call: Call) -> Iterable[Run]:
            found = sorted(super().visible(call), key=lambda run: (str(value(run)), run.id))
            return [next(group) for _, group in groupby(found, value)]

    return Deduplicating


def cutting(cut: Callable[[list[Run]], list[Run]]) -> Altering:
    """Lists a part of all runs, whatever is asked for."""

    class Cutting(ReferenceServer):
        def visible(self, call: Call) -> Iterable[Run]:
            return cut(sorted(super().visible(call), key=lambda run: (run.created_at, run.id)))

    return Cutting


NAMED_BY = "list.listSequences.holds_the_fixture"
for name, who, alters in (
    ("runs_without_variables_not_listed", "Runs without variables", hiding(lambda run: run.variables is not None)),
    ("runs_of_deleted_contacts_not_listed", "Runs of deleted contacts", hiding(lambda run: run.contact_id is not None)),
    ("runs_without_contact_list_not_listed", "Runs that no contact list triggered",
     hiding(lambda run: run.source_contact_list_id is not None)),
    ("runs_without_a_step_not_listed", "Runs of which no step was executed",
     hiding(lambda run: run.last_step_executed_at is not None)),
    ("found_runs_not_listed", "Runs that are FOUND", hiding(lambda run: run.status != "FOUND")),
    ("runs_of_one_time_listed_once", "All but one of the runs created at one time",
     first_of_each(lambda run: run.created_at)),
    ("runs_of_one_contact_listed_once", "All but one of a contact's runs in a template",
     first_of_each(lambda run: (run.contact_id or run.id, run.sequence_template_id))),
    ("oldest_run_not_listed", "The oldest run", cutting(lambda runs: runs[1:])),
    ("newest_run_not_listed", "The newest run", cutting(lambda runs: runs[:-1])),
):  # fmt: skip
    planted.add(name, f"{who} can be got, and never listed.", "documented", NAMED_BY, ALL, alters)


@planted.documented(NAMED_BY, ALL)
class ListEndsBeforeTheLastTen(ReferenceServer):
    """Nothing but the first runs can be listed: the last ten are beyond a limit."""

    def visible(self, call: Call) -> Iterable[Run]:
        found = sorted(super().visible(call), key=lambda run: (run.created_at, run.id))
        return found[: max(1, len(found) - 10)]


class HidingRecords(ReferenceServer):
    """Lists no records that lack a field."""

    resource_name = ""
    field = ""

    def records(self, call: Call, name: str) -> Iterable[Record]:
        found = super().records(call, name)
        listed = name == self.resource_name and call.operation.startswith("list_")
        return [one for one in found if one.get(self.field)] if listed else found


@planted.documented("list.listContacts.holds_the_fixture", "GET /contacts?size=100")
class ContactsWithoutEmailNotListed(HidingRecords):
    """Contacts without an e-mail address are not listed."""

    resource_name, field = "contacts", "email"


@planted.documented("list.listSequenceTemplates.holds_the_fixture", "GET /sequence-templates?size=100")
class TemplatesWithoutStepsNotListed(HidingRecords):
    """Templates without steps are not listed."""

    resource_name, field = "sequence-templates", "steps"


# -- lists that go wrong far from their beginning ----------------------------------------------------------------------


@planted.documented("list.listSequences.pages", "GET /sequences?size=10&page=3 && GET /sequences?size=5&page=7")
class OffsetStopsAtTwoThirds(ReferenceServer):
    """Pages that begin beyond two thirds of the list show the page that begins there."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        most = max(1, 2 * len(runs) // 3 // size + 1)
        return super().cut(runs, min(page, most), size) if (page - 1) * size < len(runs) else []


@planted.documented("list.listSequences.pages list.listSequences.filter", "GET /sequences?size=1")
class CountStopsAtAHundred(ReferenceServer):
    """`total_count` counts no further than to a hundred, or, in a small list, to all but one."""

    def total(self, call: Call, matching: list[Run]) -> int:
        return min(super().total(call, matching), 100 if len(matching) > 100 else max(1, len(matching) - 1))


@planted.documented("list.listSequences.pages", "GET /sequences?size=1&page=37")
class HasMoreEndsEarly(ReferenceServer):
    """`has_more` is false from nine tenths of the list on."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return super().has_more(page, total, query) and query.page * query.size < total * 9 // 10
