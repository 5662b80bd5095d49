"""What handlers return and listeners are told: values of the domain, and the birth that turns their times into instants."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..domain.timestamps import format_timestamp
from ..resources.sequences.model import Run
from ..store.base import HistoryEntry


class RunResult(NamedTuple):
    """One run."""

    run: Run
    epoch: int


class PageResult(NamedTuple):
    """The list envelope around the runs of a page."""

    runs: Sequence[Run]
    epoch: int
    total_count: int
    total_pages: int
    has_more: bool


class ChangeResult(NamedTuple):
    """A run that just changed, and what changed it."""

    run: Run
    epoch: int
    entry_: HistoryEntry


class StatusResult(NamedTuple):
    """A value under another status than the operation's first."""

    status: int
    value: Any


class TextResult(NamedTuple):
    """Bytes that are sent as they are."""

    media_type: str
    body: bytes


class StreamResult(NamedTuple):
    """The stream of what happens in a world, without end."""

    world_id: str


def change_fields(change: ChangeResult) -> dict[str, Any]:
    """What listeners are told of a change."""
    return {
        **history_fields(change.entry_, change.epoch),
        "sequence": run_fields(change.run, change.epoch),
    }


def history_fields(entry_: HistoryEntry, epoch: int) -> dict[str, Any]:
    """One line of a run's history."""
    return {
        "at": format_timestamp(epoch + entry_.at),
        "event": entry_.event,
        "by": entry_.by,
        "from": entry_.source,
        "to": entry_.target,
        "request_id": entry_.request_id,
    }


def run_fields(run: Run, epoch: int) -> dict[str, Any]:
    """The ten fields of the contract's object."""
    last = run.last_step_executed_at
    return {
        "id": run.id,
        "organization_id": run.organization_id,
        "contact_id": run.contact_id,
        "sequence_template_id": run.sequence_template_id,
        "status": run.status,
        "variables": run.variables,
        "source_contact_list_id": run.source_contact_list_id,
        "last_step_executed_at": None if last is None else format_timestamp(epoch + last),
        "created_at": format_timestamp(epoch + run.created_at),
        "updated_at": format_timestamp(epoch + run.updated_at),
    }
