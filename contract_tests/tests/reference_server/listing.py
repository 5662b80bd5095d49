"""The list: parameters, filters, order, pages; and get."""

import difflib
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any
from urllib.parse import unquote_to_bytes

from .messages import ApiError, Call, Query, Response, shown
from .timers import Timers
from .timestamps import parse_timestamp
from .world import Run

STATUSES = (
    *("FOUND", "REFUSED", "ACTIVE", "WAITING_FOR_LEAD", "WAITING_FOR_USER"),
    *("SUCCEEDED", "COMPLETED", "FAILED", "STOPPED_EARLY"),
)
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")


def decode(text: str, field: str) -> str:
    """Undo percent-encoding; bytes that are not UTF-8 are rejected."""
    try:
        return unquote_to_bytes(text.encode("latin-1")).decode("utf-8")
    except UnicodeDecodeError:
        raise ApiError(400, f"'{field}' is not UTF-8; encode it as UTF-8 first.", field=field) from None


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint at the known word that was perhaps meant."""
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.0)
    return f"did you mean '{close[0]}'?" if close else "none is known here."


class Listing(Timers):
    """The two reads."""

    known_parameters: tuple[str, ...] = (
        *("status", "sequence_template_id", "created_at_after", "created_at_before"),
        *("sort_by", "sort_order", "page", "size"),
    )
    sort_fields: tuple[str, ...] = ("created_at", "updated_at", "status")
    default_sort = "created_at"
    default_order = "asc"
    default_size = "10"
    largest_size = 100
    smallest_size = 1

    def read_pairs(self, call: Call) -> dict[str, str]:
        """Unknown, empty and repeated parameters are rejected [own]."""
        given: dict[str, str] = {}
        known = self.known(call)
        for pair in filter(None, call.request.query.split("&")):
            name, _, value = (decode(part.replace("+", " "), "query") for part in pair.partition("="))
            if name not in known:
                self.unknown_parameter(name, value, known)
            elif name in given:
                self.repeated_parameter(given, name, value)
            elif not value:
                self.empty_parameter(name)
            else:
                given[name] = value
        return given

    def known(self, call: Call) -> tuple[str, ...]:
        """The query parameters of an operation."""
        return self.known_parameters if call.operation == "list" else ()

    def unknown_parameter(self, name: str, value: str, known: tuple[str, ...]) -> None:
        name = shown(name)
        hint = nearest(name, known)
        raise ApiError(400, f"There is no query parameter '{name}'; {hint}", field=name, problem="unknown")

    def repeated_parameter(self, given: dict[str, str], name: str, value: str) -> None:
        raise ApiError(400, f"Query parameter '{name}' is given twice; give it once.", field=name, problem="repeated")

    def empty_parameter(self, name: str) -> None:
        raise ApiError(400, f"Query parameter '{name}' is empty; give a value or leave it out.", field=name)

    def read_query(self, call: Call) -> Query:
        given = self.read_pairs(call)
        return Query(
            filters={name: value for name, value in self.read_filters(given) if value is not None},
            sort_by=self.read_choice(given, "sort_by", self.default_sort, self.sort_fields),
            sort_order=self.read_choice(given, "sort_order", self.default_order, ("asc", "desc")),
            page=self.read_page(given.get("page", "1")),
            size=self.read_size(given.get("size", self.default_size)),
        )

    def read_filters(self, given: dict[str, str]) -> Iterator[tuple[str, Any]]:
        if "status" in given:
            yield "status", self.read_choice(given, "status", "", STATUSES)
        if "sequence_template_id" in given:
            yield "sequence_template_id", self.read_uuid("sequence_template_id", given["sequence_template_id"])
        for name in ("created_at_after", "created_at_before"):
            if name in given:
                yield name, self.read_bound(name, given[name])

    def read_choice(self, given: dict[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = given.get(name, default)
        if value not in allowed:
            message = f"Query parameter '{name}' cannot be '{shown(value)}'; {nearest(value, allowed)}"
            raise ApiError(400, message, field=name, value=shown(value), allowed=list(allowed))
        return value

    def read_uuid(self, field: str, text: str) -> str | None:
        if UUID.fullmatch(text) is None:
            message = f"'{field}' is not a UUID of the form 8-4-4-4-12: '{shown(text)}'."
            raise ApiError(400, message, field=field, value=shown(text))
        return text.lower()

    def read_bound(self, field: str, text: str) -> Fraction | None:
        try:
            return self.read_timestamp(field, text)
        except ValueError as problem:
            lost = re.search(r" \d\d:\d\d$", text)
            hint = " Its '+' arrived as a space: write '%2B' in a URL." if lost else ""
            message = f"'{field}' is {problem}.{hint}"
            raise ApiError(400, message, field=field, value=shown(text)) from None

    def read_timestamp(self, field: str, text: str) -> Fraction:
        """An timestamp of a query or a body; ValueError says what it is not."""
        return parse_timestamp(text)

    def read_integer(self, field: str, text: str) -> int:
        if INTEGER.fullmatch(text) is None:
            raise ApiError(400, f"'{field}' is not a plain decimal integer: '{shown(text)}'.", field=field)
        # No collection has a page beyond this one, and a number of any length must be read.
        return int(text) if len(text) < 19 else (-1 if text.startswith("-") else 10**18)

    def read_page(self, text: str) -> int:
        page = self.read_integer("page", text)
        if page < 1:
            raise ApiError(400, "Query parameter 'page' counts from 1.", field="page", allowed={"minimum": 1})
        return page

    def read_size(self, text: str) -> int:
        size = self.read_integer("size", text)
        if not self.smallest_size <= size <= self.largest_size:
            bounds = {"minimum": self.smallest_size, "maximum": self.largest_size}
            raise ApiError(
                400, f"Query parameter 'size' goes from 1 to {self.largest_size}.", field="size", allowed=bounds
            )
        return size

    def visible(self, call: Call) -> Iterable[Run]:
        """The runs of the caller's organization."""
        return call.world.runs_of(call.key.organization_id)

    def conditions(self, run: Run, filters: dict[str, Any]) -> Iterator[bool]:
        """One verdict for each filter given."""
        if "status" in filters:
            yield self.has_status(run, filters["status"])
        if "sequence_template_id" in filters:
            yield self.has_template(run, filters["sequence_template_id"])
        if "created_at_after" in filters:
            yield self.is_after(run, filters["created_at_after"])
        if "created_at_before" in filters:
            yield self.is_before(run, filters["created_at_before"])

    def has_status(self, run: Run, status: str) -> bool:
        return run.status == status

    def has_template(self, run: Run, template: str) -> bool:
        return run.sequence_template_id == template

    def is_after(self, run: Run, bound: Fraction) -> bool:
        return run.created_at > bound

    def is_before(self, run: Run, bound: Fraction) -> bool:
        return run.created_at < bound

    def given(self, query: Query) -> dict[str, Any]:
        """The filters that take effect."""
        return query.filters

    def matches(self, run: Run, query: Query) -> bool:
        return all(self.conditions(run, self.given(query)))

    def sort_key(self, run: Run, query: Query) -> Any:
        return getattr(run, query.sort_by)

    def descending(self, query: Query) -> bool:
        return query.sort_order == "desc"

    def order(self, runs: Iterable[Run], query: Query) -> list[Run]:
        """Sorted; a stable sort keeps equal ones in ascending order of id, in both directions [own]."""
        by_id = self.order_ties(runs, query)
        return sorted(by_id, key=lambda run: self.sort_key(run, query), reverse=self.descending(query))

    def order_ties(self, runs: Iterable[Run], query: Query) -> list[Run]:
        return sorted(runs, key=lambda run: run.id)

    def cut(self, runs: list[Run], page: int, size: int) -> list[Run]:
        return runs[(page - 1) * size : page * size]

    def list_runs(self, call: Call) -> Response:
        query = call.query
        matching = self.order((run for run in self.visible(call) if self.matches(run, query)), query)
        page = self.cut(matching, query.page, query.size)
        return Response(200, self.envelope(page, self.total(call, matching), query))

    def total(self, call: Call, matching: list[Run]) -> int:
        return len(matching)

    def get_run(self, call: Call) -> Response:
        return Response(200, self.single(call.run))
