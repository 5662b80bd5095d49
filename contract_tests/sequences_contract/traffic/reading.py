"""Recordings as they are found: HTTP Archives, journals of the sandbox, and JSON Lines of the entries of either."""

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from .entries import har_entry, journal_entry
from .exchange import Exchange
from .redaction import Redactor

#: A HAR or a journal is one JSON document, which has to fit into memory.
MOST_BYTES = 64 * 1024 * 1024
#: The longest line of JSON Lines, in bytes, and how many entries they may have.
LONGEST_LINE = 16 * 1024 * 1024
MOST_ENTRIES = 1_000_000
#: How many lines, and how many bytes of bodies, are held back to be put into order.
_WINDOW, _WINDOW_BYTES = 10_000, 64 * 1024 * 1024
_MIB = 1024 * 1024


class RecordError(Exception):
    """A recording cannot be used; the text says why, and how to fix it."""


@dataclass
class Unreadable:
    """The entries of a recording that are none: the first one, as a sentence, and how many there are."""

    first: str = ""
    number: int = 0

    def add(self, problem: str) -> None:
        self.first = self.first or problem
        self.number += 1


def read(path: Path, redactor: Redactor, unreadable: Unreadable) -> Iterator[Exchange]:
    """The exchanges of a recording, in the order in which they began. Raises RecordError, also if none can be read."""
    found, entries = False, _lines if path.suffix == ".jsonl" else _document
    try:
        for one in _ordered(entries(path, redactor, unreadable)):
            found = True
            yield one
        if unreadable.number and not found:
            raise RecordError(unreadable.first)
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}") from None
    except RecursionError:
        raise RecordError(f"{path} is nested too deeply for a recording") from None


def _document(path: Path, redactor: Redactor, unreadable: Unreadable) -> Iterator[Exchange]:
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise RecordError(
            f"{path} has {size // _MIB} MiB, and a recording in one JSON document may have {MOST_BYTES // _MIB}; make JSON "
            "Lines of it, which are read line by line: jq -c '.log.entries[]' recording.har > recording.jsonl"
        )
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise RecordError(
            f"{path} is no JSON ({error}); give a HAR, a journal of the sandbox, or JSON Lines named .jsonl"
        ) from None
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    where = "log.entries"
    if not isinstance(entries, list):
        entries, where = (document.get("items"), "items") if isinstance(document, dict) else (document, "")
    if not isinstance(entries, list):
        raise RecordError(f"{path} has neither log.entries, as a HAR, nor items, as a journal of the sandbox")
    creator = log.get("creator") if isinstance(log, dict) else None
    sandbox = isinstance(creator, dict) and creator.get("name") == "sequences-sandbox"
    for index, entry in enumerate(entries):
        yield from _entry(entry, f"{path}: {where}[{index}]", redactor, unreadable, sandbox=sandbox)


def _lines(path: Path, redactor: Redactor, unreadable: Unreadable) -> Iterator[Exchange]:
    with path.open("rb") as file:
        for number in count(1):
            line = file.readline(LONGEST_LINE + 1)
            if not line:
                return
            place = f"{path}:{number}"
            if len(line) > LONGEST_LINE:
                raise RecordError(f"{place} is longer than {LONGEST_LINE // _MIB} MiB; leave that entry out")
            if number > MOST_ENTRIES:
                raise RecordError(f"{path} has more than {MOST_ENTRIES:,} lines; split it, and judge each part")
            if not line.strip():
                continue
            try:
                entry = json.loads(line.decode("utf-8-sig"))
            except ValueError as error:
                unreadable.add(f"{place} is no JSON ({error}); give one entry a line")
                continue
            yield from _entry(entry, place, redactor, unreadable)


def _entry(
    entry: Any, place: str, redactor: Redactor, unreadable: Unreadable, *, sandbox: bool = False
) -> Iterator[Exchange]:
    try:
        is_journal = "request" in entry and "method" in entry
        one = journal_entry(entry, place) if is_journal else har_entry(entry, place, redactor, sandbox)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        problem = f"{type(error).__name__} {error}"
        unreadable.add(f"{place} is no entry of a HAR and none of a journal: {problem}; leave it out")
    else:
        yield one


def _ordered(exchanges: Iterator[Exchange]) -> Iterator[Exchange]:
    """The same in the order in which they began, as far as a window of them reaches. What has no time keeps its place."""
    waiting: list[tuple[float, int, Exchange]] = []
    weight, latest = 0, float("-inf")
    for number, one in enumerate(exchanges):
        latest = one.began if one.began is not None else latest
        heapq.heappush(waiting, (latest, number, one))
        weight += one.weight
        while len(waiting) > _WINDOW or weight > _WINDOW_BYTES:
            first = heapq.heappop(waiting)[2]
            weight -= first.weight
            yield first
    while waiting:
        yield heapq.heappop(waiting)[2]
