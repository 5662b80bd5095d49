"""uvicorn, as this program runs it: on a socket that is already bound, within limits, and stopped by one signal."""

import asyncio
import gc
import signal
import socket
import sys
import time
from collections import deque
from types import FrameType
from typing import ClassVar, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ..http.traffic.injection import DROP
from .collector import Collector
from .connection import drop, unread_bytes
from .idle_timeout import IdleTimeout

if sys.platform != "win32":
    import resource

_MOST_HEAD_BYTES: Final = 64 * 1024
_TOO_LARGE: Final = f"The URL and the headers, or the trailers, have more than {_MOST_HEAD_BYTES} bytes."
_GRACE_SECONDS: Final = 1
_PATIENCE_SECONDS: Final = 60
"""How long a client may take over a request, from its first byte to its last, and over taking any more of an answer."""
_KEEP_ALIVE_SECONDS: Final = 75
"""Longer than clients keep an idle connection, so that none sends a request into one that is just being closed."""
_MOST_FILES: Final = 65_536
_NOWHERE: Final[deque[tuple[bytes, bytes]]] = deque(maxlen=0)
"""Keeps nothing of what is appended to it."""


class _HeadTooLargeError(Exception):
    """Ends a request whose head goes on and on; uvicorn answers 400 and closes the connection."""


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with bounds on what a client may send and leave unread, and a way to break a connection.

    Bytes are counted as they arrive, since a count by header would double what a head costs. The count begins anew with
    each piece of a body, so that it tells how much came in a row that is no body: a head, extensions of a chunk, trailers.
    A head that begins in the middle of what arrived is counted from the next arrival on. Trailers are read and dropped.
    """

    ended: ClassVar[int] = 0
    """How many connections of this process ended."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A client connected."""
        super().connection_made(transport)
        self._head_bytes = 0
        self._in_head, self._in_body = True, False
        self._unread, self._takings = 0, 0
        self._extensions: dict[str, dict[object, object]] = {DROP: {DROP: self._drop}}

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection ended."""
        LimitedProtocol.ended += 1
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a head, or of a body."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > _MOST_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response(_TOO_LARGE)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is complete."""
        if self._head_bytes > _MOST_HEAD_BYTES:  # what came with the head's end may be a body
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if size > _MOST_HEAD_BYTES:
                raise _HeadTooLargeError
        self._head_bytes = 0
        self._in_head, self._in_body = False, True
        self.scope["extensions"] = self._extensions
        super().on_headers_complete()
        # The scope has the list of the headers; what is appended from now on is a trailer, and no header of the request.
        self.headers = _NOWHERE  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        self._head_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is complete."""
        self._in_body = False
        super().on_message_complete()

    def pending(self) -> object | None:
        """What the client is to take of its answer, or the request that it is to complete.

        A body that is not read at present is not the client's delay.
        """
        unread = unread_bytes(self.transport)
        self._takings += unread < self._unread
        self._unread = unread
        if unread:
            return (self._takings, "read")
        if self._in_body:
            return None if self.flow.read_paused else (self.cycle, "body")
        answered = self.cycle is None or self.cycle.response_complete
        return (self.cycle, "head") if self._in_head and answered else None

    def close_idle(self) -> None:
        """Closes the connection, and drops what the client has left unread."""
        drop(self.transport, reset=self._unread > 0)

    def _unsupported_upgrade_warning(self) -> None:
        """Says nothing: to decline an offer of another protocol is no failure."""

    def _drop(self, reset: bool) -> None:
        drop(self.transport, reset=reset)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(2048)
    except OSError:
        bound.close()
        raise
    return bound


class _Server(uvicorn.Server):
    """uvicorn's server, which looks after its connections once a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._patrol = IdleTimeout(_PATIENCE_SECONDS)
        self._collector = Collector()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if counter % 10 == 0:
            connections = [each for each in self.server_state.connections if isinstance(each, LimitedProtocol)]
            self._patrol.look(connections, time.monotonic())
            if not gc.isenabled():
                self._collector.look(LimitedProtocol.ended, self.server_state.total_requests)
        return await super().on_tick(counter)


def allow_many_connections() -> None:
    """Lets the process have as many connections as the system allows it to ask for."""
    if sys.platform == "win32":
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if most == resource.RLIM_INFINITY else min(most, _MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def serve(app: ASGIApp, listening: socket.socket) -> None:
    """Serves until SIGINT or SIGTERM, and then leaves the process with status 0."""
    allow_many_connections()
    config = uvicorn.Config(
        app,
        http=LimitedProtocol,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _leave)
    _Server(config).run(sockets=[listening])


def _leave(signal_number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
