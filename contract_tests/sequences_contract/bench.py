"""What all rules share while one target is judged: its census, its stock of runs, its clock, its control API."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import httpx

from .budget import StopBudget
from .census import PAGES, Census, Page
from .contract import Contract, load_contract
from .control import ControlApi, Untestable
from .exchange import Answer
from .fixture import companies, load_fixture
from .rules.registry import Rule
from .runs import Malformed, Run
from .settings import Settings
from .stock import FAR, Stock
from .target import Target
from .trial import NotExercised, Trial

#: How long a timer is set for where real time has to pass, in seconds.
SHORT = 2

__all__ = ["SHORT", "Bench", "Untestable"]


class Bench:
    """One target under test."""

    def __init__(self, settings: Settings, *, transport: httpx.BaseTransport | None = None) -> None:
        self.settings = settings
        self.contract: Contract = load_contract()
        self.target = Target(settings, transport=transport)
        self.stock = Stock(self)
        self.stops = StopBudget(settings.stops)
        self.quiet_rule = Rule("suite.arranging", "A step that prepares or cleans up.", (), "own", "read", (), None)
        self.control = ControlApi(settings.control) if settings.control is not None else None
        self.companies: Mapping[str, str | None] | None = None
        if settings.fixture is not None:
            self.companies = companies(load_fixture(settings.fixture))
        #: What rules of one group found together; by the name of what was found.
        self.shared: dict[str, Any] = {}
        self._frozen: bool | None = None
        self._census: Census | None = None
        self._lock = threading.RLock()

    def close(self) -> None:
        """Lets go of the target, and of the world that was made there."""
        self.target.close()
        if self.control is not None:
            self.control.close()

    def has(self, role: str) -> bool:
        """Whether a key of that role is known."""
        return bool(self.target.keys.get(role))

    # -- the collection -----------------------------------------------------------------------------------------

    def census(self, *, fresh: bool = False) -> Census:
        """Every run of the key's organization, read once, or anew. Raises NotExercised when it cannot be read."""
        with self._lock:
            if self._census is None or fresh:
                self._census = self._count()
            return self._census

    def forget_census(self) -> None:
        """What was counted has changed."""
        self._census = None

    def _count(self) -> Census:
        runs: dict[str, Run] = {}
        for number in range(1, PAGES + 1):
            answer = self.target.call("GET", "/sequences", query={"page": number, "size": 100})
            try:
                page = Page.read(answer)
            except Malformed as error:
                raise NotExercised(f"the collection cannot be read: {error}") from None
            runs.update((run.id, run) for run in page.items)
            if not page.items or (not page.has_more and len(runs) >= page.total_count):
                break
        return Census(tuple(runs.values()))

    def company(self, run: Run) -> str | None:
        """The company of a run's contact, None without one. Raises NotExercised when it is not known."""
        if run.contact is None:
            return None
        if self.companies is not None and run.contact in self.companies:
            return self.companies[run.contact]
        answer = self.target.call("GET", f"/contacts/{run.contact}")
        if answer.status == 200:
            domain = answer.json().get("company_domain")
            return str(domain) if domain else None
        raise NotExercised("the company of the contacts is not known; give --fixture what the target was loaded with")

    @property
    def frozen(self) -> bool:
        """Whether the target's clock stands still: changes some milliseconds apart carry one instant."""
        if self._frozen is None:
            self._frozen = self._stands_still()
        return self._frozen

    def _stands_still(self) -> bool:
        quiet = Trial(self.quiet_rule, self)
        # An ACTIVE run tells most, yet the only one may be lent out already.
        for status in sorted(self.contract.statuses, key=lambda status: status != "ACTIVE"):
            with contextlib.suppress(NotExercised), self.stock.lend(quiet, status) as run:
                changes = [partial(quiet.update, run.id, {"suite_frozen": text}) for text in ("tick", "tock")]
                if run.status == "ACTIVE":  # a target that forgets updated_at at updates alone has a clock that runs
                    changes += [partial(quiet.pause, run.id, FAR), partial(quiet.resume, run.id)]
                return self._at_one_instant(quiet, changes)
        return False

    @staticmethod
    def _at_one_instant(quiet: Trial, changes: Sequence[Callable[[], Answer]]) -> bool:
        first = quiet.arranged(changes[0]()).updated
        for change in changes[1:]:
            time.sleep(0.02)
            if quiet.arranged(change()).updated != first:
                return False
        return True

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[bool]:
        """Holds the target's clock still where it can be held; yields whether it stands."""
        if self.control is None:
            yield self.frozen
            return
        self.control.freeze(True)
        try:
            yield True
        finally:
            self.control.freeze(False)

    # -- time ---------------------------------------------------------------------------------------------------

    def pass_until(self, instant: Fraction, seen: Answer, now: Fraction) -> None:
        """Lets the target's time reach `instant`. `seen` is an answer at which the target's time was `now`."""
        if self.control is not None:
            self.control.advance_to(instant)
            return
        wait = float(instant - now) - (time.monotonic() - seen.ended) + 0.15
        if wait > 0:
            time.sleep(wait)
