"""One page of a list: how many items it has, what its filters keep, and its order."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

import jsonschema_rs

from ..contract import timestamps
from ..contract.operations import Operation, Parameter
from ..engine import Item, Page
from ..engine.collection import matches
from .exchange import Exchange

#: The id of a rule, what was expected, and what came.
Finding = tuple[str, str, str]
#: Fields that never change: a list that is filtered and sorted by these alone keeps its items in their places.
FIXED = ("id", "created_at", "first_seen_at", "sequence_template_id")
#: Longer numbers are not judged.
_DIGITS = 18


def values_of(exchange: Exchange, operation: Operation) -> dict[str, str]:
    """The known parameters that are given once and not empty: of any other form the documents say nothing."""
    names = [name for name, _ in exchange.parameters]
    given = ((name, value) for name, value in exchange.parameters if name in operation.parameters and value)
    longest = {name: _DIGITS for name, one in operation.parameters.items() if one.schema.get("type") == "integer"}
    return {n: value for n, value in given if names.count(n) == 1 and len(value) <= longest.get(n, len(value))}


def is_clear(exchange: Exchange, operation: Operation) -> bool:
    """Whether every known parameter has one value: else nobody knows how the list is arranged, or filtered."""
    return {name for name, _ in exchange.parameters if name in operation.parameters} == set(
        values_of(exchange, operation)
    )


def fits(parameter: Parameter, value: str) -> bool:
    """Whether a value is one that the contract lists, or a number within its range, or a date-time."""
    schema = parameter.schema
    if schema.get("type") == "integer":
        return value.isascii() and value.isdigit() and jsonschema_rs.is_valid(dict(schema), int(value))
    if schema.get("format") == "date-time":
        try:
            timestamps.parse(value.upper())
        except ValueError:
            return False
    return "enum" not in schema or value in schema["enum"]


def judge_page(
    operation: Operation, query: Mapping[str, str], page: Page, *, strict: bool, arranged: bool
) -> Iterator[Finding]:
    """What is wrong with a page, whatever the other pages say; without `arranged`, with its items and filters."""
    prefix = f"list.{operation.id}"
    wrong = [name for name, value in query.items() if not fits(operation.parameters[name], value)]
    for name in wrong:
        if "enum" in operation.parameters[name].schema or operation.parameters[name].schema["type"] == "integer":
            yield f"{prefix}.rejects.{name}", f"400 for {name}={query[name]}", "200"
    if arranged and "size" not in wrong and len(page.items) > (size := number_of(operation, query, "size")):
        yield f"{prefix}.size", f"{size} items at most", f"{len(page.items)}"
    for parameter in operation.filters:
        value = query.get(parameter.name)
        if value is not None and parameter.name not in wrong:
            kind = "bound" if parameter.is_bound else "filter"
            other = next((one for one in page.items if not matches(operation, one, parameter, value)), None)
            if other is not None:
                held = other.fields[operation.field_of(parameter)]
                yield (
                    f"{prefix}.{kind}.{parameter.name}",
                    f"items for {parameter.name}={value}",
                    f"{held} ({other.id})",
                )
    ids = [one.id for one in page.items]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        yield f"{prefix}.pages.partition", "each item once", f"{twice} twice on one page"
    if arranged and "sort_by" not in wrong and "sort_order" not in wrong and operation.sorts:
        yield from _judge_order(operation, query, page, strict)


def fits_all(operation: Operation, query: Mapping[str, str]) -> bool:
    return all(fits(operation.parameters[name], value) for name, value in query.items())


def number_of(operation: Operation, query: Mapping[str, str], name: str) -> int:
    return int(query.get(name, operation.default(name)))


def _judge_order(operation: Operation, query: Mapping[str, str], page: Page, strict: bool) -> Iterator[Finding]:
    field_, order = query.get("sort_by", operation.default("sort_by")), query.get("sort_order", "asc")
    rule = f"list.{operation.id}.sort.{field_}"
    if operation.item["properties"][field_].get("format") == "date-time":
        found = _out_of_order(page.items, [one.time(field_) for one in page.items], order)
        if found:
            yield rule, f"items by {field_} {order}", found
    else:
        blocks = [value for value, _ in groupby(one.fields[field_] for one in page.items)]
        twice = next((value for value in blocks if blocks.count(value) > 1), None)
        if twice is not None:
            yield rule, f"each {field_} in one block", f"{twice} in several"
        elif strict:
            keys = [(one.fields[field_] is not None, one.fields[field_] or "") for one in page.items]
            found = _out_of_order(page.items, keys, order)
            if found and _out_of_order(page.items, [(some, text.casefold()) for some, text in keys], order):
                yield f"{rule}.by_name.strict", f"items by {field_} {order}", found
    if strict:
        for _, equal in groupby(page.items, lambda one: one.fields[field_]):
            ids = [one.id for one in equal]
            if ids != sorted(ids):
                yield f"{rule}.ties.strict", f"equal {field_} by id", ", ".join(ids[:3])
                return


def _out_of_order(items: Sequence[Item], keys: Sequence[Any], order: str) -> str | None:
    for (one, key), (other, next_key) in pairwise(zip(items, keys, strict=True)):
        if key < next_key if order == "desc" else key > next_key:
            return f"{one.id} before {other.id}"
    return None
