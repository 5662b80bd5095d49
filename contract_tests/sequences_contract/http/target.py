"""The one way to the target: keys, rate, timeouts, patience with 429, and observers of every response."""

import json as json_text
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from .connection import open_client
from .keys import UNKNOWN_KEY
from .messages import Request, Response
from .redaction import hidden_keys, hide

#: How long a target may put a request off with 429 and Retry-After, in seconds.
PATIENCE_SECONDS = 120
_NOTHING: Any = object()

Query = Mapping[str, str | int] | Sequence[tuple[str, str | int]] | str


class TargetError(Exception):
    """The target gave no response to a request."""

    def __init__(self, request: Request, problem: str) -> None:
        super().__init__(problem)
        self.request = request
        self.problem = problem


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
        self._client = open_client(self.url, ca_bundle=ca_bundle, timeout=timeout, transport=transport)

    def close(self) -> None:
        self._client.close()

    def redact(self, text: str) -> str:
        """`text` with every key replaced by the name of its variable."""
        return hide(text, hidden_keys(self.keys))

    def call(
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
    ) -> Response:
        """Sends a request and returns its response; a 429 that says how long is waited for. Raises TargetError without one.

        `authorizations` replaces the header made from `key`; `{key}` in it stands for that key's token.
        """
        if json is not _NOTHING:
            content = json_text.dumps(json).encode()
            headers = [("Content-Type", "application/json"), *headers]
        if authorizations is None:
            authorizations = () if key is None else ("Bearer {key}",)
        text = query if isinstance(query, str) else urlencode(_pairs(query), quote_via=quote)
        full = path + (f"?{text}" if text else "")
        request = Request(method, self.url + full, full, key, tuple(authorizations), tuple(headers), content)
        return self._patiently(request)

    def _patiently(self, request: Request) -> Response:
        patience = time.monotonic() + PATIENCE_SECONDS
        while True:
            response = self._exchange(request)
            for observe in self.observers:
                observe(response)
            wait = retry_after(response.headers.get("Retry-After", ""))
            if response.status != 429 or wait is None or time.monotonic() + wait > patience:
                return response
            time.sleep(max(wait, 0.05))

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
        except httpx.HTTPError as error:
            raise TargetError(request, self._explain(error)) from None
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


def retry_after(value: str) -> int | None:
    """The whole seconds of a header Retry-After, or None when it is missing or something else."""
    return int(value) if value.isascii() and value.isdigit() else None


def _pairs(query: Mapping[str, str | int] | Sequence[tuple[str, str | int]]) -> list[tuple[str, str | int]]:
    return list(query.items()) if isinstance(query, Mapping) else list(query)
