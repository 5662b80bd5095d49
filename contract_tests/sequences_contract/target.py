"""The one way to the target: keys, rate, timeouts, patience with 429, and a record of every exchange."""

from __future__ import annotations

import json as json_text
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from .exchange import UNKNOWN_KEY, Answer, Sent
from .redaction import hidden_keys, hide
from .settings import Settings

#: How long a target may put a request off with 429 and Retry-After, in seconds.
PATIENCE_SECONDS = 120
_NOTHING: Any = object()

Query = Mapping[str, str | int] | Sequence[tuple[str, str | int]] | str


class TargetError(Exception):
    """The target gave no answer to a request. `sent` is that request."""

    def __init__(self, sent: Sent, problem: str) -> None:
        super().__init__(problem)
        self.sent = sent
        self.problem = problem


class Target:
    """A server under test. Safe to use from several threads."""

    def __init__(self, settings: Settings, *, transport: httpx.BaseTransport | None = None) -> None:
        self.url = settings.url.rstrip("/")
        self.keys = dict(settings.keys)
        self.observers: list[Callable[[Answer], None]] = []
        self._headers = settings.headers
        self._interval = 1 / settings.rate
        self._timeout = settings.timeout
        self._turn = threading.Lock()
        self._next_turn = 0.0
        verify: ssl.SSLContext | bool = True
        if settings.ca_bundle is not None:
            verify = ssl.create_default_context(cafile=str(settings.ca_bundle))
        limits = httpx.Limits(max_connections=32, keepalive_expiry=1.0)
        self._client = httpx.Client(
            timeout=settings.timeout, verify=verify, limits=limits, transport=transport, follow_redirects=False
        )

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
    ) -> Answer:
        """Sends one request and returns its answer; a 429 that says how long is waited out.

        `authorizations` replaces the header made from `key`; `{key}` in it stands for that key's token.
        Raises TargetError when no answer comes.
        """
        if json is not _NOTHING:
            content = json_text.dumps(json).encode()
            headers = [("Content-Type", "application/json"), *headers]
        if authorizations is None:
            authorizations = () if key is None else ("Bearer {key}",)
        text = query if isinstance(query, str) else urlencode(_pairs(query), quote_via=quote)
        full = path + (f"?{text}" if text else "")
        sent = Sent(method, self.url + full, full, key, tuple(authorizations), tuple(headers), content)
        return self._patiently(sent)

    def _patiently(self, sent: Sent) -> Answer:
        patience = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self._exchange(sent)
            for observe in self.observers:
                observe(answer)
            wait = retry_after(answer.headers.get("Retry-After", ""))
            if answer.status != 429 or wait is None or time.monotonic() + wait > patience:
                return answer
            time.sleep(max(wait, 0.05))

    def _exchange(self, sent: Sent) -> Answer:
        self.await_turn()
        token = self.keys.get(sent.role, UNKNOWN_KEY) if sent.role else UNKNOWN_KEY
        values = [value.replace("{key}", token).replace("{KEY}", token.upper()) for value in sent.authorizations]
        headers = [("Authorization", value) for value in values]
        headers += [*sent.headers, *self._headers]
        request = self._client.build_request(
            sent.method, sent.url, headers=[(n.encode(), v.encode("utf-8")) for n, v in headers], content=sent.body
        )
        began = time.monotonic()
        try:
            response = self._client.send(request)
        except httpx.HTTPError as error:
            raise TargetError(sent, self._explain(error)) from None
        ended = time.monotonic()
        return Answer(sent, response.status_code, response.headers, response.content, began, ended, self.redact)

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
            return f"no complete answer within {self._timeout:g} s"
        if isinstance(error, httpx.ConnectError):
            return f"cannot connect: {error}"
        return f"the connection broke: {error or type(error).__name__}"


def retry_after(value: str) -> int | None:
    """The whole seconds of a header Retry-After, or None when it is missing or something else."""
    return int(value) if value.isascii() and value.isdigit() else None


def _pairs(query: Mapping[str, str | int] | Sequence[tuple[str, str | int]]) -> list[tuple[str, str | int]]:
    return list(query.items()) if isinstance(query, Mapping) else list(query)
