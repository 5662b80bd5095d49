"""The headers that answers carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import Answer
from .shape import body_of, is_refusal, passing
from .shape_issues import REQUEST_ID

if TYPE_CHECKING:
    from .shape import Finding, Seen


@passing(
    "shape.header.request_id.strict", "Every answer carries X-Request-Id, a refusal its request_id.", "issue.header"
)
def _header(answer: Answer, seen: Seen) -> Finding | bool:
    value = answer.headers.get("x-request-id")
    if value is None:
        return "the header X-Request-Id", "none"
    body = body_of(answer) if is_refusal(answer, seen) else None
    if isinstance(body, dict) and "request_id" in body:
        return True if body["request_id"] == value else (f"X-Request-Id {body['request_id']}", value)
    if not REQUEST_ID.fullmatch(value):
        return "X-Request-Id of the form of a request_id", value
    if value in seen.request_ids:
        return "an X-Request-Id of its own", f"{value} again"
    seen.request_ids.add(value)
    return True


@passing("shape.header.authenticate.strict", "A 401 carries WWW-Authenticate Bearer.", "auth.challenge")
def _challenge(answer: Answer, seen: Seen) -> Finding | bool:
    if answer.status != 401:
        return False
    value = answer.headers.get("www-authenticate")
    return True if value == "Bearer" else ("WWW-Authenticate: Bearer", value or "none")


@passing("shape.header.allow.strict", "A 405 carries Allow.", "http.method")
def _allow(answer: Answer, seen: Seen) -> Finding | bool:
    if answer.status != 405:
        return False
    return True if answer.headers.get("allow") else ("the header Allow", "none")


@passing("shape.header.retry_after", "A 429 carries Retry-After in whole seconds.", "issue.retry_after")
def _retry_after(answer: Answer, seen: Seen) -> Finding | bool:
    if answer.status != 429:
        return False
    value = answer.headers.get("retry-after", "")
    return True if value.isdigit() else ("Retry-After in whole seconds", value or "none")
