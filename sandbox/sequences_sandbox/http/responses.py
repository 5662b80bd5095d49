"""Responses: values and issues as status, headers and bytes. The one place where an Issue becomes HTTP."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..domain.errors import Issue
from ..operations.results import ItemResult, PageResult, StatusResult, StreamResult, TextResult
from ..resources.resource import Resource
from ..resources.sizes import document_bytes
from ..traffic.journal import redacted
from ..worlds.worlds import TakesLongError
from .subscription import Subscription

Headers = list[tuple[bytes, bytes]]

_JSON: Final = (b"content-type", b"application/json")
_EVENTS: Final = (b"content-type", b"text/event-stream; charset=utf-8")
_MOST_BYTES_OF_ONE: Final = 4096
_MOST_BYTES: Final = 12 << 20
"""What is kept keeps its value alive too, so both are bounded: a large document is encoded anew each time."""
_MOST_BYTES_AT_ONCE: Final = 512 << 10
"""How much is written down in one go: a few milliseconds."""
_DEPTH_OF_LISTS: Final = 4
"""How deep the long lists of a value stand at most: the runs of an organization in an export."""
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(slots=True)
class Response:
    """What is sent back, the request id's header left to the sender.

    With `stream`, the id of a world, it is the stream of what happens there, after the event with the number `after`;
    the subscription is what it sends.
    """

    status: int
    body: bytes
    headers: Headers
    stream: str | None = None
    after: int | None = None
    subscription: Subscription | None = None


class Encoder:
    """Turns what handlers return into responses.

    A document is encoded once and kept with the value that it was made from: values are frozen, so the bytes stay true for
    as long as the value lives. A list of ten takes half the time so.
    """

    def __init__(self) -> None:
        # By the identity of a value, beside the value itself, so that the identity cannot pass to another one.
        self._kept: dict[int, tuple[Any, bytes]] = {}
        self._bytes = 0

    def long_response(self, status: int, value: Any) -> Response:
        """The response where others go on meanwhile, in other threads."""
        return self.response(status, value, encode_in_pieces)

    def response(self, status: int, value: Any, write: Callable[[Any], bytes] | None = None) -> Response:
        """The response that carries a handler's value; an empty one for None. `write` is what encodes it."""
        if isinstance(value, StatusResult):
            status, value = value.status, value.value
        if isinstance(value, ItemResult):
            body = self._document(value.resource, value.value)
        elif isinstance(value, PageResult):
            body = self._page(value)
        elif value is None:
            return Response(status, b"", [])
        elif isinstance(value, TextResult):
            return Response(status, value.body, [(b"content-type", value.media_type.encode()), _length(value.body)])
        elif isinstance(value, StreamResult):
            return Response(status, b"", [_EVENTS], value.world_id)
        else:
            body = (write or encode)(value)
        return Response(status, body, [_JSON, _length(body)])

    def small_response(self, status: int, value: Any) -> Response:
        """The response where others wait meanwhile. Raises TakesLongError for a page of which much is not at hand, or that
        is large: JSON writes some characters as six."""
        if not isinstance(value, PageResult):
            return self.response(status, value)
        missing = (each for each in value.page.items if id(each) not in self._kept)
        if sum(map(document_bytes, missing)) > _MOST_BYTES_AT_ONCE:
            raise TakesLongError
        response = self.response(status, value)
        if len(response.body) > _MOST_BYTES_AT_ONCE:
            raise TakesLongError
        return response

    def _page(self, result: PageResult) -> bytes:
        page = result.page
        items = b",".join([self._document(result.resource, value) for value in page.items])
        more = b"true" if page.has_more else b"false"
        return b'{"items":[%b],"total_count":%d,"total_pages":%d,"has_more":%b}' % (
            items, page.total, page.total_pages, more,
        )  # fmt: skip

    def _document(self, resource: Resource[Any], value: Any) -> bytes:
        kept = self._kept.get(id(value))
        if kept is not None and kept[0] is value:
            return kept[1]
        encoded = encode(resource.form(value))
        size = len(encoded)
        if size <= _MOST_BYTES_OF_ONE:
            self._bytes += size
            if self._bytes > _MOST_BYTES:
                self._kept.clear()
                self._bytes = size
            self._kept[id(value)] = (value, encoded)
        return encoded


def encode(value: Any) -> bytes:
    """Compact JSON in UTF-8. A lone surrogate, which only a rejected request can hold, is written as its escape."""
    return _utf8(_ENCODER.encode(value))


def encode_in_pieces(value: Any) -> bytes:
    """The same, an item of a list at a time: what one call writes keeps every other thread waiting."""
    return b"".join(map(_utf8, _pieces(value, _DEPTH_OF_LISTS)))


def _pieces(value: Any, depth: int) -> Iterator[str]:
    if not depth or not value or not isinstance(value, dict | list):
        yield _ENCODER.encode(value)
    elif isinstance(value, dict):
        for number, (name, each) in enumerate(value.items()):
            yield f"{',' if number else '{'}{_ENCODER.encode(name)}:"
            yield from _pieces(each, depth - 1)
        yield "}"
    else:
        for number, each in enumerate(value):
            yield "," if number else "["
            yield from _pieces(each, depth - 1)
        yield "]"


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def error_response(issue: Issue, request_id: str, trace: Mapping[str, str] | None = None) -> Response:
    """The error response of an Issue (contract, "Errors")."""
    return build_error_response(
        issue.status_code, issue.type, issue.message, request_id, issue.data, issue.headers, trace
    )


def build_error_response(
    status: int,
    kind: str,
    message: str,
    request_id: str,
    data: Mapping[str, Any],
    headers: Mapping[str, str],
    trace: Mapping[str, str] | None = None,
) -> Response:
    """A response in the contract's form of errors. `trace` has the ids of trace and span, where requests are traced."""
    fields: dict[str, Any] = {"status_code": status, "type": kind, "message": message, "request_id": request_id}
    if data:
        fields["data"] = data
    if trace is not None:
        fields.update(trace)
    # Clients log errors: a key that was sent where none belongs is not said again.
    body = _utf8(redacted(_ENCODER.encode(fields)))
    return Response(status, body, [_JSON, _length(body), *_encoded(headers.items())])


def _length(body: bytes) -> tuple[bytes, bytes]:
    return (b"content-length", b"%d" % len(body))


def _encoded(headers: Iterable[tuple[str, str]]) -> Headers:
    return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
