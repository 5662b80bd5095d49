"""What happened to runs: one document for each run, its entries oldest first."""

from typing import Any, Final, NamedTuple

from ..domain.timestamps import format_timestamp
from ..resources.resource import Codec
from ..resources.sequences.model import Run

HISTORY: Final = "history"
"""The kind of these documents; their id is the run's."""
MOST_ENTRIES: Final = 1000
"""How many entries of a run are kept; the oldest go."""


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


HISTORY_CODEC: Final = Codec(
    dump=lambda entries: [list(entry) for entry in entries],
    load=lambda rows: tuple(HistoryEntry(*row) for row in rows),
)


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
