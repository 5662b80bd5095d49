"""Filters that are right alone and wrong in company."""

from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Query
from ..reference_server.world import Run
from .list_filters import EXACT, Ignoring

planted = Catalog("list")


@planted.documented(
    "list.listSequences.filter list.listSequences.between",
    "GET /sequences?status=FOUND&sequence_template_id={other_template}",
)
class StatusIgnoredWithTemplate(Ignoring):
    """The filter status is ignored when a template is given too."""

    ignored = "status"

    def when(self, query: Query) -> bool:
        return "sequence_template_id" in query.filters


@planted.documented(
    "list.listSequences.filter list.listSequences.between",
    f"GET /sequences?sequence_template_id={{other_template}}&created_at_after={EXACT}",
)
class TemplateIgnoredWithAfter(Ignoring):
    """The filter sequence_template_id is ignored when created_at_after is given too."""

    ignored = "sequence_template_id"

    def when(self, query: Query) -> bool:
        return "created_at_after" in query.filters


@planted.documented(
    "list.listSequences.filter list.listSequences.between",
    f"GET /sequences?created_at_after={EXACT}&created_at_before=2026-03-02T08:10:00Z",
)
class AfterIgnoredWithBefore(Ignoring):
    """The filter created_at_after is ignored when created_at_before is given too."""

    ignored = "created_at_after"

    def when(self, query: Query) -> bool:
        return "created_at_before" in query.filters


@planted.documented(
    "list.listSequences.filter list.listSequences.between", f"GET /sequences?status=ACTIVE&created_at_before={EXACT}"
)
class BeforeIgnoredWithStatus(Ignoring):
    """The filter created_at_before is ignored when status is given too."""

    ignored = "created_at_before"

    def when(self, query: Query) -> bool:
        return "status" in query.filters


@planted.documented("list.listSequences.filter", "GET /sequences?status=ACTIVE&sort_by=updated_at")
class StatusIgnoredWhenSortedByUpdate(Ignoring):
    """The filter status is ignored when sort_by is updated_at."""

    ignored = "status"

    def when(self, query: Query) -> bool:
        return query.sort_by == "updated_at"


@planted.documented("list.listSequences.filter", "GET /sequences?status=FOUND&page=2&size=1")
class StatusIgnoredFromSecondPage(Ignoring):
    """The filter status is ignored from the second page on."""

    ignored = "status"

    def when(self, query: Query) -> bool:
        return query.page > 1


@planted.documented(
    "list.listSequences.filter list.listSequences.between",
    "GET /sequences?status=FOUND&sequence_template_id={other_template}",
)
class FiltersCombinedWithOr(ReferenceServer):
    """Runs that satisfy any filter are shown."""

    def matches(self, run: Run, query: Query) -> bool:
        verdicts = list(self.conditions(run, query.filters))
        return any(verdicts) or not verdicts


@planted.documented(
    "list.listSequences.filter list.listSequences.between",
    f"GET /sequences?created_at_after={EXACT}&created_at_before=2026-03-02T07:00:00Z",
)
class ReversedWindowTurnedRound(ReferenceServer):
    """A window whose end lies before its beginning is turned round."""

    def given(self, query: Query) -> dict[str, Any]:
        found = dict(super().given(query))
        after, before = found.get("created_at_after"), found.get("created_at_before")
        if after is not None and before is not None and after > before:
            found |= {"created_at_after": before, "created_at_before": after}
        return found
