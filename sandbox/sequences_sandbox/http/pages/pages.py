"""Whatever is not an operation of a contract: Flask serves pages, and rejects other paths in the contract's form."""

import json
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

import yaml
from a2wsgi import WSGIMiddleware
from flask import Flask, Response, request
from starlette.types import ASGIApp
from werkzeug.exceptions import HTTPException

from ...domain.errors import Issue, MethodNotAllowedIssue, NotFoundIssue
from ..responses import error_response
from .bundle import Packed
from .console import MOST_ROOTS, add_console, sent

REQUEST_ID_HEADER: Final = "X-Sandbox-Request-Id"
"""The header that gives a page's request its id; the server sets it, whatever the client sent."""


def pages(contract: Path, base_path: str, operation_ids: Collection[str], embed_origins: Iterable[str]) -> ASGIApp:
    """The pages as an ASGI application: the console, and the contract as a file, in YAML as it stands and as JSON.

    Below a path prefix the contract names as its server what is there under `base_path`. Pages of `embed_origins` may frame
    the embeds. Raises ConsoleError where the console cannot be served.
    """
    flask = Flask("sequences_sandbox", static_folder=None)
    # A path with slashes too many is none of ours; to correct it would be to redirect to whatever host the client named.
    flask.url_map.merge_slashes = False
    text = contract.read_bytes()

    @lru_cache(maxsize=MOST_ROOTS)
    def as_yaml(root: str) -> bytes:
        return with_server(text, f"{root}{base_path}") if root else text

    @lru_cache(maxsize=MOST_ROOTS)
    def as_json(root: str) -> Packed:
        document = yaml.load(as_yaml(root), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        return Packed(json.dumps(document, ensure_ascii=False).encode(), "application/json")

    @flask.get("/openapi.yaml")
    def contract_as_yaml() -> Response:
        return Response(as_yaml(request.script_root), mimetype="application/yaml")

    @flask.get("/openapi.json")
    def contract_as_json() -> Response:
        return sent(as_json(request.script_root))

    add_console(flask, operation_ids, embed_origins)

    @flask.errorhandler(HTTPException)
    def reject(error: HTTPException) -> Response:
        return _response(_issue(error))

    @flask.after_request
    def identify(response: Response) -> Response:
        response.headers["X-Request-Id"] = _request_id()
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    # a2wsgi types the two protocols more narrowly than Flask and Starlette do.
    return cast(ASGIApp, WSGIMiddleware(cast(Any, flask.wsgi_app)))


def with_server(text: bytes, path: str) -> bytes:
    """A contract in YAML whose one server is at `path` of the host that serves it; else as it stands."""
    whole = text.decode("utf-8")
    top: Any = yaml.compose(whole, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    servers = next(value for key, value in top.value if key.value == "servers")
    server = json.dumps([{"url": path, "description": "This sandbox"}])
    return f"{whole[: servers.start_mark.index]}{server}\n{whole[servers.end_mark.index :]}".encode()


def _issue(error: HTTPException) -> Issue:
    allowed = sorted(getattr(error, "valid_methods", None) or ())
    if allowed:
        return MethodNotAllowedIssue(
            f"{request.method} is not answered here; use {', '.join(allowed)}.", allowed=allowed
        )
    message = f"There is nothing at {request.path[:200]}; the API's paths begin with /v1/, such as /v1/sequences."
    return NotFoundIssue(message, value=request.path[:200])


def _response(issue: Issue) -> Response:
    response = error_response(issue, _request_id())
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers]
    return Response(response.body, response.status, headers)


def _request_id() -> str:
    return request.headers.get(REQUEST_ID_HEADER, "")
