"""Pages and counts."""

from collections.abc import Iterable

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


@planted.documented("list.pages", "GET /sequences?page=2&size=5")
class PagesOverlapByOne(Specimen):
    """A page begins with the last run of the one before."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        start = max(0, (page - 1) * size - 1)
        return runs[start : start + size]


@planted.documented("list.pages", "GET /sequences?page=2&size=5")
class PagesSkipOne(Specimen):
    """Between two pages one run is left out."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        start = (page - 1) * (size + 1)
        return runs[start : start + size]


@planted.documented("list.size list.defaults", "GET /sequences?size=5")
class PageHoldsOneTooFew(Specimen):
    """A page holds one run fewer than its size."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        return runs[(page - 1) * size : page * size - 1]


@planted.documented("list.pages", "GET /sequences?size=7&page=6")
class LastPageDropped(Specimen):
    """A last page that is not full is shown empty."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        found = super().cut(runs, page, size)
        return found if len(found) == size or page == 1 else []


@planted.documented("list.pages", "GET /sequences?status=FOUND&size=5")
class FilterAppliedToThePage(Specimen):
    """The page is cut first and filtered afterwards."""

    def list_runs(self, call: Call) -> Answer:
        query = call.query
        everything = self.order(self.visible(call), query)
        total = sum(self.matches(run, query) for run in everything)
        page = [run for run in self.cut(everything, query.page, query.size) if self.matches(run, query)]
        return Answer(200, self.envelope(page, total, query))


@planted.documented("list.size list.defaults", "GET /sequences")
class DefaultSize20(Specimen):
    """Without size, a page holds 20."""

    default_size = "20"


@planted.documented("list.size list.defaults", "GET /sequences?size=100")
class Size100Refused(Specimen):
    """size goes to 99."""

    largest_size = 99


@planted.documented("list.size list.defaults", "GET /sequences?size=1")
class Size1Refused(Specimen):
    """size begins at 2."""

    smallest_size = 2


@planted.documented("list.size list.defaults", "GET /sequences?size=50")
class SizeCutTo25(Specimen):
    """A page never holds more than 25."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        return super().cut(runs, page, min(size, 25))


@planted.strict("list.pages.past_the_end", "GET /sequences?page=99")
class PastTheEndNotFound(Specimen):
    """A page past the end is 404."""

    def list_runs(self, call: Call) -> Answer:
        answer = super().list_runs(call)
        if call.query.page > 1 and not answer.body["items"]:
            raise Refusal(404, "There is no such page.")
        return answer


@planted.strict("list.pages.past_the_end", "GET /sequences?page=99")
class PastTheEndShowsLastPage(Specimen):
    """A page past the end shows the last one again."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        last = max(1, -(-len(runs) // size))
        return super().cut(runs, min(page, last), size)


@planted.strict("list.pages.nothing", "GET /sequences?created_at_after=2099-01-01T00:00:00Z")
class NoMatchNotFound(Specimen):
    """A list without any match is 404."""

    def list_runs(self, call: Call) -> Answer:
        answer = super().list_runs(call)
        if answer.body["total_count"] == 0:
            raise Refusal(404, "Nothing matches.")
        return answer


@planted.documented("list.pages list.filter.status", "GET /sequences?size=100")
class ListEndsAfterThirty(Specimen):
    """The list knows the first 30 runs only."""

    def order(self, runs: Iterable[Run], query: Query) -> list[Run]:
        return super().order(runs, query)[:30]
