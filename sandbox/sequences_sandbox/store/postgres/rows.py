"""Runs as rows: the columns in the order of the entity's fields."""

import json
from collections.abc import Iterable
from typing import Any, Final

from psycopg.rows import TupleRow

from ...resources.sequences.model import Run
from ...resources.sequences.schedule import Schedule

_FIELDS: Final = (
    "id", "organization_id", "contact_id", "sequence_template_id", "status", "variables", "source_contact_list_id",
    "last_step_executed_at", "created_at", "updated_at", "company", "paused_until", "steps_done", "next_step_at",
    "step_skipped",
)  # fmt: skip
COLUMNS: Final = ", ".join(_FIELDS)
"""What `read` takes, in its order."""
RUN_COLUMNS: Final = f"{COLUMNS}, due_at"
"""What a row of a state holds beside the state's number, in the order of `write`."""

_VALUES: Final = ", ".join(["%s"] * (len(_FIELDS) + 2))
_CHANGES: Final = ", ".join(f"{name} = excluded.{name}" for name in (*_FIELDS[1:], "due_at"))
UPSERT: Final = (
    f"INSERT INTO runs (state, {RUN_COLUMNS}) VALUES ({_VALUES}) ON CONFLICT (state, id) DO UPDATE SET {_CHANGES}"
)


def read(rows: Iterable[TupleRow]) -> list[Run]:
    """Runs from rows of `COLUMNS`."""
    return [Run(*row) for row in rows]


def write(state: int, run: Run, schedule: Schedule) -> tuple[Any, ...]:
    """The row of a run, its state first."""
    variables = None if run.variables is None else json.dumps(dict(run.variables))
    return (
        state,
        run.id,
        run.organization_id,
        run.contact_id,
        run.sequence_template_id,
        run.status,
        variables,
        run.source_contact_list_id,
        run.last_step_executed_at,
        run.created_at,
        run.updated_at,
        run.company,
        run.paused_until,
        run.steps_done,
        run.next_step_at,
        run.step_skipped,
        schedule.due_at(run),
    )
