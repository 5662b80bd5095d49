"""Several processes behind one listening socket: a parent that serves nobody, and children that accept in turn.

The parent has joined the sandbox already; a child only connects to the database anew. A child that dies is replaced, for as
long as the parent lives: a database that is away is no reason to stop. At SIGHUP the children are replaced one after the
other, and when the parent gets a signal to stop, so do they.
"""

import logging
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import Final, NoReturn

from ..app import App
from ..metrics.files import MetricFiles, MetricFolder
from ..server.signals import STOP_SIGNALS, leave_at_signals
from .worker import serve_as_worker

_LOG: Final = logging.getLogger("sequences_sandbox.workers")
_SHORTEST_LIFE_SECONDS: Final = 1.0
"""A child that ends sooner than this would end again and again, so the next one waits."""
_FIRST_WAIT_SECONDS: Final = 0.1
_LONGEST_WAIT_SECONDS: Final = 5.0
_READY: Final = b"r"
_NOTED: Final = (*STOP_SIGNALS, signal.SIGHUP, signal.SIGCHLD)


def serve_with_workers(
    app: App, listening: socket.socket, number: int, ready: Callable[[], None], grace: float
) -> None:
    """Serves until SIGINT or SIGTERM, and then leaves the process with status 0; with 1 if no child ever could serve.

    `ready` is called by the first child, when it answers requests; `grace` is each child's.
    """
    app.worlds.store.disconnect()
    folder = _metric_folder()
    try:
        status = _Workers(app, listening, number, ready, grace, folder).run()
    finally:
        if folder is not None:
            folder.remove()
    sys.exit(status)


def _metric_folder() -> MetricFolder | None:
    try:
        return MetricFolder()
    except OSError as error:
        _LOG.warning(
            "Metrics are those of one worker each: no temporary folder can be made (%s); set TMPDIR to one that can be "
            "written to.",
            error.strerror,
        )
        return None


@dataclass(slots=True)
class _Worker:
    """A child: when it began, which place it has among the children, the pipe that says that it is ready (None when it has
    said so), and whether it is to end."""

    began: float
    place: int
    starting: int | None
    is_ready: bool = False
    is_ending: bool = False


@dataclass(slots=True)
class _Workers:
    app: App
    listening: socket.socket
    number: int
    ready: Callable[[], None]
    grace: float
    folder: MetricFolder | None
    workers: dict[int, _Worker] = field(default_factory=dict)
    outdated: list[int] = field(default_factory=list)
    renewals: int = 0
    stops: int = 0
    leaving: bool = False
    served: bool = False
    status: int = 0
    failures: int = 0
    not_before: float = 0.0
    lifeline: tuple[int, int] = field(default_factory=os.pipe)

    def run(self) -> int:
        """Keeps so many children until a signal stops it. Returns the exit status."""
        wake, woken = os.pipe()
        os.set_blocking(woken, False)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        for signal_number in _NOTED:
            signal.signal(signal_number, self._note)
        while True:
            self._handle_signals()
            if not self.leaving:
                self._fill()
            elif not self.workers:
                return self.status
            starting = [worker.starting for worker in self.workers.values() if worker.starting is not None]
            wait = self.not_before - time.monotonic()
            readable, _, _ = select.select([wake, *starting], [], [], wait if wait > 0 else None)
            if wake in readable:
                os.read(wake, 4096)
            self._note_ready(readable)
            self._reap()

    def _note(self, signal_number: int, frame: FrameType | None) -> None:
        """Notes a signal, whose arrival also ends the parent's wait. Of a child's end it is enough that it does so."""
        self.stops += signal_number in STOP_SIGNALS
        self.renewals += signal_number == signal.SIGHUP

    def _handle_signals(self) -> None:
        """Does what signals asked for. Each one to stop is handed on, since a second one ends the children's grace."""
        stops, self.stops = self.stops, 0
        for _ in range(stops):
            self._leave()
        if self.renewals and not self.leaving:
            self.renewals = 0
            _LOG.warning("the workers are replaced, one after the other")
            self.outdated = [child for child, worker in self.workers.items() if not worker.is_ending]

    def _leave(self) -> None:
        self.leaving = True
        self.listening.close()  # or the system would go on to accept connections that nobody serves
        for child in self.workers:
            os.kill(child, signal.SIGTERM)

    def _fill(self) -> None:
        """Starts the children that are missing; with all at work, tells one that is outdated to end."""
        while len(self.workers) < self.number and time.monotonic() >= self.not_before:
            self._fork()
        at_work = [worker for worker in self.workers.values() if worker.is_ready and not worker.is_ending]
        if self.outdated and len(at_work) == self.number:
            child = self.outdated.pop(0)
            self.workers[child].is_ending = True
            os.kill(child, signal.SIGTERM)

    def _note_ready(self, readable: list[int]) -> None:
        for worker in self.workers.values():
            if worker.starting in readable:
                worker.is_ready = os.read(worker.starting, 1) == _READY  # nothing from one that ended
                os.close(worker.starting)
                worker.starting = None
                if worker.is_ready:
                    self.served, self.ready = True, _nothing

    def _reap(self) -> None:
        for child in list(self.workers):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                self._end(child, os.waitstatus_to_exitcode(status))

    def _end(self, child: int, code: int) -> None:
        worker = self.workers.pop(child)
        if worker.starting is not None:
            os.close(worker.starting)
        if self.folder is not None:
            self.folder.end(worker.place)
        if child in self.outdated:
            self.outdated.remove(child)
        if self.leaving or worker.is_ending:
            return
        _LOG.warning("worker %d ended with status %d", child, code)
        now = time.monotonic()
        self.failures = self.failures + 1 if now - worker.began < _SHORTEST_LIFE_SECONDS else 0
        if self.failures:
            self.not_before = now + min(_FIRST_WAIT_SECONDS * 2 ** min(self.failures, 10), _LONGEST_WAIT_SECONDS)
        if code > 0 and not self.served:  # it has said why, and the next would say the same
            self.status = 1
            self._leave()

    def _fork(self) -> None:
        began, ready = time.monotonic(), _nothing if self.workers else self.ready
        place = min(set(range(self.number)) - {worker.place for worker in self.workers.values()})
        sys.stdout.flush()
        reading, writing = os.pipe()
        # A child must not take a signal as the parent does; one that comes before it has its own way waits.
        signal.pthread_sigmask(signal.SIG_BLOCK, _NOTED)
        child = os.fork()
        if not child:
            self._become_child(ready, writing, place)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _NOTED)
        os.close(writing)
        self.workers[child] = _Worker(began, place, reading)

    def _become_child(self, ready: Callable[[], None], ready_pipe: int, place: int) -> NoReturn:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the parent's matter
        leave_at_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _NOTED)

        def say_ready() -> None:
            ready()
            os.write(ready_pipe, _READY)

        files = None if self.folder is None else partial(MetricFiles, self.folder.path, place)
        serve_as_worker(self.app, self.listening, say_ready, self.grace, files, self.lifeline)


def _nothing() -> None:
    """Is called where another worker has said that requests are answered."""
