"""A start while the database is away: the sandbox waits for it, and says meanwhile that it is not ready."""

import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

from starlette.types import Receive, Scope, Send

from .. import __version__
from ..app import wall_clock
from ..domain.errors import UnavailableIssue
from ..domain.limits import Share
from ..http.request.ids import RequestIds
from ..http.responses import Encoder, Response, error_response
from ..server.connections import Connections
from ..server.server import serve
from ..server.signals import leave_at_signals, stop_with
from ..store.base import Store, UnreachableError

_LOG: Final = logging.getLogger("sequences_sandbox.store")
_EVERY_SECONDS: Final = 1.0
_MOST_CONNECTIONS: Final = 500


def wait_for_store(open_store: Callable[[], Store], listening: socket.socket, seconds: float) -> Store:
    """The store, as soon as it can be opened. Raises StoreError, and UnreachableError when it stayed away so long.

    Meanwhile the socket is answered with 503.
    """
    end = time.monotonic() + seconds
    with _answered(listening):
        while True:
            try:
                store = open_store()
            except UnreachableError as error:
                if time.monotonic() >= end:
                    raise
                _LOG.debug("still away: %s", error)
                time.sleep(_EVERY_SECONDS)
            else:
                _LOG.warning("the database can be reached; the sandbox starts")
                return store


@contextmanager
def _answered(listening: socket.socket) -> Iterator[None]:
    """A child answers on the socket: what is built later is forked from a process that has served nothing yet."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(writing)
        _answer(listening, reading)
    os.close(reading)
    try:
        yield
    finally:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        os.close(writing)


def _answer(listening: socket.socket, parent: int) -> NoReturn:
    leave_at_signals()
    stop_with(parent)
    try:
        connections = Connections(Share("connections", None, None, _MOST_CONNECTIONS), lambda _: True)
        serve(Unready(), connections, listening, lambda: None, 0)
    finally:
        os._exit(0)


class Unready:
    """The application of a sandbox that has no store yet: alive, not ready, and 503 to everything else."""

    def __init__(self) -> None:
        self._new_id: Final = RequestIds(wall_clock)
        self._began: Final = wall_clock()
        self._encoder: Final = Encoder()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = self._new_id()
        response = self._response(scope["path"], request_id)
        headers = [*response.headers, (b"x-request-id", request_id.encode()), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else response.body})

    def _response(self, path: str, request_id: str) -> Response:
        if path.endswith("/_sandbox/health"):
            uptime = (wall_clock() - self._began) / 1e6
            return self._encoder.response(200, {"status": "ok", "version": __version__, "uptime_seconds": uptime})
        if path.endswith("/_sandbox/ready"):
            reason = "The sandbox waits for its database."
            return self._encoder.response(503, {"ready": False, "store": "postgresql", "reason": reason})
        message = "The sandbox starts as soon as it can reach its database; try again shortly."
        return error_response(UnavailableIssue(message, retry_after_seconds=1), request_id)
