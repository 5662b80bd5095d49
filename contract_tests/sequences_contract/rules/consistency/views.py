"""One run, read in every way: through get, by another key, and through lists that find it by other parameters.

Each way is read before a write and after it, with the same URL, so that whatever keeps what it once showed is found out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from ...contract import timestamps
from ...engine import RuleContext, Run
from ...http.messages import Response

Query = Mapping[str, str | int]
_SIZE, _SMALL, _LARGEST = 20, 7, 100
_TRIES = 4


def around(context: RuleContext, run: Run) -> dict[str, str]:
    """Bounds between which a run was created."""
    beside = context.bound_unit([run.fields["created_at"]])
    return {
        "created_at_after": timestamps.write(run.created - beside),
        "created_at_before": timestamps.write(run.created + beside),
    }


@dataclass
class Views:
    """The ways to see a run that a write moves from one status to another, or leaves in it."""

    context: RuleContext
    run: Run
    status: str

    def warm(self) -> None:
        """Reads in every way, and judges nothing."""
        statuses = {self.run.status, self.status}
        queries = [query for status in statuses for query in (self._latest(status), self._exactly(status))]
        if (page := self._page()) is not None:
            queries.append(page)
        gets = [partial(self.context.get, self.run.id, key=role) for role in self._roles()]
        self.context.together(*gets, *(partial(self.context.search, **query) for query in queries))

    def expect(self, written: Response, *, shows: Run | None = None) -> None:
        """Every way must show the run as get does: as `shows`, or in the status. `written` is the write's response."""
        read = self.context.get(self.run.id)
        now = self.context.expect_run(read, self.status, written, why="from get")
        self._expect_same(shows or now, now, written, read)
        ways = [partial(self._expect_got, now, written, role) for role in self._roles()[1:]]
        ways.append(partial(self._expect_latest, now, written))
        ways.append(partial(self._expect_listed, now, written, self._exactly(self.status), there=True))
        if self.run.status != self.status:
            ways.append(partial(self._expect_listed, now, written, self._exactly(self.run.status), there=False))
        if (page := self._page()) is not None:
            ways.append(partial(self._expect_on_page, now, written, page))
        counted: list[Query] = [{"status": status} for status in sorted({self.run.status, self.status})]
        counted += [{"sequence_template_id": self.run.template}, {}]
        self.context.together(*ways, *(partial(expect_count, self.context, query) for query in counted))

    def _roles(self) -> list[str]:
        return ["key", *(["read"] if self.context.session.has("read") else [])]

    def _latest(self, status: str) -> Query:
        arranged: Query = {"sort_by": "updated_at", "sort_order": "desc", "size": _SIZE}
        return {"status": status, "sequence_template_id": self.run.template, **arranged}

    def _exactly(self, status: str) -> Query:
        return {"status": status, **around(self.context, self.run), "sort_by": "status", "size": _LARGEST}

    def _page(self) -> Query | None:
        """The page of the whole list on which the run stands, in the default order; None if it is not known."""
        ids = list(self.context.session.runs().by_id)
        return {"page": ids.index(self.run.id) // _SMALL + 1, "size": _SMALL} if self.run.id in ids else None

    def _found(self, response: Response) -> list[Run]:
        return [one for one in self.context.page_of(response).items if one.id == self.run.id]

    def _expect_same(self, wanted: Run, got: Run, *responses: Response) -> None:
        differences = wanted.differences(got)
        self.context.check(not differences, "the run as it was written", f"{differences}", *responses)

    def _expect_got(self, now: Run, written: Response, role: str) -> None:
        read = self.context.get(self.run.id, key=role)
        self._expect_same(now, self.context.run_of(read), written, read)

    def _expect_on_page(self, now: Run, written: Response, page: Query) -> None:
        response = self.context.search(**page)
        for one in self._found(response):
            self._expect_same(now, one, written, response)

    def _expect_latest(self, now: Run, written: Response) -> None:
        """Among the runs that were updated last; that page may be full of others that were updated since."""
        response = self.context.search(**self._latest(self.status))
        page = self.context.page_of(response)
        found = self._found(response)
        overtaken = page.has_more and all(one.updated >= now.updated for one in page.items)
        self.context.check(bool(found) or overtaken, "the run among the last updated", "not there", written, response)
        for one in found:
            self._expect_same(now, one, written, response)

    def _expect_listed(self, now: Run, written: Response, query: Query, *, there: bool) -> None:
        """In a list that its time of creation narrows down, just where its status belongs, and counted there."""
        response = self.context.search(**query)
        page, found = self.context.page_of(response), self._found(response)
        where = f"{'' if there else 'not '}in the list of {query['status']} runs"
        elsewhere = there and page.has_more  # many others were created with it
        self.context.check(bool(found) == there or elsewhere, where, f"{len(found)} times", written, response)
        for one in found:
            self._expect_same(now, one, written, response)
        counted = page.has_more or page.total_count == len(page.items)
        self.context.check(counted, f"total_count {len(page.items)}", f"{page.total_count}", written, response)


def expect_count(context: RuleContext, query: Query) -> None:
    """The last page must hold as many items as total_count leaves for it.

    A target may count before or after it reads the items, and somebody may write in between: what is wrong must stay so.
    """
    number = max(1, -(-len(context.session.runs().select(query)) // _LARGEST))
    for _ in range(_TRIES):
        response = context.search(**query, size=_LARGEST, page=number)
        page = context.page_of(response)
        here, last = page.total_count - _LARGEST * (number - 1), max(1, -(-page.total_count // _LARGEST))
        fits = last != number or len(page.items) == here
        if last == number and fits:
            break
        number = last
    expected = f"{here} items on page {number}, the last one of {page.total_count} matches"
    context.check(fits, expected, f"{len(page.items)}", response)
