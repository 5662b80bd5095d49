"""What surrounds the application in each style."""

import gzip
import http.server
import json
import re
from collections.abc import Callable
from datetime import timedelta, timezone
from email.utils import formatdate
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import flask
import werkzeug.exceptions
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .application import Application, Freedoms, Problem

#: Method, path, scope, and what does it.
_ACTIONS = ("pause", "resume", "stop")


def respond(app: Application, header: str | None, run_id: str, action: str, query: Any, body: Callable[[], Any]) -> Any:
    """What the application makes of a request. Raises Problem."""
    with app.lock:
        organization = app.caller(header, "read" if action in ("list", "get") else "write")
        if action == "list":
            return app.listed(organization, query)
        if action in ("get", "resume"):
            row = app.found(organization, run_id)
            return app.shown(row if action == "get" else app.resume(row, None))
        given = body()
        return app.shown(getattr(app, action)(app.found(organization, run_id), given))


# -- a framework with pages and redirects of its own; ids in capitals, whole seconds, a job that ends pauses now and then --

FRAMEWORK = Freedoms(
    bad_value=422, not_allowed=409, tick=1.0, sweep=20.0, null_variables=False, repauses=False, write_id=str.upper,
)  # fmt: skip


def framework(app: Application) -> flask.Flask:
    """WSGI: a trailing slash redirects, malformed ids are unknown paths, unknown paths and methods get pages in HTML."""
    server = flask.Flask("ordinary")

    def handle(action: str, run_id: Any = "") -> Any:
        header, request = flask.request.headers.get("Authorization"), flask.request
        made = respond(app, header, str(run_id), action, request.args, request.get_json)
        return flask.Response(
            json.dumps({**made, "links": {"self": request.path}}), content_type="application/json; charset=utf-8"
        )

    def failed(error: Exception) -> Any:
        if isinstance(error, werkzeug.exceptions.HTTPException) and error.code == 400:
            error = Problem(400, "The body is not JSON.")
        if not isinstance(error, Problem):
            raise error
        return flask.Response(json.dumps(error.body), error.status, content_type="application/json; charset=utf-8")

    server.register_error_handler(Problem, failed)
    server.register_error_handler(400, failed)
    for path in ("/v1/sequences", "/v1/sequences/"):  # the edge redirects from the one to the other
        server.add_url_rule(path, path, lambda: handle("list"))
    server.add_url_rule("/v1/sequences/<uuid:run_id>", "get", lambda run_id: handle("get", run_id))
    server.add_url_rule(
        "/v1/sequences/<uuid:run_id>", "update", lambda run_id: handle("update", run_id), methods=["PATCH"]
    )
    for name in _ACTIONS:
        where = f"/v1/sequences/<uuid:run_id>/{name}"
        server.add_url_rule(where, name, lambda run_id, name=name: handle(name, run_id), methods=["POST"])
    return server


# -- an ASGI stack: what does not validate is 422, an empty body is {}, responses are compressed, OPTIONS is unknown -----

ASGI = Freedoms(
    bad_value=422, pages_of_nothing=1, ties_descending=True, optional_scope=True, optional_reason=True,
    stops_paused=False,
    status_order=lambda status: sum(map(ord, status)), write_time=lambda at: at.isoformat(timespec="microseconds"),
)  # fmt: skip


def asgi(app: Application) -> Starlette:
    """ASGI: compressed responses, keys of objects in order of the alphabet, a request that does not validate is 422."""

    def endpoint(action: str) -> Callable[[Request], Any]:
        async def handle(request: Request) -> Response:
            raw = await request.body()

            def body() -> Any:
                try:
                    return json.loads(raw or b"{}")
                except (ValueError, RecursionError):
                    raise Problem(422, "The body is not JSON.", "ValidationIssue") from None

            path, query = request.path_params.get("run_id", ""), request.query_params
            header = request.headers.get("Authorization")
            try:
                made = await run_in_threadpool(respond, app, header, path, action, query, body)
            except Problem as problem:
                return JSONResponse({**problem.body, "data": {}, "trace_id": "4bf92f3577b34da6"}, problem.status)
            return JSONResponse(dict(sorted({**made, "version": 3}.items())))

        return handle

    routes = [Route("/v1/sequences", endpoint("list"), methods=["GET"])]
    routes += [
        Route(f"/v1/sequences/{{run_id}}{end}", endpoint(action), methods=[method])
        for end, action, method in (
            *(("", "get", "GET"), ("", "update", "PATCH")), *((f"/{name}", name, "POST") for name in _ACTIONS),
        )
    ]  # fmt: skip
    return Starlette(routes=routes, middleware=[Middleware(GZipMiddleware, minimum_size=200)])


# -- a plain server behind an old proxy: HTTP/1.0, joined headers, numbers with a point, times of another zone -------------

PLAIN = Freedoms(
    tick=1e-3, not_allowed=400, write_time=lambda at: at.astimezone(timezone(timedelta(hours=2))).isoformat(),
)  # fmt: skip
_PATH = re.compile(r"/v1/sequences(?:/([^/]+)(?:/(pause|resume|stop))?)?")


def plain(app: Application) -> type["PlainHandler"]:
    """HTTP/1.0: a connection for each request, HEAD and OPTIONS are 501, a Date five minutes off, integers as `12.0`."""
    return type("Handler", (PlainHandler,), {"app": app})


class PlainHandler(http.server.BaseHTTPRequestHandler):
    """One request."""

    app: Application

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        found = _PATH.fullmatch(path)
        action = self._action(found) if found else None
        if found is None or action is None:
            self.send_error(404)
            return
        given = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        # An old proxy joins what comes twice, and the application reads up to the first comma.
        header = ", ".join(self.headers.get_all("authorization") or []).partition(",")[0]
        try:
            made = respond(self.app, header, found[1] or "", action, dict(parse_qsl(query)), lambda: self._json(given))
            self._say(200, made)
        except Problem as problem:
            self._say(problem.status, problem.body)

    do_POST = do_PATCH = do_GET  # noqa: N815 - named by the base class

    def _action(self, found: re.Match[str]) -> str | None:
        if found[2]:
            return found[2] if self.command == "POST" else None
        names = {"GET": "get" if found[1] else "list", "PATCH": "update" if found[1] else None}
        return names.get(self.command)

    def _json(self, given: bytes) -> Any:
        try:
            return json.loads(given)
        except (ValueError, RecursionError):
            raise Problem(400, "The body is not JSON.") from None

    def _say(self, status: int, body: Any) -> None:
        text = json.dumps({**body, "note": None}, indent=1)
        text = re.sub(r'"(total_count|total_pages|status_code)": (\d+)', r'"\1": \2.0', text)
        packs = "gzip" in self.headers.get("Accept-Encoding", "")
        self.send_response_only(status, HTTPStatus(status).phrase)
        self.send_header("date", formatdate(self.app.exactly().timestamp() + 300, usegmt=True))
        self.send_header("content-type", "Application/JSON;charset=UTF-8")
        if packs:
            self.send_header("content-encoding", "gzip")
        self.end_headers()
        self.wfile.write(gzip.compress(text.encode()) if packs else text.encode())

    def log_message(self, *_: Any) -> None:
        pass
