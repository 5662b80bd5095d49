"""What every answer looks like, good or bad. These rules have no trial: they judge each answer as it passes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import instants
from ..exchange import Answer, NotJson
from ..runs import FIELDS
from .registry import declare

if TYPE_CHECKING:
    from ..contract import Contract

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_ANY_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_REQUEST_ID = re.compile(r"req_[0-9A-HJKMNP-TV-Z]{26}", re.ASCII)
_NULLABLE = ("contact_id", "variables", "source_contact_list_id", "last_step_executed_at")
_IDS = ("id", "organization_id", "contact_id", "sequence_template_id", "source_contact_list_id")
_TIMES = ("last_step_executed_at", "created_at", "updated_at")
_TYPES = {400: "ValidationIssue", 401: "UnauthorizedIssue", 403: "UnauthorizedIssue", 404: "NotFoundIssue"}
_TYPES |= {409: "CommitIssue", 422: "BusinessIssue"}
_PATH = re.compile(r"/sequences(/[^/]+(/(pause|resume|stop))?)?")
_OWN_TYPES = {405: "ValidationIssue", 413: "ValidationIssue", 415: "ValidationIssue", 429: "RateLimitIssue"}

Finding = tuple[str, str]
"""What was expected and what came instead."""


@dataclass
class Seen:
    """What the rules remember from answer to answer."""

    contract: Contract
    strict: bool
    request_ids: set[str]


Judge = Callable[[Answer, Seen], "Finding | bool"]
"""A finding; else whether the answer was one that the rule judges."""

JUDGES: dict[str, Judge] = {}


def passing(id_: str, sentence: str, *of: str, basis: str | None = None) -> Callable[[Judge], Judge]:
    """Declares the decorated function as the judge of every answer under a rule."""

    def enter(judge: Judge) -> Judge:
        declare(id_, sentence, *of, check=None, basis=basis)
        JUDGES[id_] = judge
        return judge

    return enter


def _body(answer: Answer) -> Any:
    try:
        return answer.json()
    except NotJson:
        return None


def _under_the_api(answer: Answer) -> bool:
    return answer.sent.path.split("?")[0].startswith("/sequences") and answer.sent.method not in (
        "HEAD",
        "OPTIONS",
        "TRACE",
    )


def _runs(answer: Answer) -> list[Any]:
    if answer.status != 200 or not _under_the_api(answer):
        return []
    body = _body(answer)
    if isinstance(body, dict) and "items" in body:
        return body["items"] if isinstance(body["items"], list) else []
    return [body]


def _refusal(answer: Answer, seen: Seen) -> bool:
    """Whether the form of refusals binds an answer; the documents say nothing of other paths, methods, sizes and types."""
    if answer.status < 400 or answer.sent.method in ("HEAD", "TRACE", "CONNECT"):
        return False
    known = _PATH.fullmatch(answer.sent.path.split("?")[0]) is not None
    return seen.strict or (known and answer.status not in _OWN_TYPES)


@passing("shape.json", "Every answer with a body is JSON and says so.", "issue.form", "http.accept", basis="ref")
def _json(answer: Answer, seen: Seen) -> Finding | bool:
    if not _under_the_api(answer) or answer.status == 204 or (answer.status >= 400 and not _refusal(answer, seen)):
        return False
    kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        return "content type application/json", f"{kind or 'none'}: {answer.text(100)}"
    return True if _body(answer) is not None else ("a JSON body", answer.text(100))


@passing(
    "shape.run.fields",
    "A run has its ten fields, always.",
    "run.ten_fields",
    "response.may_gain_fields",
    "base.version",
)
def _fields(answer: Answer, seen: Seen) -> Finding | bool:
    runs = _runs(answer)
    for run in runs:
        missing = [name for name in FIELDS if not isinstance(run, dict) or name not in run]
        if missing:
            return "all ten fields", f"a run without {', '.join(missing)}"
    return bool(runs)


@passing(
    "shape.run.types", "Each field of a run has its type, and only four may be null.", "run.types", "run.variables"
)
def _types(answer: Answer, seen: Seen) -> Finding | bool:
    runs = [run for run in _runs(answer) if isinstance(run, dict)]
    for run in runs:
        for name in FIELDS:
            problem = _field_problem(name, run.get(name)) if name in run else None
            if problem:
                return problem, f"{name} is {run[name]!r:.100}"
    return bool(runs)


def _field_problem(name: str, value: Any) -> str | None:
    if value is None:
        return None if name in _NULLABLE else f"{name} not null"
    if name == "variables":
        fits = isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
        return None if fits else "variables an object of strings"
    if not isinstance(value, str):
        return f"{name} a string"
    if name in _IDS and not _ANY_UUID.fullmatch(value):
        return f"{name} a UUID"
    if name in _TIMES and not _is_instant(value):
        return f"{name} a date-time with offset"
    return None


def _is_instant(text: str) -> bool:
    try:
        instants.parse(text)
    except ValueError:
        return False
    return True


@passing("shape.run.status", "A run's status is one of the nine.", "run.statuses")
def _status(answer: Answer, seen: Seen) -> Finding | bool:
    found = [run.get("status") for run in _runs(answer) if isinstance(run, dict)]
    for status in found:
        if status not in seen.contract.statuses:
            return "one of the nine statuses", repr(status)
    return bool(found)


@passing("shape.run.instants.strict", "Instants are UTC with Z, no empty fraction, six digits at most.", "run.instants")
def _canonical(answer: Answer, seen: Seen) -> Finding | bool:
    found = [
        run[name] for run in _runs(answer) if isinstance(run, dict) for name in _TIMES if isinstance(run.get(name), str)
    ]
    for text in found:
        if not instants.CANONICAL.fullmatch(text):
            return "a form like 2026-03-02T09:00:00.25Z", text
    return bool(found)


@passing("shape.run.uuids.strict", "UUIDs are written in lower case, 8-4-4-4-12.", "run.uuids")
def _lower(answer: Answer, seen: Seen) -> Finding | bool:
    found = [
        run[name] for run in _runs(answer) if isinstance(run, dict) for name in _IDS if isinstance(run.get(name), str)
    ]
    for text in found:
        if not _UUID.fullmatch(text):
            return "a UUID in lower case", text
    return bool(found)


@passing("shape.run.times", "A run was created before it was updated, and its steps ran in between.", "run.updated_at")
def _times(answer: Answer, seen: Seen) -> Finding | bool:
    judged = False
    for run in _runs(answer):
        try:
            created, updated = instants.parse(run["created_at"]), instants.parse(run["updated_at"])
        except (KeyError, TypeError, ValueError):
            continue
        judged = True
        if updated < created:
            return "updated_at not before created_at", f"{run['updated_at']} before {run['created_at']}"
    return judged


@passing(
    "shape.page", "A page has items, total_count, total_pages and has_more, and its numbers agree.", "list.envelope"
)
def _page(answer: Answer, seen: Seen) -> Finding | bool:
    if answer.status != 200 or answer.sent.method != "GET" or answer.sent.path.split("?")[0] != "/sequences":
        return False
    body = _body(answer)
    kinds = {"items": list, "total_count": int, "total_pages": int, "has_more": bool}
    for name, kind in kinds.items():
        if not isinstance(body, dict) or type(body.get(name)) is not kind:
            return (
                f"{name} as {kind.__name__}",
                f"{body.get(name, 'nothing') if isinstance(body, dict) else body!r:.80}",
            )
    if body["total_count"] < len(body["items"]) or body["total_count"] < 0:
        return (
            "total_count no less than the items of the page",
            f"{body['total_count']} with {len(body['items'])} items",
        )
    if len(body["items"]) > 100:
        return "100 items at most", f"{len(body['items'])}"
    return True


@passing("shape.issue.form", "A refusal has status_code, type, message and request_id.", "issue.form", "issue.message")
def _issue(answer: Answer, seen: Seen) -> Finding | bool:
    if not _refusal(answer, seen):
        return False
    body = _body(answer)
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
    body = _body(answer) if _refusal(answer, seen) else None
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
    return _typed(answer, seen, _OWN_TYPES | {answer.status: "InternalIssue"} if answer.status >= 500 else _OWN_TYPES)


def _typed(answer: Answer, seen: Seen, types: dict[int, str]) -> Finding | bool:
    body = _body(answer) if _refusal(answer, seen) and answer.status in types else None
    if not isinstance(body, dict) or "type" not in body:
        return False
    wanted = types[answer.status]
    return True if body["type"] == wanted else (f"type {wanted} with {answer.status}", f"{body['type']!r}")


@passing("shape.issue.request_id", "request_id is req_ and a ULID.", "issue.request_id")
def _request_id(answer: Answer, seen: Seen) -> Finding | bool:
    body = _body(answer) if _refusal(answer, seen) else None
    if not isinstance(body, dict) or not isinstance(body.get("request_id"), str):
        return False
    fits = _REQUEST_ID.fullmatch(body["request_id"])
    return True if fits else ("req_ and 26 characters of a ULID", body["request_id"])


@passing(
    "shape.issue.request_id.unique",
    "No two refusals share a request_id.",
    "issue.request_id",
    "issue.header",
    basis="ref",
)
def _unique(answer: Answer, seen: Seen) -> Finding | bool:
    body = _body(answer) if _refusal(answer, seen) else None
    request_id = body.get("request_id") if isinstance(body, dict) else None
    if not isinstance(request_id, str):
        return False
    if request_id in seen.request_ids:
        return "a request_id of its own", f"{request_id} again"
    seen.request_ids.add(request_id)
    return True


@passing(
    "shape.header.request_id.strict", "Every answer carries X-Request-Id, a refusal its request_id.", "issue.header"
)
def _header(answer: Answer, seen: Seen) -> Finding | bool:
    value = answer.headers.get("x-request-id")
    if value is None:
        return "the header X-Request-Id", "none"
    body = _body(answer) if _refusal(answer, seen) else None
    if isinstance(body, dict) and "request_id" in body:
        return True if body["request_id"] == value else (f"X-Request-Id {body['request_id']}", value)
    if not _REQUEST_ID.fullmatch(value):
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


@passing("shape.no_server_failure", "No request of a client calls forth a 5xx.", "issue.server_failure")
def _failure(answer: Answer, seen: Seen) -> Finding | bool:
    return True if answer.status < 500 else ("an answer below 500", answer.summary())
