"""Applying what time has made due in a world, in order of time and then id, each event at its own time."""

from typing import Any, Protocol

from ..domain.lifecycle import ENGINE
from ..domain.limits import MOST_EVENTS
from ..resources.sequences.model import Run
from ..resources.sequences.schedule import EXECUTE
from ..resources.templates import TEMPLATES, Step
from .history import Change, HistoryEntry
from .world import WorldState


class DueEventWriter(Protocol):
    """What applying due events needs of a transaction."""

    @property
    def world(self) -> WorldState: ...

    def next_due(self) -> tuple[int, Run] | None: ...

    def find(self, resource: Any, document_id: str) -> Any: ...

    def write_run(self, run: Run, entry: HistoryEntry) -> Change: ...


def apply_due_events(tx: DueEventWriter, until: int) -> tuple[list[Change], bool]:
    """Applies what is due at `until` or before; returns the changes, and whether some is left for another request."""
    changes: list[Change] = []
    schedule = tx.world.schedule
    while (due := tx.next_due()) is not None and due[0] <= until:
        if len(changes) >= MOST_EVENTS:
            return changes, True
        at, run = due
        for event, changed in schedule.fire(run, steps_of(tx, run)):
            by = schedule.lifecycle.by(event) if event != EXECUTE else ENGINE
            changes.append(tx.write_run(changed, HistoryEntry(at, event, by, run.status, changed.status, None)))
            run = changed
    return changes, False


def steps_of(tx: DueEventWriter, run: Run) -> tuple[Step, ...]:
    """The steps of a run's template; none when the template is unknown."""
    template = tx.find(TEMPLATES, run.sequence_template_id)
    return template.steps if template is not None else ()
