"""What every error response looks like, and the headers that belong to a status."""

import re
from collections.abc import Callable
from typing import Any

from ...engine import OWN_STATUSES, Finding, Memory, Observation
from ..registry import passive

_REQUEST_ID = re.compile(r"req_[0-9A-HJKMNP-TV-Z]{26}", re.ASCII | re.IGNORECASE)
#: A bad value may be rejected with 422 in profile documented. It is then what the table of types calls it, or the status.
ALSO_DOCUMENTED = {422: "ValidationIssue"}
_KINDS = {"status_code": int, "type": str, "message": str, "request_id": str}
_FREE_KINDS = {"data": dict, "trace_id": str, "span_id": str}


def _error(seen: Observation, memory: Memory) -> dict[str, Any]:
    """The body of an error whose form the contract lays down; empty where it is another response, or no object."""
    return seen.body if memory.binds(seen) and isinstance(seen.body, dict) else {}


def _wrong_field(body: dict[str, Any], required: tuple[str, ...]) -> Finding | None:
    for name, kind in _KINDS.items():
        value = body.get(name)
        if isinstance(value, float) and value.is_integer():  # JSON has one kind of number
            value = int(value)
        if (name in required or value is not None) and (type(value) is not kind or value == ""):
            return f"{name} as {kind.__name__}", f"{body.get(name, 'nothing')!r:.80} in {str(body)[:160]}"
    for name, kind in _FREE_KINDS.items():
        if body.get(name) is not None and not isinstance(body[name], kind):
            return f"{name}, if present, as {kind.__name__}", f"{body[name]!r:.80}"
    return None


@passive("shape.issue.form", "An error has status_code and type, and the fields it has are of their types.", "issue.form", "issue.message")  # fmt: skip
def form(seen: Observation, memory: Memory) -> Finding | bool:
    if not memory.binds(seen):
        return False
    if not isinstance(seen.body, dict):
        return "an error in the one form", seen.response.summary(120)
    return _wrong_field(seen.body, ("status_code", "type")) or True


@passive("shape.issue.form.strict", "An error has a message and a request_id too.", "issue.always")
def whole_form(seen: Observation, memory: Memory) -> Finding | bool:
    body = _error(seen, memory)
    return bool(body) and (_wrong_field(body, tuple(_KINDS)) or True)


@passive("shape.issue.status_code", "status_code repeats the HTTP status.", "issue.status_code")
def status_code(seen: Observation, memory: Memory) -> Finding | bool:
    body, status = _error(seen, memory), seen.response.status
    if "status_code" not in body:
        return False
    return True if body["status_code"] == status else (f"status_code {status}", f"{body['status_code']!r}")


@passive("shape.issue.type", "type fits the HTTP status.", "issue.type")
def error_type(seen: Observation, memory: Memory) -> Finding | bool:
    return not _is_own(seen) and _typed(seen, memory)


@passive("shape.issue.type.strict", "405, 413, 415, 429 and 5xx have their types.", "issue.own_types")
def own_type(seen: Observation, memory: Memory) -> Finding | bool:
    return _is_own(seen) and _typed(seen, memory)


def _is_own(seen: Observation) -> bool:
    return seen.response.status in OWN_STATUSES or seen.response.status >= 500


def _typed(seen: Observation, memory: Memory) -> Finding | bool:
    status, body = seen.response.status, _error(seen, memory)
    wanted = memory.contract.error_types.get(500 if status >= 500 else status)
    if "type" not in body or wanted is None:
        return False
    also = None if memory.strict else ALSO_DOCUMENTED.get(status)
    return True if body["type"] in (wanted, also) else (f"type {wanted} with {status}", f"{body['type']!r}")


@passive("shape.issue.request_id", "request_id, if present, is req_ and a ULID.", "issue.request_id")
def request_id(seen: Observation, memory: Memory) -> Finding | bool:
    value = _error(seen, memory).get("request_id")
    if not isinstance(value, str):
        return False
    return True if _REQUEST_ID.fullmatch(value) else ("req_ and 26 characters of a ULID", value)


@passive("shape.issue.request_id.strict", "A request_id is in lower case, and no two errors share one.", "issue.lower_case", "issue.header")  # fmt: skip
def unique(seen: Observation, memory: Memory) -> Finding | bool:
    value = _error(seen, memory).get("request_id")
    if not isinstance(value, str):
        return False
    return _own_id(value, memory)


def _own_id(value: str, memory: Memory) -> Finding | bool:
    """An id must be in lower case and not have been seen before."""
    if value != value.lower() or value in memory.request_ids:
        return "a request id in lower case, of its own", f"{value}{' again' if value in memory.request_ids else ''}"
    memory.request_ids.add(value)
    return True


@passive("shape.header.request_id.strict", "Every response carries X-Request-Id, an error its request_id.", "issue.header")  # fmt: skip
def header(seen: Observation, memory: Memory) -> Finding | bool:
    value = seen.response.headers.get("x-request-id")
    if value is None:
        return "the header X-Request-Id", "none"
    body = _error(seen, memory)
    if "request_id" in body:
        return True if body["request_id"] == value else (f"X-Request-Id {body['request_id']}", value)
    return (
        _own_id(value, memory) if _REQUEST_ID.fullmatch(value) else ("X-Request-Id of the form of a request_id", value)
    )


#: The status, its header, what that must be, the test of it, and the statement.
_HEADERS: tuple[tuple[int, str, str, Callable[[str], bool], str], ...] = (
    (401, "WWW-Authenticate", "Bearer", lambda value: value == "Bearer", "auth.challenge"),
    (405, "Allow", "the methods of the path", bool, "http.method"),
    (429, "Retry-After", "whole seconds", str.isdigit, "issue.retry_after"),
)


def _declare(status: int, name: str, form: str, fits: Callable[[str], bool], statement: str) -> None:
    end = name.lower().removeprefix("www-").replace("-", "_")

    @passive(f"shape.header.{end}.strict", f"A {status} carries {name}: {form}.", statement)
    def carried(seen: Observation, memory: Memory) -> Finding | bool:
        if seen.response.status != status:
            return False
        value = seen.response.headers.get(name.lower(), "")
        return True if fits(value) else (f"{name}: {form}", value or "none")


for row in _HEADERS:
    _declare(*row)
