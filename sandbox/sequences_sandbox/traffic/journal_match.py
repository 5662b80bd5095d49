"""Which journal entries a question means, and how an entry differs from what was meant.

A filter compares only what is shown of an entry, so that no question can find out a key that is redacted. Comparing costs
no more than the entry is long, whatever was asked.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final

from .journal import Entry, header_values, redacted, text_of
from .json_differences import shown, subset_differences
from .patterns import glob_matches

Sentence = Callable[[], str]
"""Makes the sentence that says what differs, for whoever reads it."""

_RUNS: Final = "sequences"


@dataclass(frozen=True, slots=True)
class StatusFilter:
    """An exact status, or the class of those from `low` to `high`. `text` is how it was asked for."""

    low: int
    high: int
    text: str

    def matches(self, status: int) -> bool:
        """Whether a status is one of those."""
        return self.low <= status <= self.high


@dataclass(frozen=True, slots=True)
class JournalMatch:
    """Which entries are meant; every part that is given has to match. `since` is a timestamp of the world's clock.

    `path` is a pattern as in fault rules; `sequence_id` and the names in `header_subset` are in lower case; `text` is in
    path, query or a body, in any case.
    """

    operation: str | None = None
    method: str | None = None
    path: str | None = None
    sequence_id: str | None = None
    status: StatusFilter | None = None
    key_name: str | None = None
    key_id: str | None = None
    since: int | None = None
    text: str | None = None
    query_subset: Mapping[str, str] | None = None
    header_subset: Mapping[str, str] | None = None
    body_subset: Mapping[str, Any] | None = None

    def matches(self, entry: Entry) -> bool:
        """Whether an entry is meant."""
        return next(self._differences(entry), None) is None

    def count_differences(self, entry: Entry, most: int) -> int:
        """How many things about an entry are other than meant, counted up to `most`."""
        return sum(1 for _ in islice(self._differences(entry), most))

    def describe_differences(self, entry: Entry, most: int) -> tuple[str, ...]:
        """What about an entry is other than meant, a sentence each."""
        return tuple(redacted(sentence()) for sentence in islice(self._differences(entry), most))

    def _differences(self, entry: Entry) -> Iterator[Sentence]:
        yield from self._line_differences(entry)
        if self.since is not None and entry.at < self.since:
            yield lambda: "it came before 'since'"
        if self.sequence_id is not None and not _concerns(entry, self.sequence_id):
            yield partial("{} is not about the sequence {}".format, entry.path, self.sequence_id)
        if self.text is not None and not _contains(entry, self.text.casefold()):
            yield lambda: f"{shown(self.text)} is in neither its path, query, bodies nor User-Agent"
        if self.query_subset:
            yield from _value_differences("query.{}", "query has no {}", self.query_subset, _query_values(entry))
        if self.header_subset:
            sent = header_values(entry.request_headers)
            yield from _value_differences("header {}", "it has no header {}", self.header_subset, sent)
        if self.body_subset is not None:
            yield from _body_differences(self.body_subset, entry)

    def _line_differences(self, entry: Entry) -> Iterator[Sentence]:
        """What differs in the entry's line: operation, method, path, status, key."""
        for name, wanted, found in (
            ("operation", self.operation, entry.operation),
            ("method", None if self.method is None else self.method.upper(), entry.method),
            ("key_name", self.key_name, entry.key_name),
            ("key_id", self.key_id, entry.key_id),
        ):
            if wanted not in (None, found):
                yield partial("{} is {}, not {}".format, name, shown(found), shown(wanted))
        if self.path is not None and not glob_matches(self.path, entry.path):
            yield partial("path is {}, not {}".format, shown(entry.path), shown(self.path))
        if self.status is not None and not self.status.matches(entry.status):
            yield partial("status is {}, not {}".format, entry.status, self.status.text)


def _concerns(entry: Entry, sequence_id: str) -> bool:
    """Whether a request names a run, in its path or as its parameter `sequence_id`."""
    path = entry.path.lower()
    if f"/{_RUNS}/{sequence_id}/" in f"{path}/":
        return True
    return any(name == "sequence_id" and value.lower() == sequence_id for name, value in entry.parameters)


def _contains(entry: Entry, text: str) -> bool:
    bodies = (text_of(entry.request_body), text_of(entry.response_body))
    return any(text in (part or "").casefold() for part in (entry.path, entry.query, *bodies, entry.user_agent))


def _query_values(entry: Entry) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in entry.parameters:
        values.setdefault(name, []).append(value)
    return values


def _value_differences(
    place: str, absent: str, wanted: Mapping[str, str], found: Mapping[str, list[str]]
) -> Iterator[Sentence]:
    """How parameters or headers, which may be repeated, differ from a subset."""
    for name, value in wanted.items():
        values = found.get(name)
        if values is None:
            yield partial(absent.format, shown(name))
        elif value not in values:
            sent = values[0] if len(values) == 1 else values
            yield partial("{} is {}, not {}".format, place.format(name), shown(sent), shown(value))


def _body_differences(subset: Mapping[str, Any], entry: Entry) -> Iterator[Sentence]:
    if not entry.request_body:
        yield lambda: "no body was read"
        return
    if len(entry.request_body) < entry.request_size:
        kept = len(entry.request_body)
        yield lambda: f"only the first {kept} bytes of its body are kept, too few to compare it"
        return
    try:
        body = json.loads(entry.request_body)
    except (ValueError, RecursionError):
        yield lambda: "its body is not JSON"
        return
    yield from subset_differences(("body",), subset, body)
