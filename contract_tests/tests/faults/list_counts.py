"""Counts of runs and pages."""

from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call, Query
from ..reference_server.world import Run

planted = Catalog("list")


@planted.documented("list.listSequences.pages list.listSequences.filter", "GET /sequences?status=FOUND")
class CountBeforeFilter(ReferenceServer):
    """`total_count` counts the runs that the filters leave out, too."""

    def total(self, call: Call, matching: list[Run]) -> int:
        return len(list(self.visible(call)))


@planted.documented("list.listSequences.pages list.listSequences.filter", "GET /sequences?size=5")
class TotalCountOfThePage(ReferenceServer):
    """`total_count` is the number of runs on the page."""

    def envelope(self, page: list[Run], total: int, query: Query) -> dict[str, Any]:
        return super().envelope(page, total, query) | {"total_count": len(page)}


@planted.documented(
    "list.listSequences.pages list.listSequences.filter", "GET /sequences?size=1&created_at_after=2026-03-02T07:50:00Z"
)
class CountIgnoresDates(ReferenceServer):
    """`total_count` ignores the filters by date."""

    def total(self, call: Call, matching: list[Run]) -> int:
        filters = {name: one for name, one in call.query.filters.items() if not name.startswith("created_at")}
        return sum(all(self.conditions(run, filters)) for run in self.visible(call))


@planted.documented("list.listSequences.pages", "GET /sequences?size=7")
class TotalPagesRoundedDown(ReferenceServer):
    """`total_pages` leaves out a page that is not full."""

    def total_pages(self, total: int, size: int) -> int:
        return total // size


@planted.documented("list.listSequences.pages", "GET /sequences?size=19 && GET /sequences?size=2")
class TotalPagesOneMoreWhenExact(ReferenceServer):
    """`total_pages` is one too many when the last page is full."""

    def total_pages(self, total: int, size: int) -> int:
        return total // size + (1 if total else 0)


@planted.documented("list.listSequences.pages", "GET /sequences?size=5")
class TotalPagesAtDefaultSize(ReferenceServer):
    """`total_pages` takes the default size, whatever the size."""

    def total_pages(self, total: int, size: int) -> int:
        return super().total_pages(total, 10)


@planted.documented("list.listSequences.pages", "GET /sequences?size=19&page=2 && GET /sequences?size=1&page=38")
class HasMoreOnExactLastPage(ReferenceServer):
    """`has_more` is true on a last page that is full."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return len(page) == query.size


@planted.documented("list.listSequences.pages", "GET /sequences?size=30 && GET /sequences?size=30&page=2")
class HasMoreNever(ReferenceServer):
    """`has_more` is always false."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return False


@planted.documented("list.listSequences.pages", "GET /sequences?size=30&page=2")
class HasMoreAboutTheWhole(ReferenceServer):
    """`has_more` says on every page whether there is more than one."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return total > query.size


@planted.documented("list.listSequences.pages", "GET /sequences?size=37 && GET /sequences?size=37&page=2")
class HasMoreMissesALastRun(ReferenceServer):
    """`has_more` is false when the next page would hold one run."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return query.page * query.size < total - 1


@planted.strict("list.listSequences.pages", "GET /sequences?page=99")
class HasMorePastTheEnd(ReferenceServer):
    """`has_more` is true on a page past the end."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return super().has_more(page, total, query) or (not page and total > 0)
