"""What successes look like, operation by operation: their schema, and the form of times and ids in them."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from ...contract import timestamps
from ...contract.document import Contract
from ...contract.operations import Operation
from ...engine import Finding, Inspection, Memory, Observation
from ..registry import passive
from .calls import only

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def _every(contract: Contract) -> Iterator[tuple[Operation]]:
    return ((operation,) for operation in contract.operations.values())


def _is_timestamp(text: str) -> bool:
    try:
        timestamps.parse(text)
    except ValueError:
        return False
    return True


_FORMATS: dict[str, Callable[[str], bool]] = {
    "uuid": lambda text: bool(_UUID.fullmatch(text.lower())), "date-time": _is_timestamp,
}  # fmt: skip


@cache
def _validator(operation: Operation) -> Any:
    """Decides, and fast: every page of every rule passes here."""
    return jsonschema_rs.validator_for(operation.result, formats=_FORMATS, validate_formats=True)


def _explanation(operation: Operation, value: Any) -> Finding:
    """What is wrong with a body that does not fit its schema: the place, and why."""
    checker = FormatChecker(())
    for name, is_valid in _FORMATS.items():
        checker.checks(name)(lambda text, is_valid=is_valid: not isinstance(text, str) or is_valid(text))
    error = best_match(Draft202012Validator(operation.result, format_checker=checker).iter_errors(value))
    place = "/".join(map(str, error.absolute_path)) or "the body"
    return f"{place} as the schema of {operation.id} says", error.message[:200]


@passive("shape.{operation}.body", "{operation} responds as its schema says.", "run.ten_fields", "run.types",
         "run.statuses", "run.variables", "list.envelope", "response.may_gain_fields", "base.version", select=_every)  # fmt: skip
def body(operation: Operation) -> Inspection:
    def inspect(seen: Observation, memory: Memory) -> Finding | bool:
        if not seen.is_success or seen.body is None:
            return False
        try:
            fits = _validator(operation).is_valid(seen.body)
        except ValueError:  # a lone surrogate, of which the schema says nothing
            return True
        if not fits:
            return _explanation(operation, seen.body)
        if operation.is_list and seen.body["total_count"] < len(seen.body["items"]):
            return (
                "total_count no less than the items",
                f"{seen.body['total_count']} with {len(seen.body['items'])} items",
            )
        return True

    return inspect


def _texts(seen: Observation, schema: Mapping[str, Any], form: str) -> list[str]:
    """Every text of a format in the items of a success."""
    names = [name for name, one in schema["properties"].items() if one.get("format") == form]
    return [item[name] for item in seen.items for name in names if isinstance(item.get(name), str)]


@passive("shape.{operation}.timestamps.strict",
         "{operation} writes times in UTC with Z, without an empty fraction, of six digits at most.", "run.timestamps",
         select=_every)  # fmt: skip
def canonical_times(operation: Operation) -> Inspection:
    def inspect(seen: Observation, memory: Memory) -> Finding | bool:
        found = _texts(seen, operation.item, "date-time")
        wrong = next((text for text in found if not timestamps.CANONICAL.fullmatch(text)), None)
        return bool(found) if wrong is None else ("a form like 2026-03-02T09:00:00.25Z", wrong)

    return inspect


@passive("shape.{operation}.uuids.strict", "{operation} writes UUIDs in lower case, 8-4-4-4-12.", "run.uuids", select=_every)  # fmt: skip
def canonical_uuids(operation: Operation) -> Inspection:
    def inspect(seen: Observation, memory: Memory) -> Finding | bool:
        found = _texts(seen, operation.item, "uuid")
        wrong = next((text for text in found if not _UUID.fullmatch(text)), None)
        return bool(found) if wrong is None else ("a UUID in lower case", wrong)

    return inspect


_with_times = only(_every, lambda one: {"created_at", "updated_at"} <= set(one.item["properties"]))


@passive("shape.{operation}.times", "{operation} shows nothing that was updated before it was created.", "run.updated_at", select=_with_times)  # fmt: skip
def times_in_order(operation: Operation) -> Inspection:
    def inspect(seen: Observation, memory: Memory) -> Finding | bool:
        judged = False
        for item in seen.items:
            try:
                created, updated = (timestamps.parse(item[name]) for name in ("created_at", "updated_at"))
            except (KeyError, TypeError, ValueError):
                continue
            judged = True
            if updated < created:
                return "updated_at not before created_at", f"{item['updated_at']} before {item['created_at']}"
        return judged

    return inspect


@passive("shape.json", "Every response with a body is JSON and says so.", "issue.form", "http.accept", basis="ref")
def is_json(seen: Observation, memory: Memory) -> Finding | bool:
    request, status = seen.response.request, seen.response.status
    bodiless = request.method in ("HEAD", "OPTIONS", "TRACE") or status == 204
    if bodiless or not memory.contract.knows(request.bare_path) or (status >= 400 and not memory.binds(seen)):
        return False
    kind = seen.response.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json" and (memory.strict or not kind.endswith("+json")):
        return "content type application/json", f"{kind or 'none'}: {seen.response.summary(100)}"
    return True if seen.body is not None else ("a JSON body", seen.response.summary(100))


@passive("shape.no_server_failure", "No request of a client causes a 5xx.", "issue.server_failure")
def no_failure(seen: Observation, memory: Memory) -> Finding | bool:
    if seen.response.status == 501 and not memory.strict:  # the proper response to a method that a server does not have
        return False
    return True if seen.response.status < 500 else ("a response below 500", seen.response.summary())
