"""One request on its way through the server, and the reading of its body within limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.types import Receive, Scope

from ..store.base import KeyRecord
from .body import MOST_BYTES, too_large

_REPEATED: Final = b"\0repeated"


class ClientGone(Exception):
    """The client closed the connection before its request was read."""


@dataclass(slots=True)
class Exchange:
    """A request as it came, and what became known of it on the way."""

    request_id: str
    method: str
    raw_path: bytes
    query: bytes
    headers: Mapping[bytes, bytes]
    body: bytes = b""
    operation_id: str | None = None
    key: KeyRecord | None = None
    values: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, scope: Scope, request_id: str) -> "Exchange":
        """The exchange of an ASGI scope."""
        headers = dict(scope["headers"])
        if len(headers) != len(scope["headers"]):
            _mark_repeated(headers, scope["headers"])
        raw_path = scope.get("raw_path") or scope["path"].encode()
        return cls(request_id, scope["method"], raw_path, scope["query_string"], headers)

    def header(self, name: bytes) -> str | None:
        """A header's value, None when absent. A repeated Authorization or Content-Type is no value that can be used."""
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
                return self.body


def _mark_repeated(headers: dict[bytes, bytes], pairs: list[tuple[bytes, bytes]]) -> None:
    for name in (b"authorization", b"content-type"):
        if sum(1 for key, _ in pairs if key == name) > 1:
            headers[name] = _REPEATED
