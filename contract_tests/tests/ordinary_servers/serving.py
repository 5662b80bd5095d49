"""Serving an ordinary server from a thread of its own."""

import contextlib
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
import werkzeug.serving

from . import styles
from .application import Application, Freedoms, document

STYLES: dict[str, tuple[Freedoms, Callable[[Application], Any]]] = {
    "framework": (styles.FRAMEWORK, styles.framework),
    "asgi": (styles.ASGI, styles.asgi),
    "plain": (styles.PLAIN, styles.plain),
}


@contextlib.contextmanager
def ordinary(style: str, runs: int, *, ahead: float = 0.0) -> Iterator[str]:
    """Serves so many runs in a style, by a clock so many seconds ahead; yields the base URL."""
    freedoms, build = STYLES[style]
    server = build(Application(document(runs), freedoms, ahead=ahead))
    listening = {"framework": _wsgi, "asgi": _asgi, "plain": _plain}[style]
    with listening(server) as port:
        yield f"http://127.0.0.1:{port}/v1"


@contextlib.contextmanager
def _wsgi(app: Any) -> Iterator[int]:
    class Quiet(werkzeug.serving.WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, *_: Any) -> None:
            pass

    with _threaded(werkzeug.serving.make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)) as port:
        yield port


@contextlib.contextmanager
def _plain(handler: Any) -> Iterator[int]:
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: Any) -> None:
            """A client that goes away in the middle is no matter here."""

    with _threaded(Server(("127.0.0.1", 0), handler)) as port:
        yield port


@contextlib.contextmanager
def _threaded(server: Any) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def _asgi(app: Any) -> Iterator[int]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
