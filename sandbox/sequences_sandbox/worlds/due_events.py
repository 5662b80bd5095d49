"""Carrying out what time has made due in a world, in a unit of work."""

from heapq import heapify, heappop, heappush
from typing import NamedTuple

from ..domain.lifecycle import ENGINE
from ..resources.sequences.model import Run, Step
from ..resources.sequences.schedule import EXECUTE
from ..store.base import HistoryEntry, Unit


class Change(NamedTuple):
    """A run as it became, and what made it so."""

    run: Run
    entry_: HistoryEntry


def apply_due_events(unit: Unit, until: int) -> list[Change]:
    """Carries out what is due at `until` or before, in order of time and then id, each at its own instant."""
    due_runs = unit.due(until)
    if not due_runs:
        return []
    runs = {run.id: run for run in due_runs}
    schedule = unit.record.schedule
    queue = [(schedule.due_at(run) or 0, run.id) for run in runs.values()]
    heapify(queue)
    changes: list[Change] = []
    while queue:
        at, sequence_id = heappop(queue)
        run = runs[sequence_id]
        for event, changed in schedule.fire(run, steps_of(unit, run)):
            by = schedule.lifecycle.by(event) if event != EXECUTE else ENGINE
            entry_ = HistoryEntry(at, event, by, run.status, changed.status, None)
            unit.put(changed, entry_)
            changes.append(Change(changed, entry_))
            run = changed
        runs[sequence_id] = run
        due = schedule.due_at(run)
        if due is not None and due <= until:
            heappush(queue, (due, sequence_id))
    return changes


def steps_of(unit: Unit, run: Run) -> tuple[Step, ...]:
    """The steps of the run's template; none when the template is unknown."""
    template = unit.record.organizations[run.organization_id].templates.get(run.sequence_template_id)
    return template.steps if template is not None else ()
