"""A proxy between an integration and a server: it passes everything on as it comes, and keeps what passed."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from ..http.connection import way_to

#: How much of a body is kept. The rest passes all the same.
KEPT_BODY = 2 * 1024 * 1024
#: What holds between two programs only (RFC 9110, section 7.6.1), and what the connection onwards has of its own.
_OF_A_CONNECTION = {
    b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"host",
}  # fmt: skip
_CONNECTS_IN, _SILENT_FOR = 10.0, 300.0
TIMEOUT = httpx.Timeout(_SILENT_FOR, connect=_CONNECTS_IN)

Headers = list[tuple[bytes, bytes]]


@dataclass
class Passed:
    """What passed: a request, and as much of a response as came. `status` is 0 where none came.

    `whole` says whether the response came to its end and is kept entirely. `began` is a time of day, `seconds` how long
    it took until the last byte came.
    """

    method: str
    url: str
    headers: Headers
    began: datetime
    clock: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    body: bytearray = field(default_factory=bytearray)
    status: int = 0
    response_headers: Headers = field(default_factory=list)
    response_body: bytearray = field(default_factory=bytearray)
    whole: bool = False
    problem: str = ""

    def came(self) -> None:
        """Something came from the server just now, before the client knows."""
        self.seconds = time.monotonic() - self.clock


class Proxy:
    """An ASGI application. `observe` is told of each exchange once it has passed."""

    def __init__(self, to: str, client: httpx.AsyncClient, observe: Callable[[Passed], None]) -> None:
        parts = urlsplit(to)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._client, self._observe = client, observe

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        passed = Passed(
            scope["method"], f"{self._origin}/{target.removeprefix('/')}", scope["headers"], datetime.now(UTC)
        )
        try:
            await self._until_the_client_leaves(passed, target, receive, send)
        finally:
            self._observe(passed)

    async def _live(self, receive: Any, send: Any) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await self._client.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    async def _until_the_client_leaves(self, passed: Passed, target: str, receive: Any, send: Any) -> None:
        sent = asyncio.Event()
        passing = asyncio.ensure_future(self._pass(passed, target, _body(receive, passed, sent), send))
        leaving = asyncio.ensure_future(_left(receive, sent))
        try:
            await asyncio.wait((passing, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (leaving, passing):
                task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await passing

    async def _pass(self, passed: Passed, target: str, body: AsyncIterator[bytes], send: Any) -> None:
        names = {name for name, _ in passed.headers}
        with_body = not names.isdisjoint((b"content-length", b"transfer-encoding"))
        try:
            request = httpx.Request(
                passed.method, passed.url, headers=_onwards(passed.headers), content=body if with_body else None,
                extensions={"target": target.encode("latin-1"), "timeout": TIMEOUT.as_dict()},
            )  # fmt: skip
        except httpx.InvalidURL as error:
            passed.problem = f"{self._origin} cannot be asked: {error}"
            await _report(passed.problem, send)
            return
        if not with_body:
            async for _ in body:
                pass
        try:
            response = await self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            passed.problem = (
                f"{self._origin} gave no response{way_to(self._origin)}: {str(error) or type(error).__name__}"
            )
            await _report(passed.problem, send)
            return
        try:
            await self._respond(passed, response, send)
        except httpx.HTTPError as error:
            passed.problem = f"{self._origin} broke off: {str(error) or type(error).__name__}"
            raise  # so that the client sees it break off too
        finally:
            await response.aclose()

    async def _respond(self, passed: Passed, response: httpx.Response, send: Any) -> None:
        passed.came()
        passed.status, passed.response_headers = response.status_code, response.headers.raw
        headers = _onwards(passed.response_headers)
        await send({"type": "http.response.start", "status": passed.status, "headers": headers})
        async for piece in response.aiter_raw():
            passed.came()
            _keep(passed.response_body, piece)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        passed.whole = len(passed.response_body) <= KEPT_BODY
        await send({"type": "http.response.body"})


def _keep(kept: bytearray, piece: bytes) -> None:
    """Keeps one byte more than is asked for at most, which says that there was more."""
    kept += piece[: max(0, KEPT_BODY + 1 - len(kept))]


async def _body(receive: Any, passed: Passed, sent: asyncio.Event) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        piece = message.get("body", b"")
        _keep(passed.body, piece)
        if message["type"] == "http.disconnect":
            raise httpx.ReadError("the client left")
        if piece:
            yield piece
    sent.set()


async def _left(receive: Any, sent: asyncio.Event) -> None:
    await sent.wait()
    while (await receive())["type"] != "http.disconnect":
        pass


def _onwards(headers: Headers) -> Headers:
    """The headers that are passed on."""
    named = b",".join(value for name, value in headers if name.lower() == b"connection").lower()
    dropped = _OF_A_CONNECTION | {name.strip() for name in named.split(b",")}
    return [(name, value) for name, value in headers if name.lower() not in dropped]


async def _report(problem: str, send: Any) -> None:
    text = f"sequences-contract proxy: {problem}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": 502, "headers": headers})
    await send({"type": "http.response.body", "body": text})
