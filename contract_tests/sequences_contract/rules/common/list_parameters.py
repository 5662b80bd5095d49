"""Bad query parameters of every list are rejected."""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches

from ...contract.document import Contract
from ...contract.operations import Operation, Parameter
from ...engine import ABSENT_ID, RuleContext
from ...http.messages import Response
from ..registry import Select, for_each
from . import calls

_BAD_TIMES = ("yesterday", "2026-13-01T00:00:00Z", "1772442000x")
_INCOMPLETE_TIMES = (
    "2026-03-02", "2026-03-02T09:00:00", "2026-02-30T00:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T09:60:00Z",
    "2026-03-02T09:00:61Z", "2026-03-02T09:00:00%2B24:00", "2026-03-02T09:00:00%2B01:60", "2026-03-02%2009:00:00Z",
    "2026-03-02T09:00:00%2B0100", "2026-03-02T09:00Z", "20260302T090000Z", "1772442000",
)  # fmt: skip
_SAMPLES = {
    "integer": ["1", "2"], "uuid": [ABSENT_ID, "00000000-0000-4000-8000-000000000000"], "string": ["a", "b"],
    "date-time": ["2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"],
}  # fmt: skip
_NO_INTEGERS = ("%2B1", "+1", "1.0", "1e1", "0x1", "%EF%BC%91", "1_0", "1%20", "%201", "١")


def _reject(context: RuleContext, listing: Operation, queries: Iterable[str], why: str, *also: int) -> list[Response]:
    responses = ((query, context.send(listing, query=query)) for query in queries)
    return [context.expect_rejected(response, f"{why}: {query[:80]}", also=also) for query, response in responses]


def _kind(kind: str) -> Select:
    """The parameters of a kind: of an enum, of a format, or of a type."""

    def select(contract: Contract) -> Iterator[tuple[Operation, Parameter]]:
        for listing in contract.lists:
            for parameter in listing.parameters.values():
                schema = parameter.schema
                if kind == ("enum" if "enum" in schema else schema.get("format", schema["type"])):
                    yield listing, parameter

    return select


def _unlisted(parameter: Parameter) -> list[str]:
    one, other = parameter.values[0], parameter.values[-1]
    return [one[:-1], one.upper() if one.islower() else one.lower(), f"{one}%2C{other}", "1", "id"]


def _out_of_bounds(parameter: Parameter) -> list[str]:
    low, high = parameter.schema["minimum"], parameter.schema.get("maximum")
    above = [] if high is None else [str(high + 1), str(10 * high), "9" * 20]
    return [str(low - 1), "-1", "-5", "x", "many", "1.5", *above]


_ID_FORMS = [f"%7B{ABSENT_ID}%7D", ABSENT_ID.replace("-", ""), f"urn:uuid:{ABSENT_ID}", f"{ABSENT_ID}0"]
#: The kind of parameter, the end of the id, the sentence, its statement, and the values.
_ROWS: tuple[tuple[str, str, str, str, Callable[[Parameter], Iterable[str]]], ...] = (
    ("enum", "", "a {part} that is none of the listed is rejected", "list.values", _unlisted),
    ("uuid", "", "a {part} that is no UUID is rejected", "list.values", lambda _: ("abc", "123", "9acd9de9")),
    (
        "uuid",
        ".strict",
        "a {part} in braces, without hyphens or as a URN is rejected",
        "run.uuids",
        lambda _: _ID_FORMS,
    ),
    ("integer", "", "a {part} out of its bounds is rejected", "list.values", _out_of_bounds),
    ("integer", ".strict", "{part} is a plain decimal integer", "list.strict_query", lambda _: _NO_INTEGERS),
    ("date-time", "", "a {part} that is no date-time is rejected", "list.values", lambda _: _BAD_TIMES),
    ("date-time", ".strict", "{part} needs its time of day and offset", "list.timestamps", lambda _: _INCOMPLETE_TIMES),
)


def _declare(kind: str, end: str, sentence: str, statement: str, texts: Callable[[Parameter], Iterable[str]]) -> None:
    @for_each(_kind(kind), "list.{operation}.rejects.{part}" + end, "{operation}: " + sentence + ".", statement)
    def rejects(context: RuleContext, listing: Operation, parameter: Parameter) -> None:
        also = (404,) if kind == "uuid" else ()
        _reject(
            context, listing, (f"{parameter.name}={text}" for text in texts(parameter)), f"for no such {kind}", *also
        )


for row in _ROWS:
    _declare(*row)


@for_each(_kind("date-time"), "list.{operation}.rejects.{part}.lost_plus.strict",
          "{operation}: a + in {part} that arrived as a space is rejected, and the message says so.", "list.lost_plus")  # fmt: skip
def lost_plus(context: RuleContext, listing: Operation, parameter: Parameter) -> None:
    queries = (f"{parameter.name}=2026-03-02T09:00:00{offset}" for offset in ("+00:00", "%2001:00"))
    for response in _reject(context, listing, queries, "for a lost +"):
        said = f"{response.json().get('message', '')}"
        context.check("%2B" in said or "+" in said, "a message that names the +", f"{said:.200}", response)


@for_each(_kind("string"), "list.{operation}.rejects.{part}.strict",
          "{operation}: a {part} that is longer than its limit is rejected.", "list.longest")  # fmt: skip
def too_long(context: RuleContext, listing: Operation, parameter: Parameter) -> None:
    limit = parameter.schema["maxLength"]
    context.expect(context.send(listing, query={parameter.name: "a" * limit}), 200, why="for the longest value")
    _reject(context, listing, (f"{parameter.name}={'a' * (limit + 1)}",), "for a value that is too long")


@for_each(calls.lists, "list.{operation}.rejects.hostile", "{operation}: hostile queries get a response below 500.", "issue.server_failure")  # fmt: skip
def hostile(context: RuleContext, listing: Operation) -> None:
    queries = ["page=1&unknown=42", "page=" + "9" * 400, "&" * 300, "=", "sort_by=%27%3B--", "page=%E2%88%9E"]
    for parameter in listing.filters:
        texts = ["%00", "A" * 5000, "%F0%9F%92%A9"]
        if parameter.is_bound:
            texts += ["9" * 3000, "99999-01-01T00:00:00Z", "0001-01-01T00:00:00%2B05:00", "9999-12-31T23:59:59-05:00"]
        queries += [f"{parameter.name}={text}" for text in texts]
    for query in queries:
        response = context.send(listing, query=query)
        context.check(response.status < 500, "a response below 500", response.summary, response)


@for_each(calls.lists, "list.{operation}.rejects.bytes.strict", "{operation}: a query that is not UTF-8 is rejected.", "list.strict_query")  # fmt: skip
def not_text(context: RuleContext, listing: Operation) -> None:
    context.check(context.send(listing, query="size=%").status < 500, "a response below 500", "5xx")
    queries = ["%FF=1", "page=%FF", *(f"{one.name}={text}" for one in listing.filters for text in ("%FF", "%C3%28"))]
    _reject(context, listing, queries, "for a query that is not UTF-8")


@for_each(calls.lists, "list.{operation}.rejects.unknown.strict",
          "{operation}: an unknown parameter is rejected, and the nearest known one is named.", "list.strict_query")  # fmt: skip
def unknown(context: RuleContext, listing: Operation) -> None:
    for name in listing.parameters:
        wrong = name[:-1] + name[-1] * 2
        response = context.expect_rejected(
            context.send(listing, query={wrong: "1"}), f"for the unknown parameter {wrong}"
        )
        nearest = get_close_matches(wrong, listing.parameters, n=1)[0]
        context.check(nearest in response.text(2000), f"'{nearest}' named", response.text(200), response)
    for name in ("zzzz", "limit", "offset", "page_size", *(known.upper() for known in listing.parameters)):
        context.expect_rejected(context.send(listing, query={name: "1"}), f"for the unknown parameter {name}")


@for_each(calls.lists, "list.{operation}.rejects.repeated.strict", "{operation}: a repeated parameter is rejected.", "list.strict_query")  # fmt: skip
def repeated(context: RuleContext, listing: Operation) -> None:
    for name, parameter in listing.parameters.items():
        values = parameter.values or _SAMPLES[parameter.schema.get("format", parameter.schema["type"])]
        one, other = values[0], values[-1]
        _reject(
            context, listing, (f"{name}={one}&{name}={one}", f"{name}={one}&{name}={other}"), "for a repeated parameter"
        )


@for_each(calls.lists, "list.{operation}.rejects.empty.strict", "{operation}: an empty value is rejected.", "list.strict_query")  # fmt: skip
def empty(context: RuleContext, listing: Operation) -> None:
    _reject(context, listing, (f"{name}=" for name in listing.parameters), "for an empty value")
