"""Every pair of values of a list's parameters: each response is what the whole collection says that it must be."""

from typing import Any

from ...contract import timestamps
from ...contract.operations import Operation
from ...engine import Collection, Finding, RuleContext
from ...http.messages import Response
from ..covering import Row, covering
from ..registry import for_each
from . import calls
from .list_order import is_time, keys_of

#: Left out, small ones, and the largest, which has one page of whatever is filtered.
_SIZES, _PAGES = (None, 1, 7, 100), (None, 1, 2, 3)


@for_each(calls.lists, "list.{operation}.pairs",
          "{operation}: whichever two parameters are given, or left out, the page is what the collection says.",
          "list.filters", "list.sort_by", "list.sort_order", "list.page", "list.size")  # fmt: skip
def pairs(context: RuleContext, listing: Operation) -> None:
    collection = context.collection(listing, least=3)
    values = {name: found for name, found in _values(collection).items() if len(found) > 1}
    rows = covering(values, lambda row: row.get("size") != 100 or (row.get("page") or 1) == 1)
    for row in rows:
        _agrees(context, listing, {name: value for name, value in row.items() if value is not None})
    context.saw = f"{len(rows)} queries hold every pair of values of {len(values)} parameters"


def _values(collection: Collection) -> dict[str, list[Any]]:
    """What each parameter is tried with, left out included: frequent values, bounds that leave much, and all orders."""
    listing = collection.operation
    found: dict[str, list[Any]] = {}
    for parameter in listing.filters:
        held = collection.values(parameter)
        if parameter.is_bound:
            held = sorted(held, key=timestamps.parse)
            parts = (4, 2) if parameter.is_upper else (1, 2)
            held = [held[min(len(held) - 1, len(held) * part // 5)] for part in parts]
        found[parameter.name] = [None, *dict.fromkeys(held[:2])]
    found |= {name: [None, *listing.parameters[name].values] for name in ("sort_by", "sort_order")}
    return found | {"size": list(_SIZES), "page": list(_PAGES)}


def _agrees(context: RuleContext, listing: Operation, query: Row) -> None:
    """Judges a query by a collection that was the same before and after it, unless it agrees with the known one at once."""
    response, problem = _ask(context, context.collection(listing), query)
    for _ in range(2):
        if problem is None:
            break
        before = context.collection(listing, fresh=True)
        response, problem = _ask(context, before, query)
        if problem is not None and context.collection(listing, fresh=True).items == before.items:
            break
    else:
        problem = None  # the collection does not keep still
    expected, got = problem or ("", "")
    context.check(problem is None, expected, got, response)


def _ask(context: RuleContext, collection: Collection, query: Row) -> tuple[Response, Finding | None]:
    """The response to a query, and what is wrong with it."""
    listing = collection.operation
    matching = collection.select(query)
    number, size = query.get("page", 1), query.get("size", listing.default("size"))
    if (number - 1) * size >= max(1, len(matching)):  # a page past the end may be rejected
        number = 1
        query = {name: value for name, value in query.items() if name != "page"}
    response = context.send(listing, query=query)
    page = context.page_of(response, listing)
    here = _here(context, collection, query)[(number - 1) * size : number * size]
    got = page.total_count, page.has_more, len(page.items)
    wanted = len(matching), number * size < len(matching), len(here)
    if got != wanted:
        return response, (f"total_count, has_more and items {wanted}", f"{got}")
    if not {item.id for item in page.items} <= {item.id for item in matching}:
        return response, ("items that satisfy the filters", "others")
    if context.strict:
        right = [item.id for item in page.items] == [item.id for item in here]
    else:
        key = keys_of(listing, _field(listing, query))[0]
        right = not is_time(listing, _field(listing, query)) or [*map(key, page.items)] == [*map(key, here)]
    asked = f"by {_field(listing, query)} {query.get('sort_order', listing.default('sort_order'))}"
    return response, None if right else (f"the items {asked} on page {number} of size {size}", "other ones")


def _field(listing: Operation, query: Row) -> str:
    return str(query.get("sort_by", listing.default("sort_by")))


def _here(context: RuleContext, collection: Collection, query: Row) -> list[Any]:
    """The items that match, in order; where only profile strict says what the order is, in that."""
    listing = collection.operation
    down = query.get("sort_order", listing.default("sort_order")) == "desc"
    found = sorted(collection.select(query), key=lambda item: item.id)
    return sorted(found, key=keys_of(listing, _field(listing, query))[0], reverse=down)
