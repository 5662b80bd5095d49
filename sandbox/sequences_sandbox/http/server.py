"""uvicorn, as this program runs it: on a socket that is already bound, within limits, and stopped by one signal."""

import asyncio
import signal
import socket
import struct
import sys
import time
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .delivery import DROP
from .patrol import Patrol

if sys.platform != "win32":
    import resource

_MOST_HEAD_BYTES: Final = 64 * 1024
_TOO_LARGE: Final = f"The URL and the headers have more than {_MOST_HEAD_BYTES} bytes."
_GRACE_SECONDS: Final = 1
_PATIENCE_SECONDS: Final = 60
"""How long a client may take over a request, from its first byte to its last."""
_KEEP_ALIVE_SECONDS: Final = 75
"""Longer than clients keep an idle connection, so that none sends a request into one that is just being closed."""
_MOST_FILES: Final = 65_536


class _HeadTooLargeError(Exception):
    """Ends a request whose head goes on and on; uvicorn answers 400 and closes the connection."""


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with a bound on what a client may send before its headers end, and a way to break a connection.

    The bytes of a head are counted as they arrive, since a count by header would double what the head costs. A head that
    begins in the middle of what arrived is counted from the next arrival on.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A client connected."""
        super().connection_made(transport)
        self._head_bytes = 0
        self._in_head, self._in_body = True, False
        self._extensions: dict[str, dict[object, object]] = {DROP: {DROP: self._drop}}

    def data_received(self, data: bytes) -> None:
        """Bytes of a head, or of a body."""
        if not self._in_body:
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

    def on_message_complete(self) -> None:
        """The request is complete."""
        self._in_body = False
        super().on_message_complete()

    def awaited(self) -> object | None:
        """The request that the client is to complete; a body that is not read at present is not the client's delay."""
        if self._in_body:
            return None if self.flow.read_paused else (self.cycle, "body")
        answered = self.cycle is None or self.cycle.response_complete
        return (self.cycle, "head") if self._in_head and answered else None

    def give_up(self) -> None:
        """Closes the connection."""
        self.transport.close()

    def _drop(self, reset: bool) -> None:
        drop(self.transport, reset=reset)


def drop(transport: asyncio.Transport, *, reset: bool) -> None:
    """Breaks a connection: with a reset at once, or with an end after what was written so far."""
    if not reset:
        transport.close()
        return
    connected = transport.get_extra_info("socket")
    if connected is not None:
        # Closing without lingering is what makes the system send a reset in place of an orderly end.
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


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
        self._patrol = Patrol(_PATIENCE_SECONDS)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if counter % 10 == 0:
            connections = [each for each in self.server_state.connections if isinstance(each, LimitedProtocol)]
            self._patrol.look(connections, time.monotonic())
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
