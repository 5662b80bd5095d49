"""Runs to work on: leased by status, inside the fence, and put back as they were where that can be done."""

import contextlib
import threading
from collections import deque
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
    """Leases the runs of the collection. A run that was stopped, or that something else moved, is not leased again."""

    client: ApiClient
    settings: Settings
    runs: Callable[[], Collection]
    companies: Mapping[str, str | None]
    left_changed: list[str] = field(default_factory=list)
    _free: dict[str, deque[str]] = field(default_factory=dict)
    _lock: Any = field(default_factory=threading.RLock)

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
        with self._lock:
            return len(self._free_in(status))

    @contextmanager
    def lease(self, status: str, where: Fits | None = None, prefer: Fits | None = None) -> Iterator[Run]:
        """A run of `status`, one that fits `where`, and `prefer` if there is one.

        A paused one is an active one that the suite paused itself, so that it may resume it. Raises NotExercised when
        there is none left.
        """
        if status == "WAITING_FOR_LEAD" and self.settings.allow_writes:
            with self.lease("ACTIVE", where, prefer) as active:
                yield self.client.prepared(self.client.pause(active.id, FAR))
            return
        run = self._take(status, where, prefer)
        try:
            yield run
        finally:
            self._take_back(run)

    def _free_in(self, status: str) -> deque[str]:
        if status not in self._free:
            self._free[status] = deque(run.id for run in self.runs().in_status(status) if self.writable(run))
        return self._free[status]

    def _take(self, status: str, where: Fits | None, prefer: Fits | None) -> Run:
        with self._lock:
            free, known = self._free_in(status), self.runs().by_id
            fitting = [i for i in free if where is None or (i in known and where(known[i]))]
            if prefer is not None:
                fitting.sort(key=lambda i: not (i in known and prefer(known[i])))
            for run_id in fitting[:_TRIES]:
                free.remove(run_id)
                run = self.client.fetch(run_id)
                if run.status == status:
                    if where is None or where(run):
                        return run
                    free.append(run_id)
        which = " that fits" if where is not None else ""
        inside = " inside --only-template" if self.settings.template else ""
        raise NotExercised(f"the target has no {status} run{which}{inside} left to work on; load more of them")

    def _take_back(self, run: Run) -> None:
        try:
            if self._restore(run, self.client.fetch(run.id)):
                with self._lock:
                    self._free_in(run.status).append(run.id)
        except (NotExercised, TargetError):
            self.left_changed.append(run.id)

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
            self.client.prepared(self.client.resume(before.id))
            return True
        return False
