"""One page of a list: what it counts, what its filters keep, its order; and pages that were read one after the other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any

import jsonschema_rs

from ..contract import timestamps
from ..contract.operations import ARRANGING, Operation, Parameter
from ..engine import Item, Page
from ..engine.collection import matches
from .exchange import Exchange

#: The id of a rule, what was expected, and what came.
Finding = tuple[str, str, str]
#: Fields that never change: a list that is filtered and sorted by these alone keeps its items in their places.
FIXED = ("id", "created_at", "first_seen_at", "sequence_template_id")
_MOST_LISTS = 1000
#: Longer numbers are not judged.
_DIGITS = 18
_MOST_IDS = 100_000


def values_of(exchange: Exchange, operation: Operation) -> dict[str, str]:
    """The known parameters that are given once and not empty: of any other form the documents say nothing."""
    names = [name for name, _ in exchange.parameters]
    given = ((name, value) for name, value in exchange.parameters if name in operation.parameters and value)
    longest = {name: _DIGITS for name, one in operation.parameters.items() if one.schema.get("type") == "integer"}
    return {n: value for n, value in given if names.count(n) == 1 and len(value) <= longest.get(n, len(value))}


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


def judge_page(operation: Operation, query: Mapping[str, str], page: Page, strict: bool) -> Iterator[Finding]:
    """What is wrong with a page, whatever the other pages say."""
    prefix = f"list.{operation.id}"
    wrong = [name for name, value in query.items() if not fits(operation.parameters[name], value)]
    for name in wrong:
        if "enum" in operation.parameters[name].schema or operation.parameters[name].schema["type"] == "integer":
            yield f"{prefix}.rejects.{name}", f"400 for {name}={query[name]:.60}", "200"
    if "page" not in wrong and "size" not in wrong:
        yield from _judge_numbers(operation, query, page, strict)
    for parameter in operation.filters:
        value = query.get(parameter.name)
        if value is not None and parameter.name not in wrong:
            kind = "bound" if parameter.is_bound else "filter"
            other = next((one for one in page.items if not matches(operation, one, parameter, value)), None)
            if other is not None:
                held = other.fields[operation.field_of(parameter)]
                yield (
                    f"{prefix}.{kind}.{parameter.name}",
                    f"items for {parameter.name}={value:.60}",
                    f"{held} ({other.id})",
                )
    ids = [one.id for one in page.items]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        yield f"{prefix}.pages.partition", "each item once", f"{twice} twice on one page"
    if "sort_by" not in wrong and "sort_order" not in wrong and operation.sorts:
        yield from _judge_order(operation, query, page, strict)


def number_of(operation: Operation, query: Mapping[str, str], name: str) -> int:
    return int(query.get(name, operation.default(name)))


def _judge_numbers(operation: Operation, query: Mapping[str, str], page: Page, strict: bool) -> Iterator[Finding]:
    number, size = (number_of(operation, query, name) for name in ("page", "size"))
    rule, last = f"list.{operation.id}.pages.partition", -(-page.total_count // size)
    if len(page.items) > size:
        yield f"list.{operation.id}.size", f"{size} items at most", f"{len(page.items)}"
    elif page.total_pages != last and (page.total_count or strict or page.total_pages > 1):
        yield rule, f"total_pages {last} of {page.total_count} items at size {size}", f"{page.total_pages}"
    elif (number <= last or strict or not page.total_count) and page.has_more != (number < last):
        yield rule, f"has_more {number < last} on page {number} of {last}", f"{page.has_more}"


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


@dataclass
class _Series:
    """Pages of one list, read one after the other."""

    last: Exchange
    number: int
    total: int
    ids: set[str]


@dataclass
class Series:
    """Every list that is being read, by client and query."""

    _running: dict[tuple[str, str, tuple[tuple[str, str], ...]], _Series] = field(default_factory=dict)

    def judge(self, exchange: Exchange, operation: Operation, query: Mapping[str, str], page: Page) -> Finding | None:
        """Whether a page shows what an earlier one showed, or the last page comes too early; else None.

        Only lists that keep their places are compared, and only while they count the same: then nothing came or went.
        """
        arranged = [query.get("sort_by", operation.default("sort_by"))] if operation.sorts else []
        fields = [operation.field_of(one) for one in operation.filters if one.name in query]
        if not {*arranged, *fields} <= set(FIXED) or not fits_all(operation, query):
            return None
        rest = tuple(sorted((name, value) for name, value in query.items() if name != "page"))
        key, number = (exchange.client, operation.id, rest), number_of(operation, query, "page")
        before = self._running.pop(key, None)
        ids = {one.id for one in page.items}
        follows = before is not None and before.number + 1 == number and before.total == page.total_count
        known: set[str] = set()
        if before is not None and follows and before.last.precedes(exchange):
            known = before.ids
        elif number != 1:
            return None
        again = known & ids
        if len(known) + len(ids) <= _MOST_IDS and len(self._running) < _MOST_LISTS:
            self._running[key] = _Series(exchange, number, page.total_count, known | ids)
        if again:
            return f"list.{operation.id}.pages.partition", "each item on one page", f"{min(again)} on two pages"
        return None


def fits_all(operation: Operation, query: Mapping[str, str]) -> bool:
    return all(fits(operation.parameters[name], value) for name, value in query.items())


@dataclass
class Counts:
    """Whether pages hold as many items as they count.

    A server may count and read at two times. So a page between one list that counts what it holds, and another that counts
    what it says, may have been read while an item came or went: it is no finding.
    """

    _right: dict[tuple[Any, ...], set[int]] = field(default_factory=dict)
    _wrong: list[tuple[tuple[Any, ...], int, int, Exchange, Finding]] = field(default_factory=list)

    def note(self, exchange: Exchange, operation: Operation, query: Mapping[str, str], page: Page) -> None:
        """Looks at one page. Beyond its last page the documents do not say what a list holds."""
        if not fits_all(operation, {name: query[name] for name in ARRANGING if name in query}):
            return
        number, size = (number_of(operation, query, name) for name in ("page", "size"))
        wanted, got = min(size, page.total_count - size * (number - 1)), len(page.items)
        filters = tuple(sorted((name, query[name]) for name in query if name not in ARRANGING))
        key = exchange.client, operation.id, filters
        if wanted == got and len(self._right) < _MOST_LISTS:
            self._right.setdefault(key, set()).add(page.total_count)
        elif 0 < wanted != got <= size and len(self._wrong) < _MOST_LISTS:
            expected = f"{wanted} items on page {number} of {page.total_count} at size {size}"
            finding = f"list.{operation.id}.pages.partition", expected, f"{got}"
            self._wrong.append((key, page.total_count, size * (number - 1) + got, exchange, finding))

    def findings(self) -> Iterator[tuple[Exchange, Finding]]:
        """What is wrong for good, once everything has been looked at."""
        for key, said, held, exchange, finding in self._wrong:
            if not {said, held} <= self._right.get(key, set()):
                yield exchange, finding
