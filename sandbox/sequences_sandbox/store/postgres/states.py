"""States in the database: made from runs, copied, and removed when nothing points at them any more."""

from collections.abc import Iterable
from typing import Final

from ...resources.sequences.model import Run
from ...resources.sequences.schedule import Schedule
from .database import Conn
from .rows import RUN_COLUMNS, write

_PARTS: Final = {
    "runs": RUN_COLUMNS,
    "tallies": "organization_id, sequence_template_id, status, runs",
    "happenings": "sequence_id, number, at, event, by, source, target, request_id",
    "forgotten_contacts": "contact_id",
}
"""The tables that hold a state, and their columns beside its number."""
_COPIES: Final = [
    f"INSERT INTO {table} (state, {columns}) SELECT %s, {columns} FROM {table} WHERE state = %s"
    for table, columns in _PARTS.items()
]
_REMOVALS: Final = [f"DELETE FROM {table} WHERE state = %s" for table in _PARTS]
_POINTERS: Final = (
    "SELECT EXISTS (SELECT FROM worlds WHERE state = %(state)s) OR EXISTS (SELECT FROM snapshots WHERE state = %(state)s)"
    " OR EXISTS (SELECT FROM bases WHERE state = %(state)s)"
)
LARGE: Final = 10_000
"""A state of more runs than these is copied when it comes to be shared, not when it is next written to: so long a wait is
for who makes a world, resets it or takes a snapshot, and not for whoever happens to write first."""
_COUNT: Final = (
    "INSERT INTO tallies (state, organization_id, sequence_template_id, status, runs)"
    " SELECT state, organization_id, sequence_template_id, status, count(*) FROM runs WHERE state = %s"
    " GROUP BY state, organization_id, sequence_template_id, status"
)


def load(connection: Conn, state: int, runs: Iterable[Run], schedule: Schedule) -> None:
    """Fills a state that is empty as yet."""
    with connection.cursor() as cursor, cursor.copy(f"COPY runs (state, {RUN_COLUMNS}) FROM STDIN".encode()) as copy:
        for run in runs:
            copy.write_row(write(state, run, schedule))
    connection.execute(_COUNT, (state,))
    if is_large(connection, state):
        # The planner should know of them before the database gets round to looking at them by itself.
        connection.execute("ANALYZE runs, tallies")


def is_large(connection: Conn, state: int) -> bool:
    """Whether copying a state takes long."""
    row = connection.execute("SELECT sum(runs) FROM tallies WHERE state = %s", (state,)).fetchone()
    return row is not None and row[0] is not None and row[0] > LARGE


def copied(connection: Conn, state: int) -> int:
    """A new state, equal to `state`."""
    (copy,) = connection.execute("SELECT nextval('state_numbers')").fetchall()[0]
    for statement in _COPIES:
        connection.execute(statement.encode(), (copy, state))
    return int(copy)


def release(connection: Conn, states: Iterable[int]) -> None:
    """Removes each state unless something points at it."""
    for state in states:
        row = connection.execute(_POINTERS, {"state": state}).fetchone()
        if row is not None and not row[0]:
            for statement in _REMOVALS:
                connection.execute(statement.encode(), (state,))
