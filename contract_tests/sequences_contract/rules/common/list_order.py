"""Sorting of every list: each field, both directions, and what stands between equal items."""

from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from typing import Any

from ...contract.operations import Operation
from ...engine import RuleContext
from ...http.messages import Response
from ..registry import for_each
from . import calls
from .list_filters import values_of

Key = Callable[[Any], Any]


def is_time(listing: Operation, field: str) -> bool:
    return listing.item["properties"][field].get("format") == "date-time"  # type: ignore[no-any-return]


def keys_of(listing: Operation, field: str) -> list[Key]:
    """What a field may be sorted by, null first: times by their value, texts as they are or without regard to case."""
    if is_time(listing, field):
        return [lambda item: item.time(field)]
    return [
        lambda item: (item.fields[field] is not None, item.fields[field] or ""),
        lambda item: (item.fields[field] is not None, (item.fields[field] or "").casefold()),
    ]


def _out_of_order(values: Sequence[Any], order: str) -> int | None:
    pairs = enumerate(pairwise(values))
    return next((i for i, (one, other) in pairs if (one < other if order == "desc" else one > other)), None)


def expect_sorted(
    context: RuleContext, listing: Operation, field: str, order: str, **query: str | int
) -> tuple[Response, list[Any]]:
    """The list by `field` must be in order. Gives its first response and its items."""
    asked: dict[str, str | int] = {**query, "sort_by": field, "sort_order": order}
    for fresh in (False, True):
        response, items = context.whole_list(listing, asked, fresh=fresh)
        wrong = [_out_of_order([key(item) for item in items], order) for key in keys_of(listing, field)]
        if None in wrong:
            break
    place = None if None in wrong else wrong[0]
    near = [] if place is None else items[place : place + 2]
    shown = " before ".join(f"{item.fields[field]} ({item.id})" for item in near)
    context.check(place is None, f"items by {field} {order}", shown, response)
    return response, items


def expect_nulls_first(context: RuleContext, listing: Operation, field: str) -> None:
    """Items whose field is null come before all others, or after them with desc."""
    for order in _orders(listing):
        for fresh in (False, True):
            response, items = context.whole_list(listing, {"sort_by": field, "sort_order": order}, fresh=fresh)
            blocks = [null for null, _ in groupby(item.fields[field] is None for item in items)]
            right = blocks in ([True, False] if order == "asc" else [False, True], [True])
            if right:
                break
        context.check(right, f"null first, {order}", f"null at {blocks}", response)


def _orders(listing: Operation) -> list[str]:
    return listing.parameters["sort_order"].values


_times = calls.only(calls.sorts, is_time)
_texts = calls.only(calls.sorts, lambda *sort: not is_time(*sort))


@for_each(_times, "list.{operation}.sort.{part}", "{operation}: sort_by={part} sorts by that time, both ways.",
          "list.sort_by", "list.sort_order")  # fmt: skip
def by_time(context: RuleContext, listing: Operation, field: str) -> None:
    for order in _orders(listing):
        expect_sorted(context, listing, field, order)


@for_each(_texts, "list.{operation}.sort.{part}",
          "{operation}: sort_by={part} puts equal values together, and desc reverses their order.", "list.sort_by",
          "list.sort_order")  # fmt: skip
def by_text(context: RuleContext, listing: Operation, field: str) -> None:
    for fresh in (False, True):
        shown = {
            order: context.whole_list(listing, {"sort_by": field, "sort_order": order}, fresh=fresh)
            for order in _orders(listing)
        }
        problems = [
            _blocks({order: [key(item) for item in items] for order, (_, items) in shown.items()})
            for key in keys_of(listing, field)
        ]
        problem = "" if "" in problems else problems[0]
        if not problem:
            break
    responses = [response for response, _ in shown.values()]
    context.check(not problem, f"each {field} in one block, and the reverse with desc", problem, *responses)


def _blocks(values: dict[str, list[Any]]) -> str:
    """What is wrong with values that should stand in blocks, the other way round with desc; empty when nothing is."""
    groups = {order: [value for value, _ in groupby(found)] for order, found in values.items()}
    for order, group in groups.items():
        twice = sorted({str(value[1]) for value in group if group.count(value) > 1})
        if twice:
            return f"{twice[:3]} in several, {order}"
    return "" if groups["desc"] == groups["asc"][::-1] else "another order"


@for_each(_texts, "list.{operation}.sort.{part}.by_name.strict",
          "{operation}: sort_by={part} sorts by the text, null first.", "list.order_of_ties")  # fmt: skip
def by_name(context: RuleContext, listing: Operation, field: str) -> None:
    for order in _orders(listing):
        expect_sorted(context, listing, field, order)


@for_each(calls.sorts, "list.{operation}.sort.{part}.stable", "{operation}: equal items keep one order from request to request.", "list.sort_by")  # fmt: skip
def stable(context: RuleContext, listing: Operation, field: str) -> None:
    for order in _orders(listing):
        asked: dict[str, str | int] = {"sort_by": field, "sort_order": order}
        _, items = context.whole_list(listing, asked)
        for _ in (1, 2, 3):
            before, (_, items) = items, context.whole_list(listing, asked, fresh=True)
            one, other = ([item.id for item in of] for of in (before, items))
            if one == other:
                break
        response = context.send(listing, query={**asked, "size": 100})
        context.check(one == other, "one order", f"two orders by {field} {order}", response)


@for_each(calls.sorts, "list.{operation}.sort.{part}.ties.strict",
          "{operation}: items of equal {part} are in ascending order of id, in both directions.", "list.order_of_ties")  # fmt: skip
def ties(context: RuleContext, listing: Operation, field: str) -> None:
    for order in _orders(listing):
        response, items = expect_sorted(context, listing, field, order)
        for _, equal in groupby(items, keys_of(listing, field)[0]):
            ids = [item.id for item in equal]
            context.check(ids == sorted(ids), f"equal {field} by id, {order}", f"{ids[:3]}", response)


@for_each(_times, "list.{operation}.sort.{part}.filtered", "{operation}: sorting by {part} holds under filters too.",
          "list.sort_by", "list.filters")  # fmt: skip
def filtered(context: RuleContext, listing: Operation, field: str) -> None:
    collection, unusual = context.collection(listing, least=1), listing.unusual("sort_order")
    for parameter in listing.equality_filters:
        values = values_of(collection, parameter)
        for value in values:
            expect_sorted(context, listing, field, unusual, **{parameter.name: value})
        for value in values[:1]:
            expect_sorted(context, listing, field, str(listing.default("sort_order")), **{parameter.name: value})
