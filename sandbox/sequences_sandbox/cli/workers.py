"""Several processes behind one listening socket: a parent that serves nobody, and children that accept in turn.

The parent has joined the sandbox already; a child only connects to the database anew. A child that dies is replaced, and
when the parent is told to leave, so are they.
"""

import logging
import os
import signal
import socket
import sys
import threading
import time
from types import FrameType
from typing import Final

from ..app import App
from ..server.server import serve

_LOG: Final = logging.getLogger("sequences_sandbox.workers")
_SHORTEST_LIFE_SECONDS: Final = 1.0
"""A child that fails sooner than this would fail again and again."""


def serve_with_workers(app: App, listening: socket.socket, number: int) -> None:
    """Serves until SIGINT or SIGTERM, and then leaves the process with status 0; with 1 if children cannot live."""
    app.worlds.store.disconnect()
    sys.exit(_Workers(app, listening).run(number))


class _Workers:
    def __init__(self, app: App, listening: socket.socket) -> None:
        self._app = app
        self._listening = listening
        self._born: dict[int, float] = {}
        self._leaving = False
        self._status = 0
        self._lifeline = os.pipe()

    def run(self, number: int) -> int:
        """Forks so many children and waits for their ends. Returns the exit status."""
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, self._leave)
        for _ in range(number):
            self._fork()
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
                self._fork()
        return self._status

    def _fork(self) -> None:
        began = time.monotonic()
        sys.stdout.flush()
        child = os.fork()
        if child:
            self._born[child] = began
            if self._leaving:  # told so between the check and the fork
                os.kill(child, signal.SIGTERM)
            return
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, signal.SIG_DFL)
        threading.Thread(target=self._leave_with_parent, daemon=True).start()
        status = 1
        try:
            self._app.worlds.store.connect()
            serve(self._app.asgi, self._listening)
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
        for child in self._born:
            os.kill(child, signal.SIGTERM)
