"""uvicorn, as this program runs it: on a socket that is already bound, within limits, and stopped by one signal."""

import asyncio
import signal
import socket
import struct
import sys
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .delivery import DROP

_MOST_HEAD_BYTES: Final = 64 * 1024
_TOO_LARGE: Final = f"The URL and the headers have more than {_MOST_HEAD_BYTES} bytes."
_GRACE_SECONDS: Final = 1


class _HeadTooLargeError(Exception):
    """Ends a request whose head goes on and on; uvicorn answers 400 and closes the connection."""


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with a bound on what a client may send before its headers end, and a way to break a connection.

    The bytes of a head are counted as they arrive, since a count by header would double what the head costs.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A client connected."""
        super().connection_made(transport)
        self._head_bytes = 0
        self._extensions: dict[str, dict[object, object]] = {DROP: {DROP: self._drop}}

    def data_received(self, data: bytes) -> None:
        """Bytes of a head, or of a body."""
        if self.cycle is None or not self.cycle.more_body:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > _MOST_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response(_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """The head is complete."""
        if self._head_bytes > _MOST_HEAD_BYTES:  # what came with the head's end may be a body
            size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if size > _MOST_HEAD_BYTES:
                raise _HeadTooLargeError
        self._head_bytes = 0
        self.scope["extensions"] = self._extensions
        super().on_headers_complete()

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


def serve(app: ASGIApp, listening: socket.socket) -> None:
    """Serves until SIGINT or SIGTERM, and then leaves the process with status 0."""
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
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _leave)
    uvicorn.Server(config).run(sockets=[listening])


def _leave(signal_number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
