"""What a rule works with: it calls the target, judges responses, and keeps what it saw as evidence."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from typing import Any, NoReturn, TypeVar

from ..contract.operations import Operation
from ..contract.timestamps import MICROSECOND, precision
from ..http.messages import Response
from ..http.tally import tallied
from .client import ApiClient
from .collection import Collection
from .errors import Enough, NotExercised, Violation
from .items import Item, Malformed, Page, Run, read_item, read_page
from .paging import read_pages
from .session import Session
from .workers import side_by_side

T = TypeVar("T")

#: Requests of a rule in a quick run, from which on it ends once it has judged something.
_QUICK_REQUESTS = 3


class RuleContext(ApiClient):
    """One rule being tried at one target."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.target, session.contract, session.settings.update_method)
        self.session = session
        self.judged = 0
        #: What the rule tried and saw, where the judgement alone does not tell.
        self.saw = ""
        self.strict = session.settings.strict
        self._updates: list[Response] = []
        self._left = _QUICK_REQUESTS if session.settings.quick else math.inf

    def update(self, run_id: str, variables: Any, **parts: Any) -> Response:
        self._updates.append(super().update(run_id, variables, **parts))
        return self._updates[-1]

    def updates_of(self, run_id: str) -> list[Response]:
        """The responses to the rule's last updates of a run, without which nobody can repeat what the last one shows."""
        return [one for one in self._updates if f"/{run_id}" in one.request.path][-6:]

    def call(self, method: str, path: str, **parts: Any) -> Response:
        """Sends a request. Raises Enough where a quick run has seen enough of the rule."""
        self._end_if_enough()
        self._left -= 1
        return super().call(method, path, **parts)

    def _end_if_enough(self) -> None:
        if self.judged and self._left <= 0:
            raise Enough

    def check(self, truth: bool, expected: str, got: str | Callable[[], str], *responses: Response) -> None:
        """Counts a judgement and ends the rule with a violation unless `truth` holds."""
        self.judged += 1
        if not truth:
            raise Violation(expected, got if isinstance(got, str) else got(), responses)

    def expect(self, response: Response, *statuses: int, why: str = "", before: tuple[Response, ...] = ()) -> Response:
        """The response must have one of `statuses`."""
        wanted = " or ".join(map(str, statuses)) + (f", {why}" if why else "")
        self.check(response.status in statuses, wanted, response.summary, *before, response)
        return response

    def expect_rejected(self, response: Response, why: str, *, also: tuple[int, ...] = ()) -> Response:
        """A bad value must be rejected: with 400 in profile strict, with 400 or 422 in profile documented."""
        statuses = (400,) if self.strict else (400, 422, *also)
        return self.expect(response, *statuses, why=why)

    def item_of(self, response: Response, operation: Operation) -> Any:
        """The item in a 200 response; anything else is a violation."""
        self.expect(response, 200)
        try:
            return read_item(response.json(), operation)
        except (Malformed, ValueError) as error:
            raise Violation("an item as its schema says", str(error), (response,)) from None

    def run_of(self, response: Response) -> Run:
        return self.item_of(response, self.sequences)  # type: ignore[no-any-return]

    def expect_run(self, response: Response, status: str, *before: Response, why: str = "") -> Run:
        """The response must show a run in that status; `before` are the responses that led there."""
        run = self.run_of(response)
        self.check(run.status == status, f"{status} {why}".strip(), run.status, *before, response)
        return run

    def page_of(self, response: Response, listing: Operation | None = None) -> Page:
        """The page in a 200 response, of runs unless another list is named; anything else is a violation."""
        self.expect(response, 200)
        try:
            return read_page(response, listing or self.sequences)
        except Malformed as error:
            raise Violation("a page of items", str(error), (response,)) from None

    def pages(self, listing: Operation, query: Mapping[str, str | int], size: int = 100) -> list[tuple[Response, Page]]:
        """The pages of a list; see read_pages."""
        self._end_if_enough()
        with self.unhurried():  # a part of a list could not be judged
            send = partial(self._send_page, listing, query, size)
            read = partial(self.page_of, listing=listing)
            found = list(read_pages(send, read, size, self.session.settings.workers))
        self._left -= len(found)
        return found

    def _send_page(self, listing: Operation, query: Mapping[str, str | int], size: int, number: int) -> Response:
        return self.send(listing, query={**query, "page": number, "size": size})

    def together(self, *calls: Callable[[], object]) -> None:
        """Makes calls that only read, as many at a time as there are workers. Raises what the first raised that failed."""
        side_by_side(calls, self.session.settings.workers)

    @contextmanager
    def unhurried(self) -> Iterator[None]:
        """A quick run does not end the rule within, and does not count what is sent."""
        left, self._left = self._left, math.inf
        try:
            yield
        finally:
            self._left = left

    def whole_list(
        self, listing: Operation, query: Mapping[str, str | int], *, fresh: bool = False
    ) -> tuple[Response, list[Any]]:
        """A list by the hundred as one of the rules read it, or anew: the first response, and the items in order."""
        shared = self.session.shared_list(listing, query)
        if fresh:
            return shared.keep(self._read_whole(listing, query))
        with shared.lock:
            if shared.shown is not None:
                return shared.shown
            with tallied(self.session.for_all), self.unhurried():
                return shared.keep(self._read_whole(listing, query))

    def _read_whole(self, listing: Operation, query: Mapping[str, str | int]) -> tuple[Response, list[Any]]:
        pages = self.pages(listing, query)
        return pages[0][0], [item for _, page in pages for item in page.items]

    @contextmanager
    def connected_anew(self) -> Iterator[ApiClient]:
        """Calls the target by connections of their own, which end with the block."""
        with self.target.connected_anew() as target:
            yield ApiClient(target, self.contract, self.update_method)

    def unchanged(self, before: Run, responses: list[Response]) -> None:
        """The run must still be as it was in `before`."""
        after = self.get(before.id)
        differences = before.differences(self.run_of(after))
        shown = ", ".join(f"{name} {difference}" for name, difference in differences.items())
        self.check(not differences, "the run unchanged", shown, *responses[-3:], after)

    def skip(self, reason: str, *, excused: bool = False) -> NoReturn:
        raise NotExercised(reason, excused=excused)

    def tick(self) -> None:
        """Lets so much time pass that the next change carries another time, where the clock runs at all."""
        self.target.pacing.sleep(self.session.clock.tick)

    def needs_time(self) -> None:
        """Raises NotExercised where the target's clock stands still and nothing can move it."""
        if self.session.control is None and self.session.clock.stands_still:
            self.skip("the target's clock stands still; give --control so that the suite can move it")

    def bound_unit(self, times: Iterable[str]) -> Fraction:
        """The finest difference of bounds that must count, in seconds: a target may read bounds no finer than it writes
        times, unless the profile is strict."""
        return MICROSECOND if self.strict else min(map(precision, times))

    def collection(self, listing: Operation, *, least: int = 0, fresh: bool = False) -> Collection:
        """Every item of a list. Raises NotExercised when there are fewer than `least`."""
        found = self.session.collection(listing, fresh=fresh)
        if len(found.items) < least:
            noun = listing.path.strip("/")
            self.skip(
                f"the organization has fewer than {least} {noun}; load more" if least > 1 else f"there are no {noun}"
            )
        return found

    def some_item(self, operation: Operation) -> Item:
        """An item that an operation on one item can be called with. Raises NotExercised when there is none."""
        listing = self.contract.list_of(operation)
        assert listing is not None  # noqa: S101 - a test sees that every operation on one item has a list
        return self.collection(listing, least=1).items[0]  # type: ignore[no-any-return]

    @contextmanager
    def lease(
        self,
        status: str = "ACTIVE",
        where: Callable[[Run], bool] | None = None,
        *,
        prefer: Callable[[Run], bool] | None = None,
    ) -> Iterator[Run]:
        """A run of that status to work on; afterwards it is put back as it was, if that can be done."""
        _ = self.session.clock.tick  # it is found out with a run that nobody has leased
        with self.session.pool.lease(status, where, prefer) as run:
            yield run

    def expect_rejected_stop(self, run: Run, send: Callable[[], T]) -> T:
        """Sends stops of `run` that should be rejected; where the run was stopped all the same, that counts."""
        with self.session.stops.reserve() as reserve:
            sent = send()
            reserve.used = int(self.session.client.fetch(run.id).status != run.status)
        return sent
