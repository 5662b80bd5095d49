"""Pages and counts."""

from collections.abc import Iterable

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Query, Response
from ..reference_server.world import Run

planted = Catalog("list")


@planted.documented("list.listSequences.page", "GET /sequences?page=1 && GET /sequences?page=2")
class PagesCountedFromZero(ReferenceServer):
    """page=1 shows the second page."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        return super().cut(runs, page + 1, size)


@planted.documented("list.listSequences.pages", "GET /sequences?page=2&size=5")
class PagesOverlapByOne(ReferenceServer):
    """A page begins with the last run of the one before."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        start = max(0, (page - 1) * size - 1)
        return runs[start : start + size]


@planted.documented("list.listSequences.pages", "GET /sequences?page=2&size=5")
class PagesSkipOne(ReferenceServer):
    """Between two pages one run is left out."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        start = (page - 1) * (size + 1)
        return runs[start : start + size]


@planted.documented("list.listSequences.size list.listSequences.defaults", "GET /sequences?size=5")
class PageHoldsOneTooFew(ReferenceServer):
    """A page holds one run fewer than its size."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        return runs[(page - 1) * size : page * size - 1]


@planted.documented("list.listSequences.pages", "GET /sequences?size=7&page=6")
class LastPageDropped(ReferenceServer):
    """A last page that is not full is shown empty."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        found = super().cut(runs, page, size)
        return found if len(found) == size or page == 1 else []


@planted.documented("list.listSequences.pages", "GET /sequences?status=FOUND&size=5")
class FilterAppliedToThePage(ReferenceServer):
    """The page is cut first and filtered afterwards."""

    def list_runs(self, call: Call) -> Response:
        query = call.query
        everything = self.order(self.visible(call), query)
        total = sum(self.matches(run, query) for run in everything)
        page = [run for run in self.cut(everything, query.page, query.size) if self.matches(run, query)]
        return Response(200, self.envelope(page, total, query))


@planted.documented("list.listSequences.size list.listSequences.defaults", "GET /sequences")
class DefaultSize20(ReferenceServer):
    """Without size, a page holds 20."""

    default_size = "20"


@planted.documented("list.listSequences.size list.listSequences.defaults", "GET /sequences?size=100")
class Size100Rejected(ReferenceServer):
    """size goes to 99."""

    largest_size = 99


@planted.documented("list.listSequences.size list.listSequences.defaults", "GET /sequences?size=1")
class Size1Rejected(ReferenceServer):
    """size begins at 2."""

    smallest_size = 2


@planted.documented("list.listSequences.size list.listSequences.defaults", "GET /sequences?size=50")
class SizeCutTo25(ReferenceServer):
    """A page never holds more than 25."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        return super().cut(runs, page, min(size, 25))


@planted.strict("list.listSequences.pages.past_the_end", "GET /sequences?page=99")
class PastTheEndNotFound(ReferenceServer):
    """A page past the end is 404."""

    def list_runs(self, call: Call) -> Response:
        response = super().list_runs(call)
        if call.query.page > 1 and not response.body["items"]:
            raise ApiError(404, "There is no such page.")
        return response


@planted.strict("list.listSequences.pages.past_the_end", "GET /sequences?page=99")
class PastTheEndShowsLastPage(ReferenceServer):
    """A page past the end shows the last one again."""

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        last = max(1, -(-len(runs) // size))
        return super().cut(runs, min(page, last), size)


@planted.strict("list.listSequences.pages.nothing", "GET /sequences?created_at_after=2099-01-01T00:00:00Z")
class NoMatchNotFound(ReferenceServer):
    """A list without any match is 404."""

    def list_runs(self, call: Call) -> Response:
        response = super().list_runs(call)
        if response.body["total_count"] == 0:
            raise ApiError(404, "Nothing matches.")
        return response


@planted.documented("list.listSequences.pages list.listSequences.filter.status", "GET /sequences?size=100")
class ListEndsAfterThirty(ReferenceServer):
    """The list knows the first 30 runs only."""

    def order(self, runs: Iterable[Run], query: Query) -> list[Run]:
        return super().order(runs, query)[:30]
