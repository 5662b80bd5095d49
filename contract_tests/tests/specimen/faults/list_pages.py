"""Pages and counts."""

from collections.abc import Iterable
from typing import Any

from ..alterations import Catalogue
from ..control import Specimen
from ..messages import Answer, Call, Query, Refusal
from ..world import Run

planted = Catalogue("list")


@planted.documented("list.page", "GET /sequences?page=1 && GET /sequences?page=2")
class PagesCountedFromZero(Specimen):
    """page=1 shows the second page."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        return super().cut(runs, page + 1, size)


@planted.documented("list.partition", "GET /sequences?page=2&size=5")
class PagesOverlapByOne(Specimen):
    """A page begins with the last run of the one before."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        start = max(0, (page - 1) * size - 1)
        return runs[start : start + size]


@planted.documented("list.partition", "GET /sequences?page=2&size=5")
class PagesSkipOne(Specimen):
    """Between two pages one run is left out."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        start = (page - 1) * (size + 1)
        return runs[start : start + size]


@planted.documented("list.size", "GET /sequences?size=5")
class PageHoldsOneTooFew(Specimen):
    """A page holds one run fewer than its size."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        return runs[(page - 1) * size : page * size - 1]


@planted.documented("list.partition", "GET /sequences?size=7&page=6")
class LastPageDropped(Specimen):
    """A last page that is not full is shown empty."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        found = super().cut(runs, page, size)
        return found if len(found) == size or page == 1 else []


@planted.documented("list.partition", "GET /sequences?status=FOUND&size=5")
class FilterAppliedToThePage(Specimen):
    """The page is cut first and filtered afterwards."""

    def list_runs(self, call: Call) -> Answer:
        query = call.query
        everything = self.order(self.visible(call), query)
        total = sum(self.matches(run, query) for run in everything)
        page = [run for run in self.cut(everything, query.page, query.size) if self.matches(run, query)]
        return Answer(200, self.envelope(page, total, query))


@planted.documented("list.total_count", "GET /sequences?status=FOUND")
class CountBeforeFilter(Specimen):
    """`total_count` counts the runs that the filters leave out, too."""

    def total(self, call: Call, matching: list[Run]) -> int:
        return len(list(self.visible(call)))


@planted.documented("list.total_count", "GET /sequences?size=5")
class TotalCountOfThePage(Specimen):
    """`total_count` is the number of runs on the page."""

    def envelope(self, page: list[Run], total: int, query: Query) -> dict[str, Any]:
        return super().envelope(page, total, query) | {"total_count": len(page)}


@planted.documented("list.total_count", "GET /sequences?size=1&created_at_after=2026-03-02T07:50:00Z")
class CountIgnoresDates(Specimen):
    """`total_count` ignores the filters by date."""

    def total(self, call: Call, matching: list[Run]) -> int:
        filters = {name: one for name, one in call.query.filters.items() if not name.startswith("created_at")}
        return sum(all(self.conditions(run, filters)) for run in self.visible(call))


@planted.documented("list.total_pages", "GET /sequences?size=7")
class TotalPagesRoundedDown(Specimen):
    """`total_pages` leaves out a page that is not full."""

    def total_pages(self, total: int, size: int) -> int:
        return total // size


@planted.documented("list.total_pages", "GET /sequences?size=19 && GET /sequences?size=2")
class TotalPagesOneMoreWhenExact(Specimen):
    """`total_pages` is one too many when the last page is full."""

    def total_pages(self, total: int, size: int) -> int:
        return total // size + (1 if total else 0)


@planted.documented("list.total_pages", "GET /sequences?size=5")
class TotalPagesAtDefaultSize(Specimen):
    """`total_pages` takes the default size, whatever the size."""

    def total_pages(self, total: int, size: int) -> int:
        return super().total_pages(total, 10)


@planted.documented("list.has_more", "GET /sequences?size=19&page=2 && GET /sequences?size=1&page=38")
class HasMoreOnExactLastPage(Specimen):
    """`has_more` is true on a last page that is full."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return len(page) == query.size


@planted.documented("list.has_more", "GET /sequences?size=30 && GET /sequences?size=30&page=2")
class HasMoreNever(Specimen):
    """`has_more` is always false."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return False


@planted.documented("list.has_more", "GET /sequences?size=30&page=2")
class HasMoreAboutTheWhole(Specimen):
    """`has_more` says on every page whether there is more than one."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return total > query.size


@planted.documented("list.has_more", "GET /sequences?size=37 && GET /sequences?size=37&page=2")
class HasMoreMissesALastRun(Specimen):
    """`has_more` is false when the next page would hold one run."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return query.page * query.size < total - 1


@planted.strict("list.has_more", "GET /sequences?page=99")
class HasMorePastTheEnd(Specimen):
    """`has_more` is true on a page past the end."""

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return super().has_more(page, total, query) or (not page and total > 0)


@planted.documented("list.size", "GET /sequences")
class DefaultSize20(Specimen):
    """Without size, a page holds 20."""

    default_size = "20"


@planted.documented("list.size", "GET /sequences?size=100")
class Size100Refused(Specimen):
    """size goes to 99."""

    largest_size = 99


@planted.documented("list.size", "GET /sequences?size=1")
class Size1Refused(Specimen):
    """size begins at 2."""

    smallest_size = 2


@planted.documented("list.size", "GET /sequences?size=50")
class SizeCutTo25(Specimen):
    """A page never holds more than 25."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        return super().cut(runs, page, min(size, 25))


@planted.strict("list.past_the_end", "GET /sequences?page=99")
class PastTheEndNotFound(Specimen):
    """A page past the end is 404."""

    def list_runs(self, call: Call) -> Answer:
        answer = super().list_runs(call)
        if call.query.page > 1 and not answer.body["items"]:
            raise Refusal(404, "There is no such page.")
        return answer


@planted.strict("list.past_the_end", "GET /sequences?page=99")
class PastTheEndShowsLastPage(Specimen):
    """A page past the end shows the last one again."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        last = max(1, -(-len(runs) // size))
        return super().cut(runs, min(page, last), size)


@planted.strict("list.no_match", "GET /sequences?created_at_after=2099-01-01T00:00:00Z")
class NoMatchNotFound(Specimen):
    """A list without any match is 404."""

    def list_runs(self, call: Call) -> Answer:
        answer = super().list_runs(call)
        if answer.body["total_count"] == 0:
            raise Refusal(404, "Nothing matches.")
        return answer


@planted.documented("list.census", "GET /sequences?size=100")
class ListEndsAfterThirty(Specimen):
    """The list knows the first 30 runs only."""

    def order(self, runs: Iterable[Run], query: Query) -> list[Run]:
        return super().order(runs, query)[:30]
