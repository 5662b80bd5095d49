"""Two responses to one request compared: what differs naturally, as ids, times and values do, is no difference."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..contract.operations import Operation
from .exchange import Exchange
from .pages import Finding, is_clear, values_of

_NUMBERS = ("total_count", "total_pages", "has_more")


def differences(exchange: Exchange, operation: Operation, recorded: Any, status: int, got: Any) -> Iterator[Finding]:
    """Where a response differs from the recorded one; the first kind of difference hides those that follow from it."""
    if status != exchange.status:
        yield "drift.status", f"{exchange.status}", f"{status}"
    elif status >= 400:
        yield from _errors(recorded, got)
    elif status == 200 and isinstance(recorded, dict):
        if not isinstance(got, dict):
            yield "drift.types", "an object", type(got).__name__
        elif operation.is_list:
            yield from _lists(exchange, operation, recorded, got)
        else:
            yield from _items(operation, [recorded], [got])
            if not operation.reads and recorded.get("status") != got.get("status"):
                yield "drift.effect", f"{recorded.get('status')}", f"{got.get('status')}"


def _errors(recorded: Any, got: Any) -> Iterator[Finding]:
    recorded, got = (one if isinstance(one, dict) else {} for one in (recorded, got))
    if recorded.get("type") != got.get("type"):
        yield "drift.error_type", f"{recorded.get('type')}", f"{got.get('type')}"
    missing = [name for name in ("status_code", "message", "request_id") if name in recorded and name not in got]
    if missing:
        yield "drift.fields", f"an error with {', '.join(missing)}", "none"


def _lists(
    exchange: Exchange, operation: Operation, recorded: dict[str, Any], got: dict[str, Any]
) -> Iterator[Finding]:
    here, there = objects(recorded.get("items")), objects(got.get("items"))
    ill_formed = list(_items(operation, here, there))
    if ill_formed:
        yield from ill_formed
        return
    names = [name for name in _NUMBERS if recorded.get(name) != got.get(name)]
    if names or len(here) != len(there):
        shown = [", ".join(f"{name} {one.get(name)}" for name in names) for one in (recorded, got)]
        yield "drift.totals", f"{len(here)} items {shown[0]}".strip(), f"{len(there)} items {shown[1]}".strip()
        return
    sort = values_of(exchange, operation).get("sort_by", operation.default("sort_by")) if operation.sorts else "id"
    values, others = ({one.get("id"): one.get(sort) for one in items} for items in (here, there))
    if is_clear(exchange, operation) and values == others and _groups(here, sort) != _groups(there, sort):
        yield "drift.order", f"items by {sort}: {_first(here)}", _first(there)


def _groups(items: Sequence[Mapping[str, Any]], name: str) -> list[frozenset[Any]]:
    """The ids in order, those of items that are equal in the sorted field together."""
    groups: list[tuple[Any, set[Any]]] = []
    for one in items:
        if not groups or groups[-1][0] != one.get(name):
            groups.append((one.get(name), set()))
        groups[-1][1].add(one.get("id"))
    return [frozenset(ids) for _, ids in groups]


def _first(items: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{one.get('id')}" for one in items[:3])


def _items(operation: Operation, here: Sequence[Any], there: Sequence[Any]) -> Iterator[Finding]:
    if not here or not there:
        return
    for name, schema in operation.item["properties"].items():
        if all(name in one for one in here) and not all(name in one for one in there):
            yield "drift.fields", f"{name} in every item", "not in all"
            return
        before, after = _kinds(here, name), _kinds(there, name)
        allowed = {"null"} if "null" in schema["type"] else set()
        if after - before - allowed and before - allowed:
            yield "drift.types", f"{name} as {' or '.join(sorted(before))}", " or ".join(sorted(after))
            return


def _kinds(items: Sequence[Mapping[str, Any]], name: str) -> set[str]:
    """The JSON types that a field has. Every number is one kind: 1 and 1.0 are the same in JSON."""
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return {kinds.get(type(one[name]), "null") for one in items if name in one}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; none where it is something else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
