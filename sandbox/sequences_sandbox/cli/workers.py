"""Several processes behind one listening socket: a parent that serves nobody, and children that accept in turn.

The parent has joined the sandbox already; a child only connects to the database anew. A child that dies is replaced, and
when the parent gets a signal to stop, so do they.
"""

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Final

from sequences_sandbox_client.cli.options import UsageError

from ..app import App
from ..server.server import serve
from ..server.signals import STOP_SIGNALS, leave_at_signals

_LOG: Final = logging.getLogger("sequences_sandbox.workers")
_SHORTEST_LIFE_SECONDS: Final = 1.0
"""A child that fails sooner than this would fail again and again."""


def serve_with_workers(
    app: App, listening: socket.socket, number: int, ready: Callable[[], None], grace: float
) -> None:
    """Serves until SIGINT or SIGTERM, and then leaves the process with status 0; with 1 if children cannot live.

    `ready` is called by the first child, when it answers requests; `grace` is each child's.
    """
    app.worlds.store.disconnect()
    sys.exit(_Workers(app, listening, grace).run(number, ready))


class _Workers:
    def __init__(self, app: App, listening: socket.socket, grace: float) -> None:
        self._app = app
        self._listening = listening
        self._grace = grace
        self._born: dict[int, float] = {}
        self._leaving = False
        self._status = 0
        self._lifeline = os.pipe()

    def run(self, number: int, ready: Callable[[], None]) -> int:
        """Forks so many children and waits for their ends. Returns the exit status."""
        for stop in STOP_SIGNALS:
            signal.signal(stop, self._leave)
        for worker in range(number):
            self._fork(_nothing if worker else ready)
        while self._born:
            child, status = os.wait()
            lived = time.monotonic() - self._born.pop(child)
            if self._leaving:
                continue
            code = os.waitstatus_to_exitcode(status)
            _LOG.warning("worker %d ended with status %d", child, code)
            if code > 0 and lived < _SHORTEST_LIFE_SECONDS:
                self._status = 1
                self._leave(signal.SIGTERM, None)
            else:
                self._fork(_nothing)
        return self._status

    def _fork(self, ready: Callable[[], None]) -> None:
        began = time.monotonic()
        sys.stdout.flush()
        child = os.fork()
        if child:
            self._born[child] = began
            if self._leaving:  # signalled between the check and the fork
                os.kill(child, signal.SIGTERM)
            return
        leave_at_signals()
        threading.Thread(target=self._leave_with_parent, daemon=True).start()
        status = 1
        try:
            self._app.worlds.store.connect()
            serve(self._app.asgi, self._app.connections, self._listening, ready, self._grace)
        except UsageError as error:
            _LOG.error("%s", error)
        except SystemExit as leaving:
            status = leaving.code if isinstance(leaving.code, int) else 1
        finally:
            os._exit(status)

    def _leave_with_parent(self) -> None:
        """Ends a child whose parent is gone, however that died: only the parent could write here."""
        reading, writing = self._lifeline
        os.close(writing)
        os.read(reading, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _leave(self, signal_number: int, frame: FrameType | None) -> None:
        self._leaving = True
        self._listening.close()  # or the system would go on to accept connections that nobody serves
        for child in self._born:
            os.kill(child, signal.SIGTERM)


def _nothing() -> None:
    """Is called where another worker has said that requests are answered."""
