"""Runs to work on: lent by status, inside the fence, and put back as they were where that can be done."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from zlib import crc32

from .target import TargetError
from .trial import NotExercised, Trial, Violation

if TYPE_CHECKING:
    from .bench import Bench
    from .runs import Run

FAR = "2100-01-04T08:00:00Z"
_TRIES = 8

Fits = Callable[["Run"], bool]


class Stock:
    """Lends the runs that the census found. A run that was stopped, or that something else moved, is not lent again."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._shelves: dict[str, deque[str]] = {}
        self._lock = threading.RLock()
        self.left_changed: list[str] = []

    def fenced(self, run: Run) -> bool:
        """Whether writes to this run are allowed: the template of --only-template, and this worker's share."""
        settings = self._bench.settings
        if settings.template is not None and run.template != settings.template.lower():
            return False
        index, count = settings.share
        if count == 1:
            return True
        known = self._bench.companies or {}
        # Runs that a COMPANY stop ends together are in one share.
        together = known.get(run.contact or "") or run.contact or run.id
        return crc32(together.encode()) % count == index

    def count(self, status: str) -> int:
        with self._lock:
            return len(self._shelf(status))

    @contextmanager
    def lend(self, trial: Trial, status: str, where: Fits | None = None, prefer: Fits | None = None) -> Iterator[Run]:
        """A run of `status`, one that fits `where`, and `prefer` if there is such a one.

        A paused one is an active one that the suite paused itself, so that it may resume it. Raises NotExercised when the
        stock has none.
        """
        if status == "WAITING_FOR_LEAD" and self._bench.settings.allow_writes:
            with self.lend(trial, "ACTIVE", where, prefer) as active:
                yield trial.arranged(trial.pause(active.id, FAR))
            return
        run = self._take(trial, status, where, prefer)
        try:
            yield run
        finally:
            self._take_back(run)

    def _shelf(self, status: str) -> deque[str]:
        if status not in self._shelves:
            census = self._bench.census()
            self._shelves[status] = deque(run.id for run in census.in_status(status) if self.fenced(run))
        return self._shelves[status]

    def _take(self, trial: Trial, status: str, where: Fits | None, prefer: Fits | None) -> Run:
        with self._lock:
            shelf = self._shelf(status)
            known = self._bench.census().by_id
            fitting = [i for i in shelf if where is None or (i in known and where(known[i]))]
            if prefer is not None:
                fitting.sort(key=lambda i: not (i in known and prefer(known[i])))
            for run_id in fitting[:_TRIES]:
                shelf.remove(run_id)
                run = trial.look(run_id)
                if run.status == status:
                    if where is None or where(run):
                        return run
                    shelf.append(run_id)
        which = " that fits" if where is not None else ""
        inside = " inside --only-template" if self._bench.settings.template else ""
        raise NotExercised(f"the target has no {status} run{which}{inside} left to work on; load more of them")

    def _take_back(self, run: Run) -> None:
        quiet = Trial(self._bench.quiet_rule, self._bench)
        try:
            if self._restore(quiet, run, quiet.look(run.id)):
                with self._lock:
                    self._shelf(run.status).append(run.id)
        except (NotExercised, Violation, TargetError):
            self.left_changed.append(run.id)

    def _restore(self, trial: Trial, before: Run, now: Run) -> bool:
        old, new = before.variables or {}, now.variables or {}
        if now.status == "STOPPED_EARLY" != before.status:
            with contextlib.suppress(
                NotExercised
            ):  # it cannot be put back, and its variables only where updates of it are taken
                trial.arranged(trial.update(before.id, {**dict.fromkeys(new), **old}))
            return False
        if old != new:
            trial.arranged(trial.update(before.id, {**dict.fromkeys(new), **old}))
        if now.status == before.status:
            return True
        if before.status == "ACTIVE" and now.status == "WAITING_FOR_LEAD":
            trial.arranged(trial.resume(before.id))
            return True
        return False
