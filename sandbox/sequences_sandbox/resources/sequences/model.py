"""A sequence of the API, called a run in code: one live outreach to one contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ...domain.timestamps import Timestamp
from ..resource import Filter, Resource, private


@dataclass(frozen=True, slots=True)
class Run:
    """The ten fields of the contract's object, then what the schedule needs.

    `company` is the domain of the company that the contact works at; None for a deleted contact or one without. The run
    waits to wake exactly while `paused_until` is set. `next_step_at` is when the next step is due; while the run is paused,
    when it will be due if the run wakes at `paused_until`.
    """

    id: str
    organization_id: str
    contact_id: str | None
    sequence_template_id: str
    status: str
    variables: Mapping[str, str] | None
    source_contact_list_id: str | None
    last_step_executed_at: Timestamp | None
    created_at: Timestamp
    updated_at: Timestamp
    company: str | None = private(default=None)
    paused_until: Timestamp | None = private(default=None)
    steps_done: int = private(default=0)
    next_step_at: Timestamp | None = private(default=None)
    step_skipped: bool = private(default=False)


RUNS: Final = Resource(
    "sequences",
    Run,
    noun="sequence",
    id_parameter="sequence_id",
    schema="Sequence",
    scope="sequences:read",
    filters={
        "status": Filter("status"),
        "sequence_template_id": Filter("sequence_template_id"),
        "created_at_after": Filter("created_at", "after"),
        "created_at_before": Filter("created_at", "before"),
    },
    sorts=("created_at", "updated_at", "status"),
)
