"""Was it sent? Questions to the journal, and what was nearest when the answer is no."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from typing import Final

from .journal import Entry, Wanted

_MOST_NEAREST: Final = 3
_MOST_SURPLUS: Final = 10
_MOST_DIFFERENCES: Final = 20
"""How many differences of an entry are told: an entry with more is not what was looked for."""


@dataclass(frozen=True, slots=True)
class Near:
    """An entry and what of it differs; nothing for one that fits though it should not be there."""

    request_id: str
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether it is so, how many fit, and otherwise the nearest misses, the nearest first."""

    ok: bool
    count: int
    nearest: tuple[Near, ...] = ()


def count(entries: Sequence[Entry], wanted: Wanted, at_least: int | None, at_most: int | None) -> Finding:
    """Whether as many entries fit as asked; `entries` are oldest first, a bound of None is no bound.

    With too few, the nearest are those that nearly fit; with too many, they are the ones that fit, the latest first.
    """
    fitting = [entry for entry in entries if wanted.fits(entry)]
    number = len(fitting)
    if at_most is not None and number > at_most:
        surplus = tuple(Near(entry.request_id, ()) for entry in fitting[::-1][:_MOST_SURPLUS])
        return Finding(False, number, surplus)
    if at_least is not None and number < at_least:
        return Finding(False, number, _nearest([entry for entry in entries if not wanted.fits(entry)], wanted))
    return Finding(True, number)


def in_order(entries: Sequence[Entry], wanted: Sequence[Wanted]) -> Finding:
    """Whether entries fit one after the other, others between them or not; `count` tells how many were found so."""
    found: list[Entry] = []
    position = 0
    for want in wanted:
        at = next((at for at in range(position, len(entries)) if want.fits(entries[at])), None)
        if at is None:
            return Finding(False, len(found), _nearest_in_order(entries, position, want, found))
        found.append(entries[at])
        position = at + 1
    return Finding(True, len(found))


def _nearest_in_order(
    entries: Sequence[Entry], position: int, wanted: Wanted, found: Sequence[Entry]
) -> tuple[Near, ...]:
    """The nearest among what came later, and then what fits but came too early."""
    used = {entry.request_id for entry in found}
    early = [entry for entry in entries[:position] if wanted.fits(entry) and entry.request_id not in used]
    place = f"it came before number {len(found)} of the order, {found[-1].request_id}" if found else ""
    too_early = tuple(Near(entry.request_id, (place,)) for entry in early[::-1])
    return (*too_early, *_nearest(entries[position:], wanted))[:_MOST_NEAREST]


def _nearest(entries: Sequence[Entry], wanted: Wanted) -> tuple[Near, ...]:
    misses = (
        Near(entry.request_id, tuple(islice(wanted.differs(entry), _MOST_DIFFERENCES))) for entry in reversed(entries)
    )
    return tuple(nsmallest(_MOST_NEAREST, misses, key=lambda near: len(near.differs)))
