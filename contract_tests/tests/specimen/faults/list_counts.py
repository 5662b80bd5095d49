"""Counts of runs and pages."""

from typing import Any

from ..alterations import Catalogue
from ..control import Specimen
from ..messages import Call, Query
from ..world import Run

planted = Catalogue("list")


@planted.documented("list.pages list.filter", "GET /sequences?status=FOUND")
class CountBeforeFilter(Specimen):
    """`total_count` counts the runs that the filters leave out, too."""

    def total(self, call: Call, matching: list[Run]) -> int:
        return len(list(self.visible(call)))


@planted.documented("list.pages list.filter", "GET /sequences?size=5")
class TotalCountOfThePage(Specimen):
    """`total_count` is the number of runs on the page."""

    def envelope(self, page: list[Run], total: int, query: Query) -> dict[str, Any]:
        return super().envelope(page, total, query) | {"total_count": len(page)}


@planted.documented("list.pages list.filter", "GET /sequences?size=1&created_at_after=2026-03-02T07:50:00Z")
class CountIgnoresDates(Specimen):
    """`total_count` ignores the filters by date."""

    def total(self, call: Call, matching: list[Run]) -> int:
        filters = {name: one for name, one in call.query.filters.items() if not name.startswith("created_at")}
        return sum(all(self.conditions(run, filters)) for run in self.visible(call))


@planted.documented("list.pages", "GET /sequences?size=7")
class TotalPagesRoundedDown(Specimen):
    """`total_pages` leaves out a page that is not full."""

    def total_pages(self, total: int, size: int) -> int:
        return total // size


@planted.documented("list.pages", "GET /sequences?size=19 && GET /sequences?size=2")
class TotalPagesOneMoreWhenExact(Specimen):
    """`total_pages` is one too many when the last page is full."""

    def total_pages(self, total: int, size: int) -> int:
        return total // size + (1 if total else 0)


@planted.documented("list.pages", "GET /sequences?size=5")
class TotalPagesAtDefaultSize(Specimen):
    """`total_pages` takes the default size, whatever the size."""

    def total_pages(self, total: int, size: int) -> int:
        return super().total_pages(total, 10)


@planted.documented("list.pages", "GET /sequences?size=19&page=2 && GET /sequences?size=1&page=38")
class HasMoreOnExactLastPage(Specimen):
    """`has_more` is true on a last page that is full."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return len(page) == query.size


@planted.documented("list.pages", "GET /sequences?size=30 && GET /sequences?size=30&page=2")
class HasMoreNever(Specimen):
    """`has_more` is always false."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return False


@planted.documented("list.pages", "GET /sequences?size=30&page=2")
class HasMoreAboutTheWhole(Specimen):
    """`has_more` says on every page whether there is more than one."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return total > query.size


@planted.documented("list.pages", "GET /sequences?size=37 && GET /sequences?size=37&page=2")
class HasMoreMissesALastRun(Specimen):
    """`has_more` is false when the next page would hold one run."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return query.page * query.size < total - 1


@planted.strict("list.pages", "GET /sequences?page=99")
class HasMorePastTheEnd(Specimen):
    """`has_more` is true on a page past the end."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return super().has_more(page, total, query) or (not page and total > 0)
