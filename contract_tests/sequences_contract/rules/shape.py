"""What every answer looks like, good or bad. These rules have no trial: they judge each answer as it passes.

Here stands what all of them share, and what holds of answers as a whole; runs, refusals and headers have modules of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..exchange import Answer, NotJson
from .registry import declare

if TYPE_CHECKING:
    from ..contract import Contract

_PATH = re.compile(r"/sequences(/[^/]+(/(pause|resume|stop))?)?")
#: Statuses of which only profile strict says how they look.
OWN_TYPES = {405: "ValidationIssue", 413: "ValidationIssue", 415: "ValidationIssue", 429: "RateLimitIssue"}

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


def body_of(answer: Answer) -> Any:
    """The parsed body, None when it is no JSON."""
    try:
        return answer.json()
    except NotJson:
        return None


def under_the_api(answer: Answer) -> bool:
    """Whether an answer is one of the API's own, and has a body."""
    return answer.sent.path.split("?")[0].startswith("/sequences") and answer.sent.method not in (
        "HEAD",
        "OPTIONS",
        "TRACE",
    )


def runs_in(answer: Answer) -> list[Any]:
    """The runs that a 200 shows, as they came: nothing about them is checked."""
    if answer.status != 200 or not under_the_api(answer):
        return []
    body = body_of(answer)
    if isinstance(body, dict) and "items" in body:
        return body["items"] if isinstance(body["items"], list) else []
    return [body]


def is_refusal(answer: Answer, seen: Seen) -> bool:
    """Whether the form of refusals binds an answer; the documents say nothing of other paths, methods, sizes and types."""
    if answer.status < 400 or answer.sent.method in ("HEAD", "TRACE", "CONNECT"):
        return False
    known = _PATH.fullmatch(answer.sent.path.split("?")[0]) is not None
    return seen.strict or (known and answer.status not in OWN_TYPES)


@passing("shape.json", "Every answer with a body is JSON and says so.", "issue.form", "http.accept", basis="ref")
def _json(answer: Answer, seen: Seen) -> Finding | bool:
    if not under_the_api(answer) or answer.status == 204 or (answer.status >= 400 and not is_refusal(answer, seen)):
        return False
    kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        return "content type application/json", f"{kind or 'none'}: {answer.text(100)}"
    return True if body_of(answer) is not None else ("a JSON body", answer.text(100))


@passing(
    "shape.page", "A page has items, total_count, total_pages and has_more, and its numbers agree.", "list.envelope"
)
def _page(answer: Answer, seen: Seen) -> Finding | bool:
    if answer.status != 200 or answer.sent.method != "GET" or answer.sent.path.split("?")[0] != "/sequences":
        return False
    body = body_of(answer)
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


@passing("shape.no_server_failure", "No request of a client calls forth a 5xx.", "issue.server_failure")
def _failure(answer: Answer, seen: Seen) -> Finding | bool:
    return True if answer.status < 500 else ("an answer below 500", answer.summary())
