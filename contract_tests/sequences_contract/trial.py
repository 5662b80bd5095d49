"""A rule's hands: it calls the target, judges answers, and keeps what it saw as evidence."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from .census import PAGES, Page
from .exchange import Answer
from .runs import Malformed, Run

if TYPE_CHECKING:
    from .bench import Bench
    from .rules.registry import Rule


class Violation(Exception):
    """The target breaks the rule that is being tried."""

    def __init__(self, expected: str, got: str, answers: tuple[Answer, ...] = ()) -> None:
        super().__init__(f"expected {expected}; got {got}")
        self.expected, self.got, self.answers = expected, got, answers


class NotExercised(Exception):
    """The rule could not be tried. `excused`: because the caller withheld something."""

    def __init__(self, reason: str, *, excused: bool = False) -> None:
        super().__init__(reason)
        self.excused = excused


class Trial:
    """One rule being tried at one target."""

    def __init__(self, rule: Rule, bench: Bench) -> None:
        self.rule = rule
        self.bench = bench
        self.judged = 0
        self.strict = bench.settings.strict

    # -- calling ------------------------------------------------------------------------------------------------

    def call(self, method: str, path: str, **parts: Any) -> Answer:
        """Sends a request; see Target.call."""
        return self.bench.target.call(method, path, **parts)

    def search(self, **query: str | int) -> Answer:
        return self.call("GET", "/sequences", query=query)

    def get(self, run_id: str, *, key: str | None = "key") -> Answer:
        return self.call("GET", f"/sequences/{run_id}", key=key)

    def update(self, run_id: str, variables: Any, **parts: Any) -> Answer:
        return self.call(
            self.bench.settings.update_method, f"/sequences/{run_id}", json={"variables": variables}, **parts
        )

    def pause(self, run_id: str, until: Any, **parts: Any) -> Answer:
        return self.call("POST", f"/sequences/{run_id}/pause", json={"paused_until": until}, **parts)

    def resume(self, run_id: str, **parts: Any) -> Answer:
        return self.call("POST", f"/sequences/{run_id}/resume", **parts)

    def stop(self, run_id: str, scope: str = "CONTACT", reason: str = "LOSE", **parts: Any) -> Answer:
        return self.call("POST", f"/sequences/{run_id}/stop", json={"reason": reason, "scope": scope}, **parts)

    # -- judging ------------------------------------------------------------------------------------------------

    def that(self, truth: bool, expected: str, got: str | Callable[[], str], *answers: Answer) -> None:
        """Counts a judgement and ends the trial with a violation unless `truth` holds."""
        self.judged += 1
        if not truth:
            raise Violation(expected, got if isinstance(got, str) else got(), answers)

    def expect(self, answer: Answer, *statuses: int, why: str = "", before: tuple[Answer, ...] = ()) -> Answer:
        """The answer must have exactly one of `statuses`."""
        wanted = " or ".join(map(str, statuses)) + (f", {why}" if why else "")
        self.that(answer.status in statuses, wanted, answer.summary, *before, answer)
        return answer

    def refused(self, answer: Answer, why: str, *, also: tuple[int, ...] = ()) -> Answer:
        """A bad value must be refused: 400 in profile strict, 400 or 422 in profile documented."""
        statuses = (400,) if self.strict else (400, 422, *also)
        return self.expect(answer, *statuses, why=why)

    def run_of(self, answer: Answer) -> Run:
        """The run in a 200 answer; anything else is a violation."""
        self.expect(answer, 200)
        try:
            return Run.read(answer.json())
        except (Malformed, ValueError) as error:
            raise Violation("a run", str(error), (answer,)) from None

    def page_of(self, answer: Answer) -> Page:
        """The page in a 200 answer; anything else is a violation."""
        self.expect(answer, 200)
        try:
            return Page.read(answer)
        except Malformed as error:
            raise Violation("a page of runs", str(error), (answer,)) from None

    def pages(self, query: Mapping[str, str | int], size: int = 100) -> list[tuple[Answer, Page]]:
        """Every page of a list, first to last: until one says that it is the last and all that was counted has been seen.

        Nothing past the end is asked for, since a target may refuse that.
        """
        found: list[tuple[Answer, Page]] = []
        seen = 0
        for number in range(1, PAGES + 1):
            answer = self.search(**query, page=number, size=size)
            page = self.page_of(answer)
            found.append((answer, page))
            seen += len(page.items)
            if not page.items or (not page.has_more and seen >= page.total_count):
                break
        return found

    def runs(self, query: Mapping[str, str | int], size: int = 100) -> list[Run]:
        """The runs of every page of a list, in order."""
        return [run for _, page in self.pages(query, size) for run in page.items]

    # -- arranging ----------------------------------------------------------------------------------------------

    def skip(self, reason: str, *, excused: bool = False) -> NoReturn:
        raise NotExercised(reason, excused=excused)

    def needs_time(self) -> None:
        """Raises NotExercised where the target's clock stands still and nothing can move it."""
        if self.bench.control is None and self.bench.frozen:
            self.skip("the target's clock stands still; give --control so that the suite can move it")

    def arranged(self, answer: Answer) -> Run:
        """The run in the answer to a step that only prepares; where it fails the rule is not exercised."""
        if answer.status == 200:
            with contextlib.suppress(Malformed, ValueError):
                return Run.read(answer.json())
        shown = f"{answer.sent.method} {answer.sent.path}"
        raise NotExercised(
            f"a step that prepares the trial was not answered as it should be: {shown} gave {answer.summary()}"
        )

    def look(self, run_id: str) -> Run:
        """The run as it is now."""
        return self.arranged(self.get(run_id))

    @contextmanager
    def borrow(
        self,
        status: str = "ACTIVE",
        where: Callable[[Run], bool] | None = None,
        *,
        prefer: Callable[[Run], bool] | None = None,
    ) -> Iterator[Run]:
        """A run of that status to work on; afterwards it is put back as it was, if that can be done."""
        with self.bench.stock.lend(self, status, where, prefer) as run:
            yield run

    def tempt(self, run: Run, send: Callable[[], Answer]) -> Answer:
        """Sends a stop of `run` that should be refused; where the run was stopped all the same, that counts."""
        with self.bench.stops.risk() as risk:
            answer = send()
            risk.used = int(self.look(run.id).status != run.status)
        return answer

    def same(self, before: Run, answers: list[Answer]) -> None:
        """The run must still be as it was in `before`."""
        after = self.get(before.id)
        differences = before.differences(self.run_of(after))
        shown = ", ".join(f"{name} {old!r:.60} became {new!r:.60}" for name, (old, new) in differences.items())
        self.that(not differences, "the run unchanged", shown, *answers[-3:], after)
