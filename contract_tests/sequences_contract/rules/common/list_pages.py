"""Pages of every list: they partition the collection, and their numbers are right, on the last page and beyond."""

from collections.abc import Iterable, Sequence
from itertools import cycle
from random import Random
from typing import Any

from ...contract.operations import Operation
from ...engine import Page, RuleContext
from ...http.messages import Response
from ..registry import for_each
from . import calls
from .list_filters import Query, typical, values_of

#: Pages of one list that are read: where there are more, the first, the last, and some that are drawn by the seed.
_MOST_PAGES = 8
#: Items that pages of two and three are tried with at least.
_SHORT = 7
_NOTHING = "2999-01-01T00:00:00Z"


def partition(context: RuleContext, listing: Operation, sizes: Iterable[int], query: Query) -> None:
    """Each page at these sizes is the whole's part at its place, with right numbers: no gap, no overlap, no repetition."""
    whole = _ids(context, listing, query)
    for size in sizes:
        drawn = Random(f"{context.session.settings.seed} {size} {query}")  # noqa: S311
        for number in _numbers(_last(whole, size), drawn):
            whole = _expect_page(context, listing, query, size, number, whole)


def _expect_page(
    context: RuleContext, listing: Operation, query: Query, size: int, number: int, whole: list[str]
) -> list[str]:
    """A page must be the part of the whole at its place. Gives the whole, which may have been read anew for it."""
    response, wrong = _look(context, listing, {**query, "page": number, "size": size}, whole)
    with context.unhurried():
        for _ in (1, 2):
            if wrong is None:
                break
            whole = _ids(context, listing, query, fresh=True)  # it may have become another list meanwhile
            number = min(number, _last(whole, size))  # a target may reject a page past the end
            response, wrong = _look(context, listing, {**query, "page": number, "size": size}, whole)
    context.check(wrong is None, *(wrong or ("", "")), response)
    return whole


def _look(
    context: RuleContext, listing: Operation, query: dict[str, Any], whole: Sequence[str]
) -> tuple[Response, tuple[str, str] | None]:
    """A page, and the first thing that it should be and is not, with what it is instead."""
    response = context.send(listing, query=query)
    if response.status != 200:
        return response, ("200", response.summary())
    return response, _difference(context.page_of(response, listing), query["page"], query["size"], whole)


def _ids(context: RuleContext, listing: Operation, query: Query, *, fresh: bool = False) -> list[str]:
    return [item.id for item in context.whole_list(listing, query, fresh=fresh)[1]]


def _last(whole: Sequence[str], size: int) -> int:
    return max(1, -(-len(whole) // size))


def _numbers(last: int, drawn: Random) -> list[int]:
    """The pages to read."""
    if last <= _MOST_PAGES:
        return list(range(1, last + 1))
    ends = [1, 2, last - 1, last]
    return sorted(ends + drawn.sample(range(3, last - 1), _MOST_PAGES - len(ends)))


def _difference(page: Page, number: int, size: int, whole: Sequence[str]) -> tuple[str, str] | None:
    begin, last = size * (number - 1), -(-len(whole) // size)
    here, shown = whole[begin : begin + size], [item.id for item in page.items]
    for place, (wanted, got) in enumerate(zip(here, shown, strict=False), begin + 1):
        if wanted != got:
            return f"item {place} of the whole", f"another one at size {size}"
    if len(set(whole)) < len(whole):
        return "each item once in the whole", "one of them twice"
    for name, expected, found in (
        (f"items on page {number} of size {size}:", len(here), len(shown)),
        ("total_count", len(whole), page.total_count),
        ("total_pages", last if whole else page.total_pages, page.total_pages),
        (f"on page {number} of {last} has_more", number < last, page.has_more),
    ):
        if expected != found:
            return f"{name} {expected}", f"{found}"
    return None


@for_each(calls.lists, "list.{operation}.pages.partition",
          "{operation}: pages of any size hold every match once, in order, with right numbers.", "list.envelope",
          "list.total_count", "list.total_pages", "list.has_more", covers=True)  # fmt: skip
def whole(context: RuleContext, listing: Operation) -> None:
    partition(context, listing, (100, 99, 37, 10, 7), {})


@for_each(calls.lists, "list.{operation}.pages.small",
          "{operation}: pages of one, two and three items are right as well.", "list.size", "list.total_pages")  # fmt: skip
def small(context: RuleContext, listing: Operation) -> None:
    queries = typical(context, listing)
    fewest = min(queries, key=lambda query: len(context.collection(listing).select(query)))
    partition(context, listing, (1,), fewest)  # many pages, and so high numbers of pages
    collection = context.collection(listing)
    values: list[Query] = [
        {one.name: value} for one in listing.equality_filters for value in values_of(collection, one)
    ]
    short = [query for query in values if len(collection.select(query)) >= _SHORT]
    shortest = min(short, key=lambda query: len(collection.select(query)), default=fewest)
    partition(context, listing, (2, 3), shortest)


@for_each(calls.lists, "list.{operation}.pages.sorted", "{operation}: pages partition every order.", "list.envelope", "list.sort_by")  # fmt: skip
def in_order(context: RuleContext, listing: Operation) -> None:
    for sort_by in listing.sorts:
        for sort_order in listing.parameters["sort_order"].values:
            partition(context, listing, (41,), {"sort_by": sort_by, "sort_order": sort_order})


@for_each(calls.lists, "list.{operation}.pages.filtered", "{operation}: pages partition what each filter keeps.",
          "list.envelope", "list.filters", "list.total_count")  # fmt: skip
def filtered(context: RuleContext, listing: Operation) -> None:
    for query, size in zip(typical(context, listing), cycle((10, 13)), strict=False):
        partition(context, listing, (size,), query)


@for_each(calls.lists, "list.{operation}.pages.exact",
          "{operation}: when the last page is full, nothing is said to follow it.", "list.has_more", "list.total_pages")  # fmt: skip
def exact(context: RuleContext, listing: Operation) -> None:
    collection = context.collection(listing, least=2)
    queries: list[Query] = [{}, *typical(context, listing)]
    for parameter in listing.equality_filters:
        queries += [{parameter.name: value} for value in values_of(collection, parameter)]
    for query in queries:
        count = len(collection.select(query))
        parts = [one for one in (1, 2, 3, 5) if count % one == 0 and count // one <= 100]
        for last in parts[:2] if count > 1 else []:
            _expect_page(context, listing, query, count // last, last, _ids(context, listing, query))


@for_each(calls.lists, "list.{operation}.pages.past_the_end.strict", "{operation}: a page past the end is 200 and empty.", "list.past_the_end")  # fmt: skip
def past(context: RuleContext, listing: Operation) -> None:
    total = len(context.collection(listing).items)
    for page in (total // 10 + 2, 10**6, 10**12, 10**30):
        response = context.send(listing, query={"page": page})
        found = context.page_of(response, listing)
        shown = f"{len(found.items)} items, has_more {found.has_more}, total_count {found.total_count}"
        fits = not found.items and not found.has_more and abs(found.total_count - total) < max(5, total // 10)
        context.check(fits, f"no items, has_more false, total_count {total}", shown, response)


def _page_of_nothing(context: RuleContext, listing: Operation) -> tuple[Response, Page]:
    bound = next(one.name for one in listing.bounds if not one.is_upper)
    response = context.send(listing, query={bound: _NOTHING})
    return response, context.page_of(response, listing)


@for_each(calls.lists, "list.{operation}.pages.nothing",
          "{operation}: without a match there are no items, a count of 0, and nothing follows.", "list.total_count",
          "list.has_more")  # fmt: skip
def nothing(context: RuleContext, listing: Operation) -> None:
    response, page = _page_of_nothing(context, listing)
    shown = f"{len(page.items)} items, count {page.total_count}, pages {page.total_pages}, has_more {page.has_more}"
    fits = not page.items and page.total_count == 0 and not page.has_more and page.total_pages in (0, 1)
    context.check(fits, "nothing", shown, response)


@for_each(calls.lists, "list.{operation}.pages.nothing.strict", "{operation}: without a match total_pages is 0.", "list.no_match")  # fmt: skip
def nothing_strict(context: RuleContext, listing: Operation) -> None:
    response, page = _page_of_nothing(context, listing)
    context.check(page.total_pages == 0, "total_pages 0", f"{page.total_pages}", response)


@for_each(calls.lists, "list.{operation}.defaults", "{operation}: each parameter that is left out has its default.",
          "list.page", "list.size", "list.sort_by", "list.sort_order")  # fmt: skip
def defaults(context: RuleContext, listing: Operation) -> None:
    everything = {name: listing.default(name) for name in ("sort_by", "sort_order", "page", "size")}
    wanted = context.page_of(context.send(listing, query=everything), listing)
    for left_out in (set(everything), *({name} for name in everything), {"sort_by", "sort_order"}):
        for _ in (1, 2):
            response = context.send(listing, query={n: v for n, v in everything.items() if n not in left_out})
            page = context.page_of(response, listing)
            if page == wanted:
                break
            wanted = context.page_of(context.send(listing, query=everything), listing)  # it may have changed meanwhile
        shown = f"{len(page.items)} items, other ones or in another order"
        context.check(page == wanted, f"the same as {everything}", shown, response)


@for_each(calls.lists, "list.{operation}.size", "{operation}: every size within the bounds is accepted and kept to.", "list.size")  # fmt: skip
def sizes(context: RuleContext, listing: Operation) -> None:
    bounds = listing.parameters["size"].schema
    for size in (bounds["minimum"], 50, bounds["maximum"]):  # between them pages of other sizes are read
        response = context.send(listing, query={"size": size})
        page = context.page_of(response, listing)
        wanted = min(size, page.total_count)
        context.check(len(page.items) == wanted, f"{wanted} items", f"{len(page.items)}", response)
