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

_MOST_HEADER_BYTES: Final = 64 * 1024
_GRACE_SECONDS: Final = 1


class _HeadersTooLargeError(Exception):
    """Ends a request whose headers go on and on; uvicorn answers 400 and closes the connection."""


class LimitedProtocol(HttpToolsProtocol):
    """httptools keeps whatever headers come; this protocol stops at a limit. It lets its connection be dropped, too."""

    def on_message_begin(self) -> None:
        """A request begins."""
        self._header_bytes = 0
        super().on_message_begin()
        self.scope["extensions"] = {DROP: {DROP: self._drop}}

    def on_url(self, url: bytes) -> None:
        """A part of the URL."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def _drop(self, reset: bool) -> None:
        drop(self.transport, reset=reset)

    def _count(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > _MOST_HEADER_BYTES:
            raise _HeadersTooLargeError


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
