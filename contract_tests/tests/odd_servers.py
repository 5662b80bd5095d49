"""Servers that are no Sequences API, or that are one only for a while."""

import http.server
import json
import socket
import socketserver
import threading
from contextlib import contextmanager

EMPTY_PAGE = json.dumps({"items": [], "total_count": 0, "total_pages": 0, "has_more": False}).encode()


@contextmanager
def answering(handle, tls=None):
    """A server that does with each request what `handle` likes; yields its base URL."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            handle(self)

        do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815 - named by the base class

        def log_message(self, *_):
            pass

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, *_):
            """A client that goes away in the middle is no matter here."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()


def say(body, kind="text/html", status=200, **headers):
    """Always the same response."""

    def handle(request):
        request.send_response(status)
        if kind:
            request.send_header("Content-Type", kind)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return handle


def empty_until(count, then, page=EMPTY_PAGE):
    """A page `count` times, and from there on what `then` does."""
    asked = 0
    lock = threading.Lock()

    def handle(request):
        nonlocal asked
        with lock:
            asked += 1
            number = asked
        (say(page, "application/json") if number <= count else then)(request)

    return handle


def hang_up(request):
    """Ends the connection without a response."""
    request.close_connection = True
    request.connection.shutdown(socket.SHUT_RDWR)


def unused_port():
    """A port at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
