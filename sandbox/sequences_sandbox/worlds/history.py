"""What happened to runs: pages of entries, oldest first, so that one more entry writes one short document.

The page that is being filled has the run's id; a full one moves to an id of its own and stays as it is.
"""

from collections.abc import Callable
from itertools import chain
from typing import Any, Final, NamedTuple

from ..domain.timestamps import format_timestamp
from ..resources.resource import Codec
from ..resources.sequences.model import Run

HISTORY: Final = "history"
"""The kind of these documents."""
MOST_ENTRIES: Final = 1000
"""How many entries of a run are kept; the oldest go."""
_PAGE: Final = 16
_MOST_PAGES: Final = -(-MOST_ENTRIES // _PAGE)
FEWEST_ENTRIES: Final = 4
"""How many entries of a run that changes are kept in a world whose history takes as many bytes as it may."""


class HistoryEntry(NamedTuple):
    """At `at`, `event` by client, clock or engine led from `source` to `target`, in a request if one asked for it."""

    at: int
    event: str
    by: str
    source: str | None
    target: str
    request_id: str | None


class Change(NamedTuple):
    """A run as it became, and what made it so."""

    run: Run
    entry: HistoryEntry


class HistoryPage(NamedTuple):
    """Some entries of a run, and how many pages there were before them."""

    number: int
    entries: tuple[HistoryEntry, ...]


HISTORY_CODEC: Final = Codec(
    dump=lambda page: [page.number, [list(entry) for entry in page.entries]],
    load=lambda parts: HistoryPage(parts[0], tuple(HistoryEntry(*row) for row in parts[1])),
)

Find = Callable[[str, str], Any]
"""A document by kind and id, None when there is none."""


def with_entry(find: Find, run_id: str, entry: HistoryEntry, *, few: bool) -> dict[str, HistoryPage | None]:
    """The pages that change when an entry is added, by id; None for one that goes. Of `few`, the last entries are kept."""
    page: HistoryPage = find(HISTORY, run_id) or HistoryPage(0, ())
    entries = (*page.entries, entry)
    if few:
        return {
            run_id: HistoryPage(page.number, entries[-FEWEST_ENTRIES:]),
            **dict.fromkeys(_full_pages(find, run_id, page.number)),
        }
    if len(page.entries) < _PAGE:
        return {run_id: HistoryPage(page.number, entries)}
    return {run_id: HistoryPage(page.number + 1, (entry,)), _page_id(run_id, page.number): page}


def history_of(find: Find, run_id: str) -> list[HistoryEntry]:
    """The entries of a run, oldest first."""
    last: HistoryPage | None = find(HISTORY, run_id)
    if last is None:
        return []
    pages = reversed(_full_pages(find, run_id, last.number).values())
    return list(chain.from_iterable(page.entries for page in (*pages, last)))[-MOST_ENTRIES:]


def _full_pages(find: Find, run_id: str, end: int) -> dict[str, HistoryPage]:
    """The full pages of a run before the one of the number `end`, by id, the last one first."""
    pages: dict[str, HistoryPage] = {}
    for number in range(end - 1, end - 1 - _MOST_PAGES, -1):
        page = find(HISTORY, _page_id(run_id, number))
        if page is None or page.number != number:
            break
        pages[_page_id(run_id, number)] = page
    return pages


def _page_id(run_id: str, number: int) -> str:
    """A page takes the place of the one that goes, so that a run has so many documents and no more."""
    return f"{run_id}/{number % _MOST_PAGES}"


def history_fields(entry: HistoryEntry) -> dict[str, Any]:
    """An entry as the control API shows it."""
    return {
        "at": format_timestamp(entry.at),
        "event": entry.event,
        "by": entry.by,
        "from": entry.source,
        "to": entry.target,
        "request_id": entry.request_id,
    }
