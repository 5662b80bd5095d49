"""How an injected fault is carried out: a response late, in drops, corrupt, broken off, or none at all.

Nothing here holds anything up but the response itself. The request was carried out at once, unless the fault short-circuits
it; what is late is its response. Whoever goes away while a response is late ends it.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from ...traffic.fault_header import NAME
from ...traffic.faults import BodyFault, Injection
from ..request.context import until_gone
from ..responses import Response, build_error_response

DROP: Final = "sequences_sandbox.drop"
"""The extension of an ASGI scope by which a server lets its connection be dropped, and the name under which it holds a
function that takes whether the client is to see a reset, else what was sent so far and then the end."""

NO_RESPONSE: Final = 0
"""The status of a response that is not sent."""

_MARK: Final = NAME.lower().encode()
_MOST_DROPS: Final = 50
_HTML: Final = b"""<!DOCTYPE html>
<html><head><title>Injected fault</title></head>
<body><h1>This is not JSON</h1><p>A proxy might have sent it.</p></body></html>
"""
_TYPES: Final[Mapping[int, str]] = {
    401: "UnauthorizedIssue", 403: "UnauthorizedIssue", 404: "NotFoundIssue", 409: "CommitIssue", 422: "BusinessIssue",
    429: "RateLimitIssue",
}  # fmt: skip


class ConnectionDropped(Exception):
    """Tells a server without the extension `DROP` that the connection is to break."""


def short_circuit(inject: Injection, request_id: str, trace: Mapping[str, str] | None) -> Response:
    """The response to a request that is not carried out: an error in the contract's form, or none."""
    effect = inject.effect
    if effect.status is None or effect.close == "before":
        return Response(NO_RESPONSE, b"", [])
    status = effect.status
    kind = effect.type or _TYPES.get(status, "InternalIssue" if status >= 500 else "ValidationIssue")
    message = effect.message or f"The sandbox injected this fault: {status} {_phrase(status)}".rstrip() + "."
    retry_after = 1 if effect.retry_after is None and status == 429 else effect.retry_after
    data: dict[str, Any] = {}
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}
    if retry_after is not None:
        data["retry_after_seconds"] = retry_after
        headers["retry-after"] = str(retry_after)
    return build_error_response(status, kind, message, request_id, data, headers, trace)


def corrupt(response: Response, inject: Injection) -> None:
    """Makes of a response what an injection leaves of it, and marks it."""
    if response.status == NO_RESPONSE:
        return
    kept = [pair for pair in response.headers if pair[0] not in (b"content-length", b"content-type")]
    was = dict(response.headers)
    response.body, media_type = _corrupted(response.body, inject.effect.body, was.get(b"content-type"))
    if media_type is not None:
        kept.append((b"content-type", media_type))
    if response.body or b"content-length" in was:
        kept.append((b"content-length", b"%d" % len(response.body)))
    response.headers[:] = [*kept, (_MARK, inject.label.encode())]


async def send_injected(response: Response, inject: Injection, scope: Scope, receive: Receive, send: Send) -> None:
    """Sends a response late, in drops or broken off. Raises ConnectionDropped where the server cannot break it."""
    client = _Client(scope, receive)
    try:
        body = b"" if scope["method"] == "HEAD" else response.body
        midway = inject.effect.close == "midway"
        if not await client.stays(for_seconds=(inject.milliseconds or 0) / 1000):
            return
        if response.status == NO_RESPONSE or (midway and len(body) < 2):
            await client.drop(reset=True)
            return
        await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
        for drop, pause in _drops(body[: len(body) // 2] if midway else body, inject.effect.drip_seconds):
            if not await client.stays(for_seconds=pause):
                return
            await send({"type": "http.response.body", "body": drop, "more_body": True})
        if midway:
            await client.drop(reset=False)
        else:
            await send({"type": "http.response.body", "body": b""})
    finally:
        client.forget()


class _Client:
    """The client of a response under way: whether it is still there, and the end of its connection."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._drop: Final[Callable[[bool], None] | None] = scope.get("extensions", {}).get(DROP, {}).get(DROP)
        self._gone: Final = asyncio.ensure_future(until_gone(receive))

    async def stays(self, *, for_seconds: float) -> bool:
        """Waits; False as soon as the client is gone."""
        if for_seconds > 0:
            await asyncio.wait({self._gone}, timeout=for_seconds)
        return not self._gone.done()

    async def drop(self, *, reset: bool) -> None:
        """Breaks the connection."""
        if self._drop is None:
            raise ConnectionDropped
        self._drop(reset)
        # The server must know that the client is gone before it sees that the response stays unfinished.
        await self._gone

    def forget(self) -> None:
        """No longer looks whether the client is there."""
        self._gone.cancel()


def _drops(body: bytes, seconds: float | None) -> Iterator[tuple[bytes, float]]:
    """The pieces of a body, and how long to wait before each."""
    if not seconds:
        yield body, 0
        return
    count = max(1, min(len(body), _MOST_DROPS))
    for number in range(count):
        yield body[len(body) * number // count : len(body) * (number + 1) // count], seconds / count


def _corrupted(body: bytes, how: BodyFault | None, media_type: bytes | None) -> tuple[bytes, bytes | None]:
    """A body and its media type, corrupted."""
    match how:
        case "empty":
            return b"", media_type
        case "truncated":
            return body[: len(body) // 2], media_type
        case "html":
            return _HTML, b"text/html; charset=utf-8"
        case None:
            return body, media_type


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
