"""Runs to work on: leased by status, inside the fence, and put back as they were where that can be done."""

import contextlib
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from ..http.target import TargetError
from .client import ApiClient
from .collection import Collection
from .errors import NotExercised
from .items import Run
from .settings import Settings

#: A time far ahead, for pauses that nobody waits for.
FAR = "2100-01-04T08:00:00Z"
_TRIES = 8

Fits = Callable[[Run], bool]


@dataclass
class RunPool:
    """Leases the runs of the collection. A run that was stopped, or that something else moved, is not leased again.

    Safe to use from several threads. Who finds every fitting run leased waits for one, unless it holds one itself.
    """

    client: ApiClient
    settings: Settings
    runs: Callable[[], Collection]
    companies: Mapping[str, str | None]
    left_changed: list[str] = field(default_factory=list)
    _free: dict[str, deque[str]] = field(default_factory=dict)
    _leased: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _changed: Any = field(default_factory=threading.Condition)
    _mine: threading.local = field(default_factory=threading.local)

    def writable(self, run: Run) -> bool:
        """Whether writes to this run are allowed: the template of --only-template, and this worker's share."""
        template, (index, count) = self.settings.template, self.settings.share
        if template is not None and run.template.lower() != template.lower():
            return False
        if count == 1:
            return True
        # Runs that a COMPANY stop ends together are in one share.
        together = self.companies.get((run.contact or "").lower()) or run.contact or run.id
        return crc32(together.encode()) % count == index

    def count(self, status: str) -> int:
        """How many runs of a status there are to work on, leased ones included."""
        with self._changed:
            return len(self._free_in(status)) + len(self._leased[status])

    @contextmanager
    def lease(self, status: str, where: Fits | None = None, prefer: Fits | None = None) -> Iterator[Run]:
        """A run of `status`, one that fits `where`, and `prefer` if there is one.

        A paused one is an active one that the suite paused itself, so that it may resume it. Raises NotExercised when
        there is none left.
        """
        if status == "WAITING_FOR_LEAD" and self.settings.allow_writes:
            with self.lease("ACTIVE", where, prefer) as active:
                paused = self.client.prepared(self.client.pause(active.id, FAR))
                # What fails on a run that does not stay as it is has another cause than the rule that uses it.
                if self.client.fetch(active.id).status != status:
                    raise NotExercised(f"a run that was paused until {FAR} does not stay paused")
                yield paused
            return
        run = self._take(status, where, prefer)
        holds = getattr(self._mine, "holds", 0)
        self._mine.holds = holds + 1
        try:
            yield run
        finally:
            self._mine.holds = holds
            with self.client.target.pacing.finishing():
                self._take_back(run)

    def _free_in(self, status: str) -> deque[str]:
        if status not in self._free:
            self._free[status] = deque(run.id for run in self.runs().in_status(status) if self.writable(run))
        return self._free[status]

    def _take(self, status: str, where: Fits | None, prefer: Fits | None) -> Run:
        unfit: list[str] = []
        while len(unfit) < _TRIES:
            run_id = self._choose(status, where, prefer, unfit)
            if run_id is None:
                break
            now = self._fetch(status, run_id)
            if now.status == status and (where is None or where(now)):
                return now
            self._return(status, run_id, now.status == status)
            unfit.append(run_id)
        which = " that fits" if where is not None else ""
        inside = " inside --only-template" if self.settings.template else ""
        raise NotExercised(f"the target has no {status} run{which}{inside} left to work on; load more of them")

    def _choose(self, status: str, where: Fits | None, prefer: Fits | None, unfit: list[str]) -> str | None:
        """Takes a run by what the collection says of it; None where there is none left."""
        with self._changed:
            known = self.runs().by_id

            def fits(run_id: str) -> bool:
                return run_id not in unfit and (where is None or (run_id in known and where(known[run_id])))

            while not (fitting := [run_id for run_id in self._free_in(status) if fits(run_id)]):
                if getattr(self._mine, "holds", 0) or not any(map(fits, self._leased[status])):
                    return None
                self._changed.wait()
            preferred = (
                run_id for run_id in fitting if prefer is not None and run_id in known and prefer(known[run_id])
            )
            chosen = next(preferred, fitting[0])
            self._free_in(status).remove(chosen)
            self._leased[status].add(chosen)
            return chosen

    def _fetch(self, status: str, run_id: str) -> Run:
        try:
            return self.client.fetch(run_id)
        except BaseException:
            self._return(status, run_id, False)
            raise

    def _return(self, status: str, run_id: str, is_free: bool) -> None:
        with self._changed:
            self._leased[status].discard(run_id)
            if is_free:
                self._free_in(status).append(run_id)
            self._changed.notify_all()

    def _take_back(self, run: Run) -> None:
        restored = False
        try:
            restored = self._restore(run, self.client.fetch(run.id))
        except (NotExercised, TargetError):
            self.left_changed.append(run.id)
        finally:
            self._return(run.status, run.id, restored)

    def _restore(self, before: Run, now: Run) -> bool:
        """Puts a run back as it was; whether it is."""
        old, new = before.variables or {}, now.variables or {}
        if now.status == "STOPPED_EARLY" != before.status:
            with contextlib.suppress(NotExercised):  # a target may not update runs that have ended
                self.client.restore_variables(before.id, old, new)
            return False
        if old != new:
            self.client.restore_variables(before.id, old, new)
        if now.status == before.status:
            return True
        if before.status == "ACTIVE" and now.status == "WAITING_FOR_LEAD":
            resumed = self.client.resume(before.id)
            if resumed.status == 200 or self.client.fetch(before.id).status != before.status:
                self.client.prepared(resumed)
            return True  # resumed, or a short pause has ended meanwhile
        return False
