"""Serving an application beside the main thread, which waits for a signal."""

import socket
import threading
from typing import Any

import uvicorn


def server_of(app: Any) -> uvicorn.Server:
    """A server that adds nothing of its own to responses, and logs nothing."""
    config = uvicorn.Config(
        app, lifespan="on", ws="none", log_config=None, log_level="critical", access_log=False, server_header=False,
        date_header=False, timeout_graceful_shutdown=2,
    )  # fmt: skip
    return uvicorn.Server(config)


def serve(app: Any, listener: socket.socket) -> None:
    """Serves until the main thread is interrupted; a second interruption ends connections too."""
    server, finished = server_of(app), threading.Event()

    def run() -> None:
        try:
            server.run(sockets=[listener])
        finally:
            finished.set()

    threading.Thread(target=run).start()
    while not finished.is_set():
        try:
            finished.wait()  # a thread whose join is interrupted would count as ended
        except KeyboardInterrupt:
            server.force_exit, server.should_exit = server.should_exit, True
