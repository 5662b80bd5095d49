"""What every run in an answer looks like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .. import instants
from ..exchange import Answer
from ..runs import FIELDS
from .shape import passing, runs_in

if TYPE_CHECKING:
    from .shape import Finding, Seen

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_ANY_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_NULLABLE = ("contact_id", "variables", "source_contact_list_id", "last_step_executed_at")
_IDS = ("id", "organization_id", "contact_id", "sequence_template_id", "source_contact_list_id")
_TIMES = ("last_step_executed_at", "created_at", "updated_at")


@passing(
    "shape.run.fields",
    "A run has its ten fields, always.",
    "run.ten_fields",
    "response.may_gain_fields",
    "base.version",
)
def _fields(answer: Answer, seen: Seen) -> Finding | bool:
    runs = runs_in(answer)
    for run in runs:
        missing = [name for name in FIELDS if not isinstance(run, dict) or name not in run]
        if missing:
            return "all ten fields", f"a run without {', '.join(missing)}"
    return bool(runs)


@passing(
    "shape.run.types", "Each field of a run has its type, and only four may be null.", "run.types", "run.variables"
)
def _types(answer: Answer, seen: Seen) -> Finding | bool:
    runs = [run for run in runs_in(answer) if isinstance(run, dict)]
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
    found = [run.get("status") for run in runs_in(answer) if isinstance(run, dict)]
    for status in found:
        if status not in seen.contract.statuses:
            return "one of the nine statuses", repr(status)
    return bool(found)


@passing("shape.run.instants.strict", "Instants are UTC with Z, no empty fraction, six digits at most.", "run.instants")
def _canonical(answer: Answer, seen: Seen) -> Finding | bool:
    found = [
        run[name]
        for run in runs_in(answer)
        if isinstance(run, dict)
        for name in _TIMES
        if isinstance(run.get(name), str)
    ]
    for text in found:
        if not instants.CANONICAL.fullmatch(text):
            return "a form like 2026-03-02T09:00:00.25Z", text
    return bool(found)


@passing("shape.run.uuids.strict", "UUIDs are written in lower case, 8-4-4-4-12.", "run.uuids")
def _lower(answer: Answer, seen: Seen) -> Finding | bool:
    found = [
        run[name] for run in runs_in(answer) if isinstance(run, dict) for name in _IDS if isinstance(run.get(name), str)
    ]
    for text in found:
        if not _UUID.fullmatch(text):
            return "a UUID in lower case", text
    return bool(found)


@passing("shape.run.times", "A run was created before it was updated, and its steps ran in between.", "run.updated_at")
def _times(answer: Answer, seen: Seen) -> Finding | bool:
    judged = False
    for run in runs_in(answer):
        try:
            created, updated = instants.parse(run["created_at"]), instants.parse(run["updated_at"])
        except (KeyError, TypeError, ValueError):
            continue
        judged = True
        if updated < created:
            return "updated_at not before created_at", f"{run['updated_at']} before {run['created_at']}"
    return judged
