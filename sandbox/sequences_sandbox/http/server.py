"""uvicorn, as this program runs it: on a socket that is already bound, within limits, and stopped by one signal."""

import signal
import socket
import sys
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MOST_HEADER_BYTES: Final = 64 * 1024
_GRACE_SECONDS: Final = 1


class _HeadersTooLargeError(Exception):
    """Ends a request whose headers go on and on; uvicorn answers 400 and closes the connection."""


class LimitedProtocol(HttpToolsProtocol):
    """httptools keeps whatever headers come; this protocol stops at a limit."""

    def on_message_begin(self) -> None:
        """A request begins."""
        self._header_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A part of the URL."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > _MOST_HEADER_BYTES:
            raise _HeadersTooLargeError


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
