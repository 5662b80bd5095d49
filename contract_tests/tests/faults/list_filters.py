"""Filters that are ignored, too wide, too narrow, or wrong together."""

from fractions import Fraction
from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Query
from ..reference_server.timestamps import SECOND
from ..reference_server.world import Run

planted = Catalog("list")
DAY = 86_400 * SECOND
# The time at which the probe world's run `asked` was created, and the same timestamp at another offset.
EXACT = "2026-03-02T07:50:00Z"
SAME = "2026-03-02T09:50:00%2B02:00"


class Ignoring(ReferenceServer):
    """Ignores one filter, always or in some company."""

    ignored = ""

    def given(self, query: Query) -> dict[str, Any]:
        found = super().given(query)
        return {name: one for name, one in found.items() if name != self.ignored or not self.when(query)}

    def when(self, query: Query) -> bool:
        return True


@planted.documented("list.listSequences.filter", "GET /sequences?status=FOUND")
class StatusIgnored(Ignoring):
    """The filter status is ignored."""

    ignored = "status"


@planted.documented(
    "list.listSequences.filter.sequence_template_id", "GET /sequences?sequence_template_id={other_template}"
)
class TemplateIgnored(Ignoring):
    """The filter sequence_template_id is ignored."""

    ignored = "sequence_template_id"


@planted.documented("list.listSequences.bound.created_at_after", f"GET /sequences?created_at_after={EXACT}")
class AfterIgnored(Ignoring):
    """The filter created_at_after is ignored."""

    ignored = "created_at_after"


@planted.documented(
    "list.listSequences.bound.created_at_before", "GET /sequences?created_at_before=2026-03-01T09:00:00Z"
)
class BeforeIgnored(Ignoring):
    """The filter created_at_before is ignored."""

    ignored = "created_at_before"


@planted.documented("list.listSequences.bound.created_at_after", f"GET /sequences?created_at_after={EXACT}")
class AfterInclusive(ReferenceServer):
    """created_at_after lets its own time through."""

    def is_after(self, run: Run, bound: Fraction) -> bool:
        return run.created_at >= bound


@planted.documented("list.listSequences.bound.created_at_before", f"GET /sequences?created_at_before={EXACT}")
class BeforeInclusive(ReferenceServer):
    """created_at_before lets its own time through."""

    def is_before(self, run: Run, bound: Fraction) -> bool:
        return run.created_at <= bound


@planted.documented("list.listSequences.bound.created_at_after", f"GET /sequences?size=50&created_at_after={SAME}")
class AfterIgnoresOffset(ReferenceServer):
    """created_at_after takes a local time for UTC."""

    def read_bound(self, field: str, text: str) -> Fraction | None:
        exact = super().read_bound(field, text)
        return exact if field != "created_at_after" or exact is None else super().read_bound(field, text[:19] + "Z")


@planted.documented("list.listSequences.bound.created_at_before", f"GET /sequences?size=50&created_at_before={SAME}")
class BeforeTurnsOffsetRound(ReferenceServer):
    """created_at_before applies the offset with the wrong sign."""

    def read_bound(self, field: str, text: str) -> Fraction | None:
        exact = super().read_bound(field, text)
        if field != "created_at_before" or exact is None or text[-1] in "zZ":
            return exact
        return super().read_bound(field, text[:-6] + text[-6:].translate(str.maketrans("+-", "-+")))


@planted.documented(
    "list.listSequences.bound.created_at_after",
    "GET /sequences?size=50&created_at_after=2026-03-02T04:00:00Z",
)
class AfterComparesWholeSeconds(ReferenceServer):
    """created_at_after compares whole seconds."""

    def is_after(self, run: Run, bound: Fraction) -> bool:
        return run.created_at // SECOND > bound // SECOND


@planted.documented(
    "list.listSequences.bound.created_at_before", "GET /sequences?size=50&created_at_before=2026-03-02T04:00:00.7Z"
)
class BeforeCutsItsBoundToSeconds(ReferenceServer):
    """created_at_before forgets the fraction of its bound."""

    def is_before(self, run: Run, bound: Fraction) -> bool:
        return run.created_at < bound // SECOND * SECOND


@planted.documented("list.listSequences.bound.created_at_before", f"GET /sequences?size=50&created_at_before={EXACT}")
class BeforeTakesTheWholeDay(ReferenceServer):
    """created_at_before lets the bound's whole day through."""

    def is_before(self, run: Run, bound: Fraction) -> bool:
        return run.created_at < (bound // DAY + 1) * DAY


@planted.documented(
    "list.listSequences.bound.created_at_after",
    f"GET /sequences?size=50&created_at_after={EXACT}",
)
class AfterLooksAtUpdate(ReferenceServer):
    """created_at_after compares `updated_at`."""

    def is_after(self, run: Run, bound: Fraction) -> bool:
        return run.updated_at > bound


@planted.documented(
    "list.listSequences.bound.created_at_before", "GET /sequences?size=50&created_at_before=2026-03-02T08:30:00Z"
)
class BeforeLooksAtUpdate(ReferenceServer):
    """created_at_before compares `updated_at`."""

    def is_before(self, run: Run, bound: Fraction) -> bool:
        return run.updated_at < bound


@planted.documented("list.listSequences.filter", "GET /sequences?status=WAITING_FOR_LEAD")
class WaitingMerged(ReferenceServer):
    """The filter WAITING_FOR_LEAD finds WAITING_FOR_USER as well."""

    def has_status(self, run: Run, status: str) -> bool:
        return super().has_status(run, status) or (status, run.status) == ("WAITING_FOR_LEAD", "WAITING_FOR_USER")


@planted.documented("list.listSequences.filter", "GET /sequences?status=SUCCEEDED")
class SucceededIncludesCompleted(ReferenceServer):
    """The filter SUCCEEDED finds COMPLETED as well."""

    def has_status(self, run: Run, status: str) -> bool:
        return super().has_status(run, status) or (status, run.status) == ("SUCCEEDED", "COMPLETED")


@planted.documented("list.listSequences.filter", "GET /sequences?status=FAILED && GET /sequences?status=REFUSED")
class FailedAndRefusedSwapped(ReferenceServer):
    """The filters FAILED and REFUSED find each other's runs."""

    def has_status(self, run: Run, status: str) -> bool:
        return super().has_status(run, {"FAILED": "REFUSED", "REFUSED": "FAILED"}.get(status, status))


@planted.documented("list.listSequences.pages list.listSequences.filter.status", "GET /sequences?size=100")
class EndedRunsHiddenByDefault(ReferenceServer):
    """Without a status filter, runs that have ended are not shown."""

    def matches(self, run: Run, query: Query) -> bool:
        return super().matches(run, query) and ("status" in query.filters or run.status not in self.ended)


@planted.documented(
    "list.listSequences.pages list.listSequences.filter.status", "GET /sequences?size=100&status=ACTIVE"
)
class DeletedContactsHiddenByStatus(ReferenceServer):
    """With a status filter, runs of deleted contacts are not shown."""

    def matches(self, run: Run, query: Query) -> bool:
        return super().matches(run, query) and not ("status" in query.filters and run.contact_id is None)
