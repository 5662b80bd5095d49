"""One request on its way through the server, and the reading of its body within limits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from starlette.types import Receive, Scope

from ...domain.errors import CatchingUpIssue, Issue
from ...store.records import KeyRecord
from ...traffic.faults import Injection
from ...worlds.worlds import Caller
from ..responses import Headers
from .body import MOST_BYTES

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_OBSERVER: Final = b"x-sandbox-observer"


class ClientGone(Exception):
    """The client closed the connection before its request was read."""


@dataclass(slots=True)
class RequestContext:
    """A request as it came, and what became known of it on the way.

    `peer` is the address of its connection, `wall` the server's time at which it came, `now` the world's, `injection` what
    is injected into it, `marks` further headers of its response. `release` gives back what the request holds, once its
    response is sent; `is_long` says that it may take long; `caller` is who was let in, `issue` what was wrong. Where
    requests are traced, `span` is its span, and `trace` has the ids that errors carry.
    """

    request_id: str
    wall: int
    method: str
    raw_path: bytes
    query: bytes
    headers: Sequence[tuple[bytes, bytes]]
    peer: str = ""
    body: bytes = b""
    body_read: bool = False
    too_large: bool = False
    operation_id: str | None = None
    key: KeyRecord | None = None
    now: int | None = None
    injection: Injection | None = None
    marks: Headers = field(default_factory=list)
    release: Callable[[], None] | None = None
    is_long: bool = False
    caller: Caller | None = None
    issue: Issue | None = None
    span: "Span | None" = None
    trace: Mapping[str, str] | None = None
    _first: dict[bytes, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, scope: Scope, request_id: str, wall: int) -> "RequestContext":
        raw_path = scope.get("raw_path") or scope["path"].encode()
        headers = scope["headers"]
        first = dict(reversed(headers))
        peer = scope.get("client") or ("",)
        return cls(request_id, wall, scope["method"], raw_path, scope["query_string"], headers, peer[0], _first=first)

    def __contains__(self, name: bytes) -> bool:
        return name in self._first

    def header(self, name: bytes) -> str | None:
        """The first value of a header, None when it is absent."""
        value = self._first.get(name)
        return None if value is None else value.decode("latin-1")

    def all(self, name: bytes) -> list[str]:
        """Every value of a header, in order."""
        if len(self._first) == len(self.headers):
            value = self._first.get(name)
            return [] if value is None else [value.decode("latin-1")]
        return [value.decode("latin-1") for key, value in self.headers if key == name]

    def is_under(self, prefix: bytes | tuple[bytes, ...]) -> bool:
        """Whether the path begins so, as the router reads it: `/%761/me` is under `/v1/`."""
        return (unquote_to_bytes(self.raw_path) if b"%" in self.raw_path else self.raw_path).startswith(prefix)

    @property
    def observes(self) -> bool:
        """Whether the request only watches: it is neither limited by its world, nor hit by faults, nor journaled."""
        return _OBSERVER in self._first

    @property
    def is_excused(self) -> bool:
        """Whether a response with 5xx is no failure of this server: a fault injected it, or the world has more to catch up
        with than one request applies."""
        return self.injection is not None or isinstance(self.issue, CatchingUpIssue)

    async def read_body(self, receive: Receive, large: int, hold: Callable[["RequestContext"], None]) -> None:
        """Reads the body, as far as it is within the limit. One of more than `large` bytes is held, when so much came."""
        declared = self._first.get(b"content-length")
        if declared is not None and declared.isdigit() and (len(declared) > 18 or int(declared) > MOST_BYTES):
            self.too_large = True
            return
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > MOST_BYTES:
                self.too_large = True
                return
            if size > large >= size - len(chunk):
                hold(self)
            chunks.append(chunk)
            if not message.get("more_body", False):
                self.body = b"".join(chunks)
                self.body_read = True
                return


async def until_gone(receive: Receive) -> None:
    """Returns when the client has closed the connection; a body that is still to come is dropped."""
    while (await receive())["type"] != "http.disconnect":
        pass
