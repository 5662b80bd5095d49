"""How a struck answer is made and sent: late, in drops, disfigured, broken off, or not at all.

Nothing here holds anything up but the answer itself. The request was carried out at once, unless it was to be spared; what
is late is its answer. Whoever goes away while an answer is late ends it.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from ...traffic.fault_header import NAME
from ...traffic.faults import Body, Injection
from ..request.context import until_gone
from ..responses import Response, build_error_response

DROP: Final = "sequences_sandbox.drop"
"""The extension of an ASGI scope by which a server lets its connection be dropped, and the name under which it holds a
function that is told whether the client is to see a reset, else what was sent so far and then the end."""

NO_ANSWER: Final = 0
"""The status of an answer that is not sent."""

_MARK: Final = NAME.lower().encode()
_MOST_DROPS: Final = 50
_HTML: Final = b"""<!DOCTYPE html>
<html><head><title>Fault of the sandbox</title></head>
<body><h1>This is not JSON</h1><p>A proxy on the way might have answered so.</p></body></html>
"""
_TYPES: Final[Mapping[int, str]] = {
    401: "UnauthorizedIssue", 403: "UnauthorizedIssue", 404: "NotFoundIssue", 409: "CommitIssue", 422: "BusinessIssue",
    429: "RateLimitIssue",
}  # fmt: skip


class ConnectionDropped(Exception):
    """Tells a server without the extension `DROP` that the connection is to break."""


def short_circuit(inject: Injection, request_id: str) -> Response:
    """The answer to a request that is not carried out: a refusal in the contract's form, or none."""
    effect = inject.effect
    if effect.status is None or effect.close == "before":
        return Response(NO_ANSWER, b"", [])
    status = effect.status
    kind = effect.type or _TYPES.get(status, "InternalIssue" if status >= 500 else "ValidationIssue")
    message = effect.message or f"A fault of the sandbox answers {status} {_phrase(status)}.".replace(" .", ".")
    retry_after = 1 if effect.retry_after is None and status == 429 else effect.retry_after
    data: dict[str, Any] = {}
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}
    if retry_after is not None:
        data["retry_after_seconds"] = retry_after
        headers["retry-after"] = str(retry_after)
    return build_error_response(status, kind, message, request_id, data, headers)


def corrupt(answer: Response, inject: Injection) -> None:
    """Makes of an answer what a strike leaves of it, and marks it."""
    if answer.status == NO_ANSWER:
        return
    kept = [pair for pair in answer.headers if pair[0] not in (b"content-length", b"content-type")]
    was = dict(answer.headers)
    answer.body, media_type = _corrupted(answer.body, inject.effect.body, was.get(b"content-type"))
    if media_type is not None:
        kept.append((b"content-type", media_type))
    if answer.body or b"content-length" in was:
        kept.append((b"content-length", b"%d" % len(answer.body)))
    answer.headers[:] = [*kept, (_MARK, inject.label.encode())]


async def send_injected(answer: Response, inject: Injection, scope: Scope, receive: Receive, send: Send) -> None:
    """Sends a struck answer. Raises DroppedError where the connection is to break and the server offers no way."""
    client = _Client(scope, receive)
    try:
        body = b"" if scope["method"] == "HEAD" else answer.body
        midway = inject.effect.close == "midway"
        if not await client.stays(for_seconds=(inject.milliseconds or 0) / 1000):
            return
        if answer.status == NO_ANSWER or (midway and len(body) < 2):
            await client.drop(reset=True)
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
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
    """The client of an answer under way: whether it is still there, and the end of its connection."""

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
        # The server must know that the client is gone before it sees that the answer stays unfinished.
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


def _corrupted(body: bytes, how: Body | None, media_type: bytes | None) -> tuple[bytes, bytes | None]:
    """A body and its media type, disfigured."""
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
