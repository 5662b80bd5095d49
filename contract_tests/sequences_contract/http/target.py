"""The one way to the target: keys, rate, timeouts, patience with 429 and broken connections, observers, and the pace."""

import copy
import json as json_text
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlencode

import httpx

from .connection import open_client
from .keys import UNKNOWN_KEY
from .messages import Request, Response
from .redaction import hidden_keys, hide
from .settling import Settling

#: How long a target may put a request off with 429, in seconds.
PATIENCE_SECONDS = 120
#: How often a request is sent again whose connection broke, where sending it twice does no other than sending it once.
RESENDS = 4
_NOTHING: Any = object()

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
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.keys = dict(keys)
        self.observers: list[Callable[[Response], None]] = []
        self._headers = tuple(headers)
        self._interval = 1 / rate
        self._timeout = timeout
        self._turn = threading.Lock()
        self._next_turn = 0.0
        self._took: deque[float] = deque([0.0], maxlen=24)
        self.settling = Settling()
        self._open = partial(open_client, self.url, ca_bundle=ca_bundle, timeout=timeout, transport=transport)
        self._client = self._open()

    def close(self) -> None:
        self._client.close()

    @contextmanager
    def connected_anew(self) -> Iterator[Self]:
        """The same target by connections of its own, which end with the block."""
        other = copy.copy(self)
        other._client = self._open()  # noqa: SLF001 - it is one of these
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
        if method != "GET" and response.status < 300:
            self.settling.wrote()
        self._took.append(time.monotonic() - began)
        return response

    @property
    def pace(self) -> float:
        """How long a response takes at present, in seconds: the longest of the last ones, turns and 429 included."""
        return max(self._took)

    def _patiently(self, request: Request, resend: bool) -> Response:
        waiting, broken = Patience(), 0
        while True:
            try:
                response = self._exchange(request)
            except BrokenConnection as error:
                broken += 1
                if broken > RESENDS or (error.sent and not resend):
                    raise
                continue
            for observe in self.observers:
                observe(response)
            if response.status != 429:
                return response
            if not waiting.wait(response.headers):
                raise PutOff(request, f"429 for more than {PATIENCE_SECONDS} s; give --rate")

    def _exchange(self, request: Request) -> Response:
        self.await_turn()
        token = self.keys.get(request.role, UNKNOWN_KEY) if request.role else UNKNOWN_KEY
        values = [value.replace("{key}", token).replace("{KEY}", token.upper()) for value in request.authorizations]
        headers = [*(("Authorization", value) for value in values), *request.headers, *self._headers]
        built = self._client.build_request(
            request.method, request.url, headers=[(n.encode(), v.encode()) for n, v in headers], content=request.body
        )
        began = time.monotonic()
        try:
            got = self._client.send(built)
        except httpx.TimeoutException as error:
            raise TargetError(request, self._explain(error)) from None
        except httpx.HTTPError as error:
            raise BrokenConnection(request, self._explain(error), not isinstance(error, httpx.ConnectError)) from None
        return Response(request, got.status_code, got.headers, got.content, began, time.monotonic(), self.redact)

    def await_turn(self) -> None:
        """Waits until the rate allows one more request."""
        if not self._interval:
            return
        with self._turn:
            now = time.monotonic()
            pause = self._next_turn - now
            self._next_turn = max(now, self._next_turn) + self._interval
        if pause > 0:
            time.sleep(pause)

    def _explain(self, error: httpx.HTTPError) -> str:
        if isinstance(error, httpx.ConnectTimeout):
            return f"no connection within {self._timeout:g} s"
        if isinstance(error, httpx.TimeoutException):
            return f"no complete response within {self._timeout:g} s"
        if isinstance(error, httpx.ConnectError):
            return f"cannot connect: {error}"
        return f"the connection broke: {error or type(error).__name__}"


class Patience:
    """The waiting for a target that puts a request off."""

    def __init__(self) -> None:
        self._end = time.monotonic() + PATIENCE_SECONDS
        self._unnamed = 0.25

    def wait(self, headers: Mapping[str, str]) -> bool:
        """Waits as long as a 429 asks for, or longer each time that it does not say; False once patience is at its end."""
        self._unnamed *= 2
        seconds = max(retry_after(headers), 0.05) if "retry-after" in headers else min(self._unnamed, 15)
        if time.monotonic() + seconds > self._end:
            return False
        time.sleep(seconds)
        return True


def retry_after(headers: Mapping[str, str]) -> float:
    """The seconds of a header Retry-After, which may be a date: they count from the header Date. 1 if it is neither."""
    value = headers["retry-after"]
    if value.isascii() and value.isdigit():
        return int(value)
    try:
        until = parsedate_to_datetime(value)
        now = parsedate_to_datetime(headers["date"]) if "date" in headers else datetime.now(UTC)
        return (until - now).total_seconds()
    except (ValueError, TypeError):
        return 1


def _pairs(query: Mapping[str, str | int] | Sequence[tuple[str, str | int]]) -> list[tuple[str, str | int]]:
    return list(query.items()) if isinstance(query, Mapping) else list(query)
