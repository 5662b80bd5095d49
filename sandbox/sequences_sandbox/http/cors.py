"""CORS: which pages of other origins may call the API from a browser."""

import re
from collections.abc import Iterable
from typing import Final

from .request.context import RequestContext
from .responses import Headers, Response

_EXPOSED: Final = (
    b"X-Request-Id, Allow, Retry-After, WWW-Authenticate, X-Sandbox-Fault, "
    b"RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"
)
_EXPOSES: Final = (b"access-control-expose-headers", _EXPOSED)
_VARIES: Final = (b"vary", b"Origin")
_DEFAULT_HEADERS: Final = b"Authorization, Content-Type"
_MAX_AGE: Final = b"600"
_ANY: Final = "*"
_CALLER: Final = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]+)?")
_UNSAID: Final = {"http": ":80", "https": ":443"}
"""The ports that browsers leave out of an origin."""


def parse_caller(text: str) -> str:
    """An origin whose pages may call, as browsers send it, such as https://app.example; `*` is any. Raises ValueError."""
    origin = text.lower()
    if origin == _ANY:
        return origin
    if not _CALLER.fullmatch(origin):
        raise ValueError(
            f"{text!r} is no origin; give scheme and host and no path, such as https://app.example, or * for any"
        )
    return origin.removesuffix(_UNSAID.get(origin.partition(":")[0], ""))


class Cors:
    """The origins that may call what is under a path; `*` is any.

    A key travels in a header and never in a cookie, so any origin is safe.
    """

    def __init__(self, origins: Iterable[str], under: str) -> None:
        self._under: Final = under.encode() + b"/"
        self._origins: Final = frozenset(origin.encode("latin-1") for origin in origins)
        self._any: Final = _ANY.encode() in self._origins

    def headers(self, context: RequestContext) -> Headers:
        """The headers that let the page of an allowed origin read the response, and tell caches that others may not."""
        if not self._origins or not context.is_under(self._under):
            return []
        sent = context.header(b"origin")
        origin = None if sent is None else sent.encode("latin-1")
        if self._any:
            return [_VARIES] if origin is None else [(b"access-control-allow-origin", b"*"), _VARIES, _EXPOSES]
        if origin not in self._origins:
            return [_VARIES]
        return [(b"access-control-allow-origin", origin), _VARIES, _EXPOSES]

    def options(self, context: RequestContext, methods: list[str]) -> Response:
        """The response to OPTIONS: the path's methods, and for a preflight of an allowed origin what it may send."""
        allow = ", ".join(methods).encode()
        headers: Headers = [(b"allow", allow)]
        if b"access-control-request-method" in context and _EXPOSES in self.headers(context):
            asked = context.header(b"access-control-request-headers")
            wanted = _DEFAULT_HEADERS if asked is None else asked.encode("latin-1")
            headers += [
                (b"access-control-allow-methods", allow),
                (b"access-control-allow-headers", wanted),
                (b"access-control-max-age", _MAX_AGE),
            ]
        return Response(204, b"", headers)
