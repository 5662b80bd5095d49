"""One request on its way through the server, and the reading of its body within limits."""

from dataclasses import dataclass, field
from typing import Final

from starlette.types import Receive, Scope

from ...store.base import KeyRecord
from ...traffic.faults import Injection
from ..responses import Headers
from .body import MOST_BYTES, too_large

_REPEATED: Final = b"\0repeated"


class ClientGone(Exception):
    """The client closed the connection before its request was read."""


@dataclass(slots=True)
class RequestContext:
    """A request as it came, and what became known of it on the way.

    `wall` is the machine's time at which it came, `strike` what befalls it, `marks` further headers of its answer.
    """

    request_id: str
    wall: int
    method: str
    raw_path: bytes
    query: bytes
    headers: dict[bytes, bytes]
    body: bytes = b""
    body_read: bool = False
    operation_id: str | None = None
    key: KeyRecord | None = None
    inject: Injection | None = None
    marks: Headers = field(default_factory=list)

    @classmethod
    def of(cls, scope: Scope, request_id: str, wall: int) -> "RequestContext":
        """The exchange of an ASGI scope."""
        headers = dict(scope["headers"])
        if len(headers) != len(scope["headers"]):
            _mark_repeated(headers, scope["headers"])
        raw_path = scope.get("raw_path") or scope["path"].encode()
        return cls(request_id, wall, scope["method"], raw_path, scope["query_string"], headers)

    def header(self, name: bytes) -> str | None:
        """A header's value, None when absent. A repeated Authorization, Content-Type or Host is of no use."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    async def read_body(self, receive: Receive) -> bytes:
        """The body. Raises TooLargeIssue beyond the limit, before more than the limit was kept."""
        declared = self.headers.get(b"content-length")
        if declared is not None and declared.isdigit() and (len(declared) > 18 or int(declared) > MOST_BYTES):
            raise too_large()
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > MOST_BYTES:
                raise too_large()
            chunks.append(chunk)
            if not message.get("more_body", False):
                self.body = b"".join(chunks)
                self.body_read = True
                return self.body


async def until_gone(receive: Receive) -> None:
    """Returns when the client has closed the connection; a body that is still to come is dropped."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _mark_repeated(headers: dict[bytes, bytes], pairs: list[tuple[bytes, bytes]]) -> None:
    for name in (b"authorization", b"content-type", b"host"):
        if sum(1 for key, _ in pairs if key == name) > 1:
            headers[name] = _REPEATED
