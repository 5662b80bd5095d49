"""The one way to the target: keys, timeouts, patience with 429 and broken connections, and observers."""

import contextlib
import copy
import json as json_text
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlencode

import httpx

from .. import __version__
from . import pacing, tally
from .connection import Transports, way_to
from .keys import UNKNOWN_KEY
from .messages import Request, Response
from .redaction import hidden_keys, hide
from .settling import Settling

#: How often a request is sent again whose connection broke, where sending it twice does no other than sending it once.
RESENDS = 4
_NOTHING: Any = object()
_READS = ("GET", "HEAD", "OPTIONS")
#: Headers that a request has unless it has others of that name.
_USUAL = (
    ("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate"), ("Connection", "keep-alive"),
    ("User-Agent", f"sequences-contract/{__version__}"),
)  # fmt: skip

Query = Mapping[str, str | int] | Sequence[tuple[str, str | int]] | str


class TargetError(Exception):
    """The target gave no response to a request."""

    def __init__(self, request: Request, problem: str) -> None:
        super().__init__(problem)
        self.request = request
        self.problem = problem


class BrokenConnection(TargetError):
    """The connection ended before the response did. If the request was `sent`, nobody knows whether it was carried out."""

    def __init__(self, request: Request, problem: str, sent: bool) -> None:
        super().__init__(request, problem)
        self.sent = sent


class PutOff(TargetError):
    """The target limits its caller for longer than patience lasts. That says nothing about any rule."""


class Target:
    """A server under test. Safe to use from several threads. Raises ConnectionSettingsError."""

    def __init__(
        self,
        url: str,
        keys: Mapping[str, str],
        *,
        headers: Sequence[tuple[str, str]] = (),
        ca_bundle: Path | None = None,
        timeout: float = 10.0,
        rate: float = math.inf,
        in_flight: float = math.inf,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.keys = dict(keys)
        self.observers: list[Callable[[Response], None]] = []
        self.pacing = pacing.Pacing(rate, in_flight)
        self._headers = tuple(headers)
        self._timeout = timeout
        self.settling = Settling()
        self._connect = partial(Transports, self.url, ca_bundle=ca_bundle, given=transport)
        self._transports = self._connect()

    def close(self) -> None:
        self._transports.close()

    def for_keys(self, keys: Mapping[str, str]) -> Self:
        """The same target for other keys; connections, observers and pacing are shared."""
        other = copy.copy(self)
        other.keys = dict(keys)
        return other

    @contextlib.contextmanager
    def connected_anew(self) -> Iterator[Self]:
        """The same target by connections of its own, which end with the block."""
        other = copy.copy(self)
        other._transports = self._connect()  # noqa: SLF001 - it is one of these
        try:
            yield other
        finally:
            other.close()

    def redact(self, text: str) -> str:
        """`text` with every key replaced by the name of its variable."""
        return hide(text, hidden_keys(self.keys))

    def call(  # noqa: PLR0913 - what a request is made of
        self,
        method: str,
        path: str,
        *,
        key: str | None = "key",
        query: Query = (),
        json: Any = _NOTHING,
        content: bytes | None = None,
        headers: Sequence[tuple[str, str]] = (),
        authorizations: Sequence[str] | None = None,
        resend: bool | None = None,
    ) -> Response:
        """Sends a request and returns its response; a 429 is waited for. Raises TargetError without a response.

        `authorizations` replaces the header made from `key`; `{key}` in it stands for that key's token. `resend` says
        whether the request is sent again where its connection broke; unless given, anything but POST is.
        """
        if json is not _NOTHING:
            content = json_text.dumps(json).encode()
            headers = [("Content-Type", "application/json"), *headers]
        if authorizations is None:
            authorizations = () if key is None else ("Bearer {key}",)
        text = query if isinstance(query, str) else urlencode(_pairs(query), quote_via=quote)
        full = path + (f"?{text}" if text else "")
        request = Request(method, self.url + full, full, key, tuple(authorizations), tuple(headers), content)
        if method == "GET":
            self.settling.wait()
        began = time.monotonic()
        response = self._patiently(request, method != "POST" if resend is None else resend)
        if method not in _READS and response.status < 300:
            self.settling.wrote()
        self.pacing.note(time.monotonic() - began)
        return response

    def observe(self, response: Response) -> None:
        """Counts a response, and shows it to all who look at every one."""
        tally.count()
        for observe in self.observers:
            observe(response)

    def _patiently(self, request: Request, resend: bool) -> Response:
        waiting, broken = pacing.Patience(self.pacing), 0
        while True:
            try:
                response = self._exchange(request)
            except BrokenConnection as error:
                broken += 1
                if broken > RESENDS or (error.sent and not resend):
                    raise
                continue
            self.observe(response)
            if response.status != 429:
                return response
            if not waiting.wait(response.headers):
                raise PutOff(request, f"429 for more than {pacing.PATIENCE_SECONDS} s; give --rate")

    def _exchange(self, request: Request) -> Response:
        token = self.keys.get(request.role, UNKNOWN_KEY) if request.role else UNKNOWN_KEY
        values = [value.replace("{key}", token).replace("{KEY}", token.upper()) for value in request.authorizations]
        headers = [*(("Authorization", value) for value in values), *request.headers, *self._headers]
        named = {name.lower() for name, _ in headers}
        headers += [(name, value) for name, value in _USUAL if name.lower() not in named]
        built = httpx.Request(
            request.method, request.url, headers=[(n.encode(), v.encode()) for n, v in headers], content=request.body,
            extensions={"timeout": httpx.Timeout(self._timeout, pool=None).as_dict()},
        )  # fmt: skip
        try:
            with self.pacing.turn(), self._transports.one() as transport:
                began = time.monotonic()
                with contextlib.closing(transport.handle_request(built)) as got:
                    got.read()
                ended = time.monotonic()
        except httpx.TimeoutException as error:
            raise TargetError(request, self._explain(error)) from None
        except httpx.HTTPError as error:
            raise BrokenConnection(request, self._explain(error), not isinstance(error, httpx.ConnectError)) from None
        return Response(request, got.status_code, got.headers, got.content, began, ended, self.redact)

    def _explain(self, error: httpx.HTTPError) -> str:
        way = way_to(self.url)
        if isinstance(error, httpx.ConnectTimeout):
            return f"no connection within {self._timeout:g} s{way}"
        if isinstance(error, httpx.TimeoutException):
            return f"no complete response within {self._timeout:g} s{way}"
        if isinstance(error, httpx.ConnectError | httpx.ProxyError):
            return f"cannot connect{way}: {error}"
        return f"the connection{way} broke: {str(error) or type(error).__name__}"


def _pairs(query: Mapping[str, str | int] | Sequence[tuple[str, str | int]]) -> list[tuple[str, str | int]]:
    return list(query.items()) if isinstance(query, Mapping) else list(query)
