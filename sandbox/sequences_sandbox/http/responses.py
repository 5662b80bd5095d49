"""Answers: values and issues as status, headers and bytes. The one place where an Issue becomes HTTP.

A run is encoded once and kept with the value that it was made from: runs are frozen, so the bytes stay true for as long
as the value lives.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..domain.errors import Issue
from ..domain.timestamps import format_timestamp
from ..resources.sequences.model import Run
from ..traffic.journal import redacted
from ..worlds.results import PageResult, RunResult, StatusResult, StreamResult, TextResult

Headers = list[tuple[bytes, bytes]]

_JSON: Final = (b"content-type", b"application/json")
_EVENTS: Final = (b"content-type", b"text/event-stream; charset=utf-8")
_UNKEPT: Final = (b"cache-control", b"no-store")
_MOST_BYTES_OF_ONE: Final = 4096
_MOST_BYTES: Final = 12 << 20
"""What is kept keeps its run alive too, so both are bounded: one large run is encoded anew each time."""
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(slots=True)
class Response:
    """What is sent back, the request id's header left to the sender.

    With `listen`, the id of a world, it is the stream of what happens there, after the event of the number `after`.
    """

    status: int
    body: bytes
    headers: Headers
    listen: str | None = None
    after: int | None = None


class Encoder:
    """Turns what handlers return into answers."""

    def __init__(self) -> None:
        # By the identity of a run, beside the run itself, so that the identity cannot pass to another value.
        self._kept: dict[int, tuple[Run, int, bytes]] = {}
        self._bytes = 0

    def answer(self, status: int, value: Any) -> Response:
        """The answer that carries a handler's value; none for None."""
        if isinstance(value, StatusResult):
            status, value = value.status, value.value
        if isinstance(value, RunResult):
            body = self._run(value.run, value.epoch)
        elif isinstance(value, PageResult):
            body = self._page(value)
        elif value is None:
            return Response(status, b"", [])
        elif isinstance(value, TextResult):
            return Response(status, value.body, [(b"content-type", value.media_type.encode()), _length(value.body)])
        elif isinstance(value, StreamResult):
            return Response(status, b"", [_EVENTS, _UNKEPT], value.world_id)
        else:
            body = encode(value)
        return Response(status, body, [_JSON, _length(body)])

    def _page(self, view: PageResult) -> bytes:
        items = b",".join([self._run(run, view.epoch) for run in view.runs])
        more = b"true" if view.has_more else b"false"
        return b'{"items":[%b],"total_count":%d,"total_pages":%d,"has_more":%b}' % (
            items, view.total_count, view.total_pages, more,
        )  # fmt: skip

    def _run(self, run: Run, epoch: int) -> bytes:
        kept = self._kept.get(id(run))
        if kept is not None and kept[0] is run and kept[1] == epoch:
            return kept[2]
        encoded = encoded_run(run, epoch)
        size = len(encoded)
        if size <= _MOST_BYTES_OF_ONE:
            self._bytes += size
            if self._bytes > _MOST_BYTES:
                self._kept.clear()
                self._bytes = size
            self._kept[id(run)] = (run, epoch, encoded)
        return encoded


def encoded_run(run: Run, epoch: int) -> bytes:
    """What `encode` makes of a run's fields, in a third of the time: every write makes a run that was never encoded."""
    last = run.last_step_executed_at
    return (
        f'{{"id":"{run.id}","organization_id":"{run.organization_id}","contact_id":{_quoted(run.contact_id)},'
        f'"sequence_template_id":"{run.sequence_template_id}","status":"{run.status}",'
        f'"variables":{"null" if run.variables is None else _ENCODER.encode(run.variables)},'
        f'"source_contact_list_id":{_quoted(run.source_contact_list_id)},'
        f'"last_step_executed_at":{_quoted(None if last is None else format_timestamp(epoch + last))},'
        f'"created_at":"{format_timestamp(epoch + run.created_at)}",'
        f'"updated_at":"{format_timestamp(epoch + run.updated_at)}"}}'
    ).encode("utf-8", "backslashreplace")


def _quoted(text: str | None) -> str:
    """An id or an instant, neither of which holds a character that JSON escapes, or null."""
    return "null" if text is None else f'"{text}"'


def encode(value: Any) -> bytes:
    """Compact JSON in UTF-8. A lone surrogate, which only a refused request can hold, is written as its escape."""
    return _utf8(_ENCODER.encode(value))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def error_response(issue: Issue, request_id: str) -> Response:
    """The answer to a request that an Issue refuses: the contract's section "Errors"."""
    return build_error_response(issue.status_code, issue.type, issue.message, request_id, issue.data, issue.headers)


def build_error_response(
    status: int, kind: str, message: str, request_id: str, data: Mapping[str, Any], headers: Mapping[str, str]
) -> Response:
    """An answer in the contract's form of refusals."""
    fields: dict[str, Any] = {"status_code": status, "type": kind, "message": message, "request_id": request_id}
    if data:
        fields["data"] = data
    # Clients log refusals: a key that was sent where none belongs is not said again.
    body = _utf8(redacted(_ENCODER.encode(fields)))
    return Response(status, body, [_JSON, _length(body), *_encoded(headers.items())])


def _length(body: bytes) -> tuple[bytes, bytes]:
    return (b"content-length", b"%d" % len(body))


def _encoded(headers: Iterable[tuple[str, str]]) -> Headers:
    return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
