"""Sorting of every list: each field, both directions, and what stands between equal items."""

from collections.abc import Callable, Sequence
from itertools import cycle, groupby, pairwise
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
        pages = context.shared_pages(listing, asked, fresh=fresh)
        items = [item for _, page in pages for item in page.items]
        wrong = [_out_of_order([key(item) for item in items], order) for key in keys_of(listing, field)]
        if None in wrong:
            break
    place = None if None in wrong else wrong[0]
    near = [] if place is None else items[place : place + 2]
    shown = " before ".join(f"{item.fields[field]} ({item.id})" for item in near)
    context.check(place is None, f"items by {field} {order}", shown, pages[0][0])
    return pages[0][0], items


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
        asked = [{"sort_by": field, "sort_order": order} for order in _orders(listing)]
        found = {one["sort_order"]: context.shared_pages(listing, one, fresh=fresh) for one in asked}
        items = {order: [item for _, page in pages for item in page.items] for order, pages in found.items()}
        problems = [
            _blocks({o: [key(item) for item in of] for o, of in items.items()}) for key in keys_of(listing, field)
        ]
        problem = "" if "" in problems else problems[0]
        if not problem:
            break
    responses = [pages[0][0] for pages in found.values()]
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
        for _ in (1, 2):
            one, other = ([item.id for item in context.list_items(listing, asked, fresh=new)] for new in (False, True))
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
    collection, orders = context.collection(listing, least=1), cycle(_orders(listing))
    for parameter in listing.equality_filters:
        for value in values_of(collection, parameter):
            expect_sorted(context, listing, field, next(orders), **{parameter.name: value})
