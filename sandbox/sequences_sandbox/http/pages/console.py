"""The console: the pages that a browser opens, the files they are made of, and how little a browser lets them do.

The reference component is Scalar's script as the package flask-openapi-scalar ships it. Only that file is used: the package
is found and never imported.
"""

import gzip
import re
from collections.abc import Collection, Iterable
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from flask import Flask, Response, abort, request, send_from_directory

VIEWS: Final = ("/", "/watch", "/faults", "/journal")
LOOPBACK_ORIGINS: Final = tuple(
    f"{scheme}://{name}:*" for scheme in ("http", "https") for name in ("localhost", "127.0.0.1")
)
"""Origins of this machine, whatever their port, as `frame-ancestors` takes them."""

_FILES: Final = Path(__file__).parents[2] / "console"
_TYPES: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_COMPONENT: Final = "flask_openapi_scalar"
_SCRIPT: Final = "templates/scalar/js/scalar.standalone.js"
_ORIGIN: Final = re.compile(r"https?://(\*\.)?[a-z0-9.-]+(:(\d+|\*))?", re.ASCII | re.IGNORECASE)

# Scripts come from here alone and never stand in a page. Scalar makes style elements and style attributes.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
)


class ConsoleError(Exception):
    """A console that cannot be served; the text says how to fix it."""


def parse_origin(text: str) -> str:
    """An origin that may frame the embeds, such as https://docs.example. Raises ValueError."""
    if not _ORIGIN.fullmatch(text):
        raise ValueError(f"{text!r} is no origin; give scheme and host and no path, such as https://docs.example")
    return text.lower()


def add_console(flask: Flask, operation_ids: Collection[str], embed_origins: Iterable[str]) -> None:
    """Gives the pages the console, and for every operation its embed, which pages of `embed_origins` may frame."""
    component = Component()
    page, embed = _policy(()), _policy(embed_origins)

    def view() -> Response:
        return _file("index.html", page)

    for path in VIEWS:
        flask.add_url_rule(path, "console", view)

    @flask.get("/embed/<operation_id>")
    def embedded(operation_id: str) -> Response:
        if operation_id not in operation_ids:
            abort(404)
        return _file("embed.html", embed)

    @flask.get("/console/reference.js")
    def reference() -> Response:
        return component.response()

    @flask.get("/console/<path:name>")
    def file(name: str) -> Response:
        return _file(name)


class Component:
    """The script of the reference component. Raises ConsoleError where it is not installed."""

    def __init__(self) -> None:
        spec = find_spec(_COMPONENT)
        places = spec.submodule_search_locations if spec is not None else None
        if not places:
            raise ConsoleError("The console needs the package flask-openapi-scalar; install it with pip.")
        # Read once: a response then is these very bytes, however many clients take their time over it.
        self._plain: Final = Path(places[0], _SCRIPT).read_bytes()
        self._version: Final = version(_COMPONENT)

    def response(self) -> Response:
        """The script, packed for whoever takes it packed: of its five megabytes that leaves a third."""
        packed = request.accept_encodings.quality("gzip") > 0
        response = Response(self._packed if packed else self._plain, mimetype="text/javascript")
        response.headers["Vary"] = "Accept-Encoding"
        response.cache_control.no_cache = True
        response.set_etag(f"{self._version}-{'gzip' if packed else 'plain'}")
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.make_conditional(request)
        return response

    @cached_property
    def _packed(self) -> bytes:
        return gzip.compress(self._plain, mtime=0)


def _policy(framed_by: Iterable[str]) -> str:
    return _POLICY + (" ".join(framed_by) or "'none'")


def _file(name: str, policy: str | None = None) -> Response:
    mimetype = _TYPES.get(Path(name).suffix)
    if mimetype is None:
        abort(404)
    # A type that is not named would be the machine's own guess.
    response = send_from_directory(_FILES, name, mimetype=mimetype)
    if policy is not None:
        response.headers["Content-Security-Policy"] = policy
        response.headers["Referrer-Policy"] = "no-referrer"
    return response
