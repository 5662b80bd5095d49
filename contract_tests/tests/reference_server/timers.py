"""Pauses that end by themselves, and the one way in which a run changes."""

from typing import Any, NamedTuple

from .wire import Wire
from .world import Run, World


class FiredTimer(NamedTuple):
    """A timer that went off."""

    at: int
    run: Run
    before: str


class Timers(Wire):
    """Before anything gets a response, every pause that is over ends at its own timestamp."""

    def apply_due(self, world: World, operation: str) -> tuple[int, list[FiredTimer]]:
        """Let what is due happen; return the one `now` of this request, and what went off."""
        now = world.clock.now()
        due = [(at, run.id) for run in world.runs.values() for at in run.timers if self.is_due(at, now)]
        return now, [fired for at, run_id in sorted(due) for fired in self.fire(world.runs[run_id], at)]

    def is_due(self, at: int, now: int) -> bool:
        return at <= now

    def fire(self, run: Run, at: int) -> list[FiredTimer]:
        """One timer goes off; it wakes a run that is still paused."""
        run.timers.remove(at)
        if not self.wakes(run):
            return []
        before = run.status
        self.change(run, self.wake_time(run, at), "wake", status="ACTIVE")
        return [FiredTimer(at, run, before)]

    def wakes(self, run: Run) -> bool:
        return run.status == "WAITING_FOR_LEAD"

    def wake_time(self, run: Run, at: int) -> int:
        return at

    def arm(self, run: Run, until: int) -> None:
        self.disarm(run, "pause")
        run.timers.append(until)

    def disarm(self, run: Run, event: str) -> None:
        run.timers.clear()

    def change(self, run: Run, at: int, event: str, **fields: Any) -> None:
        """Every change of any field moves `updated_at` [doc]."""
        for name, value in fields.items():
            setattr(run, name, value)
        run.updated_at = at
