"""The client's side of traffic: what it asks for, whether it reads lists to their end, what it does to runs that ended."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jsonschema_rs

from ..contract.operations import Operation
from ..contract.schemas import json_schema
from ..engine import Page
from .exchange import REDACTED, Exchange
from .histories import Histories
from .pages import Finding, fits, is_clear, number_of, values_of

_MOST_LISTS = 1000
_SORTED = ("sort_by", "sort_order")
_Key = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass
class _Reading:
    """How a client reads one list: the first page after which more followed, and whether it ever went on."""

    first: Exchange | None = None
    went_on: bool = False
    ended: tuple[int, Exchange] | None = None


@cache
def _body_schema(operation: Operation) -> Any:
    content = operation.definition.get("requestBody", {}).get("content", {}).get("application/json")
    return None if content is None else jsonschema_rs.validator_for(json_schema(operation.document, content["schema"]))


@dataclass
class Clients:
    """Judges requests by what the client had seen before it sent them."""

    histories: Histories
    _reading: dict[_Key, _Reading] = field(default_factory=dict)
    _latest: dict[str, str] = field(default_factory=dict)

    def judge(self, exchange: Exchange, operation: Operation, run_id: str) -> Iterator[Finding]:
        """What is wrong with a request."""
        self._latest[exchange.client] = exchange.place
        names = [name for name, _ in exchange.parameters]
        unknown = next((name for name in names if name not in operation.parameters), None)
        query = values_of(exchange, operation)
        wrong = next((name for name, value in query.items() if not fits(operation.parameters[name], value)), None)
        if unknown is not None:
            known = ", ".join(operation.parameters) or "none"
            yield "client.parameters", f"parameters of {operation.id}: {known}", unknown
        elif wrong is not None:
            yield "client.parameters", f"{wrong} as its schema says", query[wrong]
        problem = _problem(operation, exchange.request_body)
        if problem is not None:
            yield "client.body", f"a body as the schema of {operation.id} says", problem
        status = self.histories.ended(exchange, run_id) if operation.event else None
        if status is not None:
            yield "client.after_end", f"no {operation.event} of a run that was {status} when last read", f"{run_id}"
        if operation.is_list and wrong is None:
            yield from self._beyond(exchange, operation, query)

    def _beyond(self, exchange: Exchange, operation: Operation, query: Mapping[str, str]) -> Iterator[Finding]:
        reading, number = self._of(exchange, operation, query), number_of(operation, query, "page")
        clear = is_clear(exchange, operation)
        reading.went_on = reading.went_on or number > 1 or not clear
        if clear and reading.ended and number == reading.ended[0] + 1 and reading.ended[1].precedes(exchange):
            yield "client.has_more", f"no page after {reading.ended[0]}, where has_more was false", f"page {number}"

    def read(self, exchange: Exchange, operation: Operation, query: Mapping[str, str], page: Page) -> None:
        """Remembers a page that the client got."""
        reading, number = self._of(exchange, operation, query), number_of(operation, query, "page")
        reading.ended = None if page.has_more else (number, exchange.without_bodies())
        if page.has_more and reading.first is None:
            reading.first = exchange.without_bodies()

    def findings(self) -> Iterator[tuple[Exchange, Finding]]:
        """Lists of which a client never read a second page, though it went on to something else.

        To read the first page of a sorted list, or one item, is fair.
        """
        for (client, _, rest), reading in self._reading.items():
            given = dict(rest)
            if reading.first is None or reading.went_on or self._latest[client] == reading.first.place:
                continue
            if given.keys().isdisjoint(_SORTED) and given.get("size") != "1":
                shown = f"page {dict(reading.first.parameters).get('page', '1')} only"
                yield reading.first, ("client.has_more", "the next page, since has_more is true", shown)

    def _of(self, exchange: Exchange, operation: Operation, query: Mapping[str, str]) -> _Reading:
        rest = tuple(sorted((name, value) for name, value in query.items() if name != "page"))
        key = exchange.client, operation.id, rest
        if key not in self._reading and len(self._reading) >= _MOST_LISTS:
            return _Reading()
        return self._reading.setdefault(key, _Reading())


def _problem(operation: Operation, raw: bytes | None) -> str | None:
    schema = _body_schema(operation)
    if schema is None or raw is None or REDACTED.encode() in raw:
        return None
    try:
        value = json.loads(raw)
        error = next(schema.iter_errors(value), None)
    except (ValueError, RecursionError):
        return f"no JSON: {raw.decode('utf-8', 'replace')!r}"
    return None if error is None else f"{'/'.join(map(str, error.instance_path)) or 'the body'}: {error.message}"
