"""Was it sent? Questions to the journal, and what came nearest when the answer is no.

An entry is compared with one match a fixed number of times, and only the entries that are shown are put into words, so
that a question costs in proportion to the journal and to itself, never to their product.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final

from .journal import Entry
from .journal_match import JournalMatch

_MOST_NEAREST: Final = 3
_MOST_SURPLUS: Final = 10
_MOST_DIFFERENCES: Final = 20
"""How many differences of an entry are counted and shown: an entry with more is not what was looked for."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An entry and what of it differs; nothing for one that matches and is one too many."""

    request_id: str
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether it holds, how many entries match, and otherwise the near misses, the nearest first."""

    ok: bool
    count: int
    nearest: tuple[NearMiss, ...] = ()


def count(entries: Sequence[Entry], wanted: JournalMatch, at_least: int | None, at_most: int | None) -> Finding:
    """Whether as many entries match as asked; `entries` are oldest first, a bound of None is no bound.

    With too few, the nearest are those that almost match; with too many, they are the ones that match, the latest first.
    """
    matching, others = _parted(entries, wanted)
    number = len(matching)
    if at_most is not None and number > at_most:
        surplus = tuple(NearMiss(entry.request_id, ()) for entry in matching[::-1][:_MOST_SURPLUS])
        return Finding(False, number, surplus)
    if at_least is not None and number < at_least:
        return Finding(False, number, _nearest(others, wanted))
    return Finding(True, number)


def in_order(entries: Sequence[Entry], wanted: Sequence[JournalMatch]) -> Finding:
    """Whether entries match one after the other, others between them or not; `count` says how many were found so."""
    found: list[Entry] = []
    position = 0
    for want in wanted:
        at = next((at for at in range(position, len(entries)) if want.matches(entries[at])), None)
        if at is None:
            return Finding(False, len(found), _nearest_in_order(entries, position, want, found))
        found.append(entries[at])
        position = at + 1
    return Finding(True, len(found))


def _parted(entries: Sequence[Entry], wanted: JournalMatch) -> tuple[list[Entry], list[Entry]]:
    """The entries that match, and the others."""
    matching: list[Entry] = []
    others: list[Entry] = []
    for entry in entries:
        (matching if wanted.matches(entry) else others).append(entry)
    return matching, others


def _nearest_in_order(
    entries: Sequence[Entry], position: int, wanted: JournalMatch, found: Sequence[Entry]
) -> tuple[NearMiss, ...]:
    """The nearest among what came later, and before them what matches but came too early."""
    used = {entry.request_id for entry in found}
    early = [entry for entry in entries[:position] if wanted.matches(entry) and entry.request_id not in used]
    why = f"it came before number {len(found)} of the order, {found[-1].request_id}" if found else ""
    too_early = tuple(NearMiss(entry.request_id, (why,)) for entry in early[::-1][:_MOST_NEAREST])
    return (*too_early, *_nearest(entries[position:], wanted))[:_MOST_NEAREST]


def _nearest(entries: Sequence[Entry], wanted: JournalMatch) -> tuple[NearMiss, ...]:
    """Those that differ least, the latest first."""
    latest_first = ((wanted.count_differences(entry, _MOST_DIFFERENCES), entry) for entry in reversed(entries))
    near = nsmallest(_MOST_NEAREST, latest_first, key=lambda counted: counted[0])
    return tuple(NearMiss(entry.request_id, wanted.describe_differences(entry, _MOST_DIFFERENCES)) for _, entry in near)
