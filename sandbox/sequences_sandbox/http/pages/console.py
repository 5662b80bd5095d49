"""The console: the pages that a browser opens, the files they are made of, and how little a browser lets them do."""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

from flask import Flask, Response, abort, request

from .bundle import BundleError, Packed, pack_modules, pack_styles

VIEWS: Final = (
    "/",
    "/try/<part>",
    "/watch",
    "/runs/<part>",
    "/faults",
    "/faults/<part>",
    "/journal",
    "/journal/<part>",
)
"""The paths of the views, as Flask takes them; which view a path is, and whether its part exists, the page says."""

LOOPBACK_ORIGINS: Final = tuple(
    f"{scheme}://{name}:*" for scheme in ("http", "https") for name in ("localhost", "127.0.0.1")
)
"""Origins of this machine, whatever their port, as `frame-ancestors` takes them."""

_FILES: Final = Path(__file__).parents[2] / "console"
_STYLES: Final = ("base.css", "frame.css", "parts.css", "try.css", "watch.css", "run.css", "traffic.css", "embed.css")
_MARK: Final = "mark.svg"
_ORIGIN: Final = re.compile(r"https?://(\*\.)?[a-z0-9.-]+(:(\d+|\*))?", re.ASCII | re.IGNORECASE)
_PATH: Final = re.compile('( (?:href|src)=")/')
MOST_ROOTS: Final = 16

# Scripts and styles come from here alone and never stand in a page.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
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
    files = pack_console()
    page = lru_cache(maxsize=MOST_ROOTS)(partial(_page, files))
    of_views, of_embeds = _policy(()), _policy(embed_origins)

    def show_view(part: str = "") -> Response:
        return sent(page("index.html", request.script_root), of_views)

    for number, path in enumerate(VIEWS):
        flask.add_url_rule(path, f"view-{number}", show_view)

    @flask.get("/embed/<operation_id>")
    def embedded(operation_id: str) -> Response:
        response = sent(page("embed.html", request.script_root), of_embeds)
        # The page says which operations there are.
        response.status_code = 200 if operation_id in operation_ids else 404
        return response

    @flask.get("/console/<name>")
    def file(name: str) -> Response:
        packed = files.get(name)
        if packed is None:
            abort(404)
        response = sent(packed)
        if request.args.get("v") == packed.digest:
            response.headers["Cache-Control"] = "public, immutable, max-age=31536000"
        return response


def pack_console() -> dict[str, Packed]:
    """The files that the pages are made of, by name. Raises ConsoleError."""
    try:
        first, app = pack_modules(_FILES / "js", "first.js", "main.js")
        (embed,) = pack_modules(_FILES / "js", "embed.js")
        return {
            "first.js": first,
            "app.js": app,
            "embed.js": embed,
            "app.css": pack_styles(_FILES / "css", _STYLES),
            _MARK: Packed((_FILES / _MARK).read_bytes(), "image/svg+xml"),
        }
    except (BundleError, OSError) as error:
        raise ConsoleError(f"The console's files cannot be read: {error}. Install the package again.") from error


def _page(files: dict[str, Packed], name: str, root: str) -> Packed:
    """A page below the path `root`. Its files are named with their digest, so that a browser may keep them for good."""
    text = (_FILES / name).read_text("utf-8")
    for each, packed in files.items():
        text = text.replace(f'"/console/{each}"', f'"/console/{each}?v={packed.digest}"')
    text = _PATH.sub(rf"\1{root}/", text).replace("<html ", f'<html data-root="{root}" ', 1)
    return Packed(text.encode(), "text/html")


def _policy(framed_by: Iterable[str]) -> str:
    return _POLICY + (" ".join(framed_by) or "'none'")


def sent(packed: Packed, policy: str | None = None) -> Response:
    """A file as a response, compressed for whoever takes it so; a browser asks again whether it is still the same.

    `policy` is what a browser lets a page do.
    """
    response = Response(mimetype=packed.mimetype)
    if policy is not None:
        response.headers["Content-Security-Policy"] = policy
        response.headers["Referrer-Policy"] = "no-referrer"
    compressed = request.accept_encodings.quality("gzip") > 0
    response.set_data(packed.gzip if compressed else packed.plain)
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.cache_control.no_cache = True
    response.set_etag(f"{packed.digest}-{'gzip' if compressed else 'plain'}")
    response.make_conditional(request)
    del response.headers["Date"]  # the server sends one with every response
    return response
