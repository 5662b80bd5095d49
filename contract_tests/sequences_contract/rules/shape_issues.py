"""What every refusal looks like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..exchange import Answer
from .shape import OWN_TYPES, body_of, is_refusal, passing

if TYPE_CHECKING:
    from .shape import Finding, Seen

#: The form of a request_id.
REQUEST_ID = re.compile(r"req_[0-9A-HJKMNP-TV-Z]{26}", re.ASCII)
_TYPES = {400: "ValidationIssue", 401: "UnauthorizedIssue", 403: "UnauthorizedIssue", 404: "NotFoundIssue"}
_TYPES |= {409: "CommitIssue", 422: "BusinessIssue"}


@passing("shape.issue.form", "A refusal has status_code, type, message and request_id.", "issue.form", "issue.message")
def _issue(answer: Answer, seen: Seen) -> Finding | bool:
    if not is_refusal(answer, seen):
        return False
    body = body_of(answer)
    if not isinstance(body, dict):
        return "a refusal in the one form", answer.text(120)
    kinds = {"status_code": int, "type": str, "message": str, "request_id": str}
    for name, kind in kinds.items():
        if type(body.get(name)) is not kind or body[name] == "":
            return f"{name} as {kind.__name__}", f"{body.get(name, 'nothing')!r:.80} in {answer.text(160)}"
    if "data" in body and not isinstance(body["data"], dict | type(None)):
        return "data, if present, as an object", f"{body['data']!r:.80}"
    for name in ("trace_id", "span_id"):
        if name in body and not isinstance(body[name], str | type(None)):
            return f"{name} as text", f"{body[name]!r:.80}"
    return True


@passing("shape.issue.status_code", "status_code repeats the HTTP status.", "issue.status_code")
def _status_code(answer: Answer, seen: Seen) -> Finding | bool:
    body = body_of(answer) if is_refusal(answer, seen) else None
    if not isinstance(body, dict) or "status_code" not in body:
        return False
    return (
        True if body["status_code"] == answer.status else (f"status_code {answer.status}", f"{body['status_code']!r}")
    )


@passing("shape.issue.type", "type fits the HTTP status.", "issue.type")
def _type(answer: Answer, seen: Seen) -> Finding | bool:
    return _typed(answer, seen, _TYPES)


@passing("shape.issue.type.strict", "405, 413, 415, 429 and 5xx have their types.", "issue.own_types")
def _own_type(answer: Answer, seen: Seen) -> Finding | bool:
    return _typed(answer, seen, OWN_TYPES | {answer.status: "InternalIssue"} if answer.status >= 500 else OWN_TYPES)


def _typed(answer: Answer, seen: Seen, types: dict[int, str]) -> Finding | bool:
    body = body_of(answer) if is_refusal(answer, seen) and answer.status in types else None
    if not isinstance(body, dict) or "type" not in body:
        return False
    wanted = types[answer.status]
    return True if body["type"] == wanted else (f"type {wanted} with {answer.status}", f"{body['type']!r}")


@passing("shape.issue.request_id", "request_id is req_ and a ULID.", "issue.request_id")
def _request_id(answer: Answer, seen: Seen) -> Finding | bool:
    body = body_of(answer) if is_refusal(answer, seen) else None
    if not isinstance(body, dict) or not isinstance(body.get("request_id"), str):
        return False
    fits = REQUEST_ID.fullmatch(body["request_id"])
    return True if fits else ("req_ and 26 characters of a ULID", body["request_id"])


@passing(
    "shape.issue.request_id.unique",
    "No two refusals share a request_id.",
    "issue.request_id",
    "issue.header",
    basis="ref",
)
def _unique(answer: Answer, seen: Seen) -> Finding | bool:
    body = body_of(answer) if is_refusal(answer, seen) else None
    request_id = body.get("request_id") if isinstance(body, dict) else None
    if not isinstance(request_id, str):
        return False
    if request_id in seen.request_ids:
        return "a request_id of its own", f"{request_id} again"
    seen.request_ids.add(request_id)
    return True
