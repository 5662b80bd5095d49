"""uvicorn, as this program runs it: on a socket that is already bound, within limits, and stopped by one signal."""

import asyncio
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from .connections import Connections
from .idle_timeout import IdleTimeout
from .protocol import Protocol
from .signals import STOP_SIGNALS

if sys.platform != "win32":
    import resource

GRACE_SECONDS: Final = 10
"""How long responses that are under way may take when the server stops, where nothing else is said."""

_KEEP_ALIVE_SECONDS: Final = 75
"""Longer than clients keep an idle connection, so that none sends a request into one that is just being closed."""
_LAST_RESORT_SECONDS: Final = 2
_MOST_FILES: Final = 65_536
_FEW_FILES: Final = 512
_MOST_SENT_BYTES: Final = 256 * 1024
"""Of what is sent on one connection, how much the system keeps for a client that does not read."""
_LOG: Final = logging.getLogger("sequences_sandbox.server")


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST_SENT_BYTES)  # connections inherit it
        bound.bind((host, port))
        bound.listen(2048)
    except OSError:
        bound.close()
        raise
    return bound


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is ready, looks after its connections, and stops within a grace time."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], grace: float) -> None:
        super().__init__(config)
        self._ready = ready
        self._grace = grace
        self._idle = IdleTimeout()
        self._signals: set[int] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if counter % 10 == 0:
            self._idle.look(self._connections(), time.monotonic())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().call_later(self._grace, self._cut)
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Unlike uvicorn, does not raise the signal again when all is done: the process leaves with status 0."""
        for stop in STOP_SIGNALS:
            signal.signal(stop, self.handle_exit)
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal stops the server; the same one again stops it without grace."""
        if sig in self._signals:
            os._exit(0)
        self._signals.add(sig)
        super().handle_exit(sig, frame)

    def _connections(self) -> list[Protocol]:
        return [each for each in self.server_state.connections if isinstance(each, Protocol)]

    def _cut(self) -> None:
        """The grace is over. Whoever still waits for a client learns that it is gone; what does not wait is cancelled."""
        late = self._connections()
        if late:
            _LOG.warning("stopped with %d responses unfinished after %s s", len(late), self._grace)
        for connection in late:
            connection.transport.abort()
        # uvicorn says of each cancelled task that it failed, with a traceback; what is to be said has been said.
        logging.getLogger("uvicorn.error").disabled = True


def most_descriptors() -> int:
    """How many files and connections the process may have open, once it has asked for all that the system allows."""
    if sys.platform == "win32":
        return _FEW_FILES
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_FILES if most == resource.RLIM_INFINITY else min(most, _MOST_FILES)


def allow_many_connections() -> None:
    """Asks the system for all that it allows."""
    if sys.platform != "win32":
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most_descriptors(), most))


def serve(
    app: ASGIApp,
    connections: Connections,
    listening: socket.socket,
    ready: Callable[[], None],
    grace: float = GRACE_SECONDS,
) -> None:
    """Serves until SIGINT or SIGTERM, and then leaves the process with status 0. Clients take their `connections`.

    `ready` is called when requests are answered. Responses that are under way at the signal have `grace` seconds.
    """
    allow_many_connections()
    config = uvicorn.Config(
        app,
        http=partial(Protocol, connections=connections),  # type: ignore[arg-type]  # called as a class is
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=int(grace) + _LAST_RESORT_SECONDS,
    )
    _Server(config, ready, grace).run(sockets=[listening])
    sys.exit(0)
