"""What handlers return and listeners are told: values of the domain, and the birth that turns their times into instants."""

from collections.abc import Sequence as Seq
from typing import Any, NamedTuple

from .entities import Sequence
from .instants import format_instant
from .store.base import Happening


class RunView(NamedTuple):
    """One run."""

    run: Sequence
    birth: int


class PageView(NamedTuple):
    """The list envelope around the runs of a page."""

    runs: Seq[Sequence]
    birth: int
    total_count: int
    total_pages: int
    has_more: bool


class ChangeView(NamedTuple):
    """A run that just changed, and what changed it."""

    run: Sequence
    birth: int
    happening: Happening


class StatusView(NamedTuple):
    """A value under another status than the operation's first."""

    status: int
    value: Any


class TextView(NamedTuple):
    """Bytes that are sent as they are."""

    media_type: str
    body: bytes


class ListenView(NamedTuple):
    """The stream of what happens in a world, without end."""

    world_id: str


def change_fields(change: ChangeView) -> dict[str, Any]:
    """What listeners are told of a change."""
    return {
        **happening_fields(change.happening, change.birth),
        "sequence": run_fields(change.run, change.birth),
    }


def happening_fields(happening: Happening, birth: int) -> dict[str, Any]:
    """One line of a run's history."""
    return {
        "at": format_instant(birth + happening.at),
        "event": happening.event,
        "by": happening.by,
        "from": happening.source,
        "to": happening.target,
        "request_id": happening.request_id,
    }


def run_fields(run: Sequence, birth: int) -> dict[str, Any]:
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
        "last_step_executed_at": None if last is None else format_instant(birth + last),
        "created_at": format_instant(birth + run.created_at),
        "updated_at": format_instant(birth + run.updated_at),
    }
