"""The filters of every list, compared with the whole collection."""

from collections.abc import Iterator, Sequence
from itertools import combinations, cycle

from ...contract import timestamps
from ...contract.document import Contract
from ...contract.operations import Operation, Parameter
from ...engine import ABSENT_ID, Collection, RuleContext
from ..registry import for_each
from . import calls

Query = dict[str, str | int]
_MOST_VALUES = 12
#: Items of a page.
_SIZE = 100
#: Years of which an offset may lead beyond the calendar.
_BEYOND = {"0001": float("-inf"), "9999": float("inf")}


def agrees(context: RuleContext, listing: Operation, query: Query) -> None:
    """The list under `query` must hold just the items of the collection that satisfy it, and count them."""
    wanted = {item.id for item in context.collection(listing).select(query)}
    if _some_pages_agree(context, listing, query, wanted):
        return
    with context.unhurried():
        wanted = {item.id for item in context.collection(listing, fresh=True).select(query)}
        pages = context.pages(listing, query)
    got = [item.id for _, page in pages for item in page.items]
    response, first = pages[0]
    extra, missing = sorted(set(got) - wanted), sorted(wanted - set(got))
    shown = f"{len(got)} items, {len(extra)} that do not fit {extra[:1]}, {len(missing)} missing {missing[:1]}"
    context.check(not extra and not missing, f"the {len(wanted)} items that satisfy the filters", shown, response)
    context.check(first.total_count == len(wanted), f"total_count {len(wanted)}", str(first.total_count), response)


def _some_pages_agree(context: RuleContext, listing: Operation, query: Query, wanted: set[str]) -> bool:
    """Whether the first page, one in the middle and the last show as many items of `wanted` as they must, none of them
    twice, and the number of `wanted` as their count."""
    last = max(1, -(-len(wanted) // _SIZE))
    seen, expected = set[str](), 0
    for number in sorted({1, (1 + last) // 2, last}):
        response = context.send(listing, query={**query, "page": number, "size": _SIZE})
        if response.status != 200:
            return False
        page = context.page_of(response, listing)
        seen |= {item.id for item in page.items}
        expected += min(_SIZE, len(wanted) - _SIZE * (number - 1))
        if page.total_count != len(wanted) or len(seen) != expected or not seen <= wanted:
            return False
    context.judged += 1
    return True


def values_of(collection: Collection, parameter: Parameter, most: int = 4) -> list[str]:
    """What a filter can be asked for: every value that the contract lists, else the commonest of the collection."""
    return parameter.values or collection.values(parameter)[:most]


def typical(context: RuleContext, listing: Operation) -> list[Query]:
    """One query for each filter: a bound in the middle of the collection, and the commonest value of each other filter."""
    collection = context.collection(listing, least=3)
    found: list[Query] = []
    for parameter in listing.filters:
        values = collection.values(parameter)
        if parameter.is_bound:
            values = sorted(values, key=timestamps.parse)
            values = values[3 * len(values) // 4 :] if parameter.is_upper else values[len(values) // 4 :]
        if values:
            found.append({parameter.name: values[0]})
    return found


def forms_agree(context: RuleContext, listing: Operation, name: str, *columns: Sequence[str]) -> None:
    """The list must agree for what a filter is asked in each of several forms, of which a column has one for each of some
    values: each form of two values, in turn."""
    for number, forms in enumerate(columns):
        for text in dict.fromkeys(forms[(2 * number + step) % len(forms)] for step in (0, 1)):
            agrees(context, listing, {name: text})


@for_each(calls.equality_filters, "list.{operation}.filter.{part}",
          "{operation}: {part} keeps just the items that have that value.", "list.filters")  # fmt: skip
def equality(context: RuleContext, listing: Operation, parameter: Parameter) -> None:
    values = values_of(context.collection(listing, least=0 if parameter.values else 1), parameter, _MOST_VALUES)
    absent = (
        [] if parameter.values else [ABSENT_ID if parameter.schema.get("format") == "uuid" else "nothing@has.example"]
    )
    for value in [*values, *absent]:
        agrees(context, listing, {parameter.name: value})


_uuid_filters = calls.only(calls.equality_filters, lambda _, one: one.schema.get("format") == "uuid")


@for_each(_uuid_filters, "list.{operation}.filter.{part}.any_case.strict", "{operation}: {part} is accepted in upper case.", "run.uuids")  # fmt: skip
def uuid_in_any_case(context: RuleContext, listing: Operation, parameter: Parameter) -> None:
    for value in context.collection(listing, least=1).values(parameter)[:1]:
        agrees(context, listing, {parameter.name: value.upper()})


@for_each(calls.lists, "list.{operation}.filters.pairs", "{operation}: any two filters combine with AND.", "list.filters")  # fmt: skip
def pairs(context: RuleContext, listing: Operation) -> None:
    for one, other in combinations(typical(context, listing), 2):
        agrees(context, listing, {**one, **other})


@for_each(calls.lists, "list.{operation}.filters.all",
          "{operation}: all filters together combine with AND, whatever the order is.", "list.filters")  # fmt: skip
def together(context: RuleContext, listing: Operation) -> None:
    single = typical(context, listing)
    everything = {name: value for query in single for name, value in query.items()}
    agrees(context, listing, everything)
    for sort_by in listing.sorts:
        for sort_order in listing.parameters["sort_order"].values:
            agrees(context, listing, {**everything, "sort_by": sort_by, "sort_order": sort_order})
    for query, sort_by in zip(single, cycle(listing.sorts), strict=False):  # the usual order is that of other rules
        agrees(context, listing, {**query, "sort_by": sort_by, "sort_order": listing.unusual("sort_order")})


_with_cells = calls.only(calls.lists, lambda one: len(one.equality_filters) > 1)


@for_each(_with_cells, "list.{operation}.filters.values",
          "{operation}: every value of one filter with the commonest of another gives just the items of both.",
          "list.filters")  # fmt: skip
def cells(context: RuleContext, listing: Operation) -> None:
    collection = context.collection(listing, least=1)
    for one, other in combinations(listing.equality_filters, 2):
        for value in values_of(collection, one):
            for second in values_of(collection, other)[:2]:
                agrees(context, listing, {one.name: value, other.name: second})


@for_each(calls.bounds, "list.{operation}.bound.{part}", "{operation}: {part} is strict: it leaves out the time itself.",
          "list.after", "list.before")  # fmt: skip
def strict_bound(context: RuleContext, listing: Operation, parameter: Parameter) -> None:
    """Bounds on times that exist, a little beside them, with several offsets, and far away."""
    collection = context.collection(listing, least=1)
    values = collection.values(parameter)
    times = sorted(map(timestamps.parse, values))
    beside = context.bound_unit(values)
    # Of a time with the most digits, one that compares fewer loses some.
    finest = max(times, key=lambda time: time.denominator)
    tried = sorted({times[0], times[len(times) // 2], times[-1], finest})
    for time in tried:
        for moved in (time - beside, time, time + beside):
            agrees(context, listing, {parameter.name: timestamps.write(moved)})
    for minutes, time in zip((330, -600, 0), cycle(tried), strict=False):
        agrees(context, listing, {parameter.name: timestamps.write(time, offset_minutes=minutes)})
    for far in ("1970-01-01T00:00:00Z", "2999-12-31T23:59:59Z"):
        agrees(context, listing, {parameter.name: far})


def _with_pair(contract: Contract) -> Iterator[tuple[Operation, str]]:
    for listing in contract.lists:
        fields = [listing.field_of(one) for one in listing.bounds]
        for field in dict.fromkeys(fields):
            if fields.count(field) > 1:
                yield listing, field


@for_each(_with_pair, "list.{operation}.between.{part}",
          "{operation}: both bounds of {part} together keep the items in between, and none when they meet.", "list.after",
          "list.before")  # fmt: skip
def between(context: RuleContext, listing: Operation, field: str) -> None:
    lower, upper = sorted(
        (one for one in listing.bounds if listing.field_of(one) == field), key=lambda one: one.is_upper
    )
    values = sorted(context.collection(listing, least=3).values(lower), key=timestamps.parse)
    low, middle, high = values[0], values[len(values) // 2], values[-1]
    for one, other in ((low, high), (low, middle), (middle, high), (middle, middle), (high, low)):
        agrees(context, listing, {lower.name: one, upper.name: other})


@for_each(calls.bounds, "list.{operation}.bound.{part}.forms.strict",
          "{operation}: {part} is read in lower case, with long fractions, at second 60 and in far years.",
          "list.timestamps")  # fmt: skip
def forms(context: RuleContext, listing: Operation, parameter: Parameter) -> None:
    times = [item.time(listing.field_of(parameter)) for item in context.collection(listing, least=1).items]
    middle = timestamps.write(sorted(times)[len(times) // 2])
    whole, _, digits = middle.removesuffix("Z").partition(".")
    digits = digits.ljust(6, "0")
    for text in (
        middle.lower(), f"{whole}.{digits}000000Z", f"{whole}.{digits}0000001Z", f"{whole}.{digits}9Z",
        "2016-12-31T23:59:60Z", "2016-12-31T18:59:60-05:00", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00",
        "0001-01-01T00:00:00Z", "2000-01-01T00:00:00.1234567890123Z", "2000-01-01T00:00:00-23:59",
    ):  # fmt: skip
        response = context.send(listing, query={parameter.name: text, "size": 1})
        total = context.page_of(response, listing).total_count
        bound = _BEYOND[text[:4]] if text[:4] in _BEYOND else timestamps.parse(text.upper())
        wanted = sum(time < bound if parameter.is_upper else time > bound for time in times)
        context.check(total == wanted, f"{wanted} items for {parameter.name}={text}", f"{total}", response)
