"""How time and the engine move a run: activation, steps, manual tasks, waking, the end (docs/fixtures.md, "Templates").

A run has at most one time at which something falls due; `fire` carries that out, at that very time. Which statuses
wake, activate or execute steps is read off the lifecycle, never known by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ...domain.errors import ValidationIssue
from ...domain.lifecycle import ENGINE, Lifecycle
from ...domain.timestamps import HOUR
from ..templates import Step
from .model import Run
from .transitions import WAKE

ACTIVATE: Final = "activate"
ASK: Final = "ask"
ANSWER: Final = "answer"
SKIP: Final = "skip"
SUCCEED: Final = "succeed"
COMPLETE: Final = "complete"
EXECUTE: Final = "execute"
ENROL: Final = "enrol"

_ACTIVATION_DELAY: Final = HOUR

Changes = list[tuple[str, Run]]
"""What happened, in order: the event, and the run after it."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The schedule under a lifecycle. In a `static` world only waking falls due."""

    lifecycle: Lifecycle
    static: bool

    def due_at(self, run: Run) -> int | None:
        """When something falls due for `run`."""
        if run.paused_until is not None:
            return run.paused_until
        if self.static:
            return None
        if self.lifecycle.allows(run.status, ACTIVATE):
            return run.created_at + _ACTIVATION_DELAY
        return run.next_step_at if self.lifecycle.allows(run.status, SUCCEED) else None

    def due_event(self, run: Run, steps: Sequence[Step]) -> str:
        """What falls due then."""
        if run.paused_until is not None:
            return WAKE
        if self.lifecycle.allows(run.status, ACTIVATE):
            return ACTIVATE
        return ASK if run.steps_done < len(steps) and steps[run.steps_done].manual else EXECUTE

    def fire(self, run: Run, steps: Sequence[Step]) -> Changes:
        """Carries out what is due, at its own time."""
        at = self.due_at(run)
        if at is None:
            return []
        event = self.due_event(run, steps)
        if event == WAKE:
            return [(WAKE, self._move(replace(run, paused_until=None), WAKE, at))]
        if event == EXECUTE:
            return self._step_done(run, EXECUTE, at, steps, executed=True)
        return self.engine(run, event, at, steps)

    def engine(self, run: Run, event: str, at: int, steps: Sequence[Step]) -> Changes:
        """An event of the engine at `at`. Raises BusinessIssue where no row permits it, ValidationIssue for no event."""
        known = self.lifecycle.events(ENGINE)
        if event not in known:
            raise ValidationIssue(
                f"'{event}' is not an event of the engine; use one of {', '.join(known)}.",
                field="event",
                value=event,
                problem="unknown",
                allowed=list(known),
            )
        carry_out = {ACTIVATE: self._activate, ASK: self._ask, ANSWER: self._answer, SKIP: self._skip}
        return carry_out.get(event, self._end)(run, event, at, steps)

    def start(self, run: Run, steps: Sequence[Step], epoch: int) -> Run:
        """A run as a world starts with it at `epoch`: where no next step is named, it is derived from what is known."""
        waits = run.paused_until is not None or self.lifecycle.allows(run.status, SUCCEED)
        if self.static or not waits or run.next_step_at is not None or run.steps_done >= len(steps):
            return run
        delay = steps[run.steps_done].delay
        since = run.created_at if run.last_step_executed_at is None else run.last_step_executed_at
        at = since + delay
        earliest = epoch if run.paused_until is None else run.paused_until
        return replace(run, next_step_at=at if at > earliest else earliest + delay)

    def enrol(self, run: Run, now: int, steps: Sequence[Step]) -> Run:
        """A run that is enrolled at `now`; one that is active from the start waits for its first step."""
        active = self.lifecycle.allows(run.status, SUCCEED)
        return replace(run, next_step_at=self._next_step(run, now, steps)) if active else run

    def _activate(self, run: Run, event: str, at: int, steps: Sequence[Step]) -> Changes:
        moved = self._move(run, event, at)
        return [(event, replace(moved, next_step_at=self._next_step(moved, at, steps)))]

    def _ask(self, run: Run, event: str, at: int, steps: Sequence[Step]) -> Changes:
        return [(event, replace(self._move(run, event, at), next_step_at=None))]

    def _answer(self, run: Run, event: str, at: int, steps: Sequence[Step]) -> Changes:
        return self._step_done(self._move(run, event, at), event, at, steps, executed=True)

    def _skip(self, run: Run, event: str, at: int, steps: Sequence[Step]) -> Changes:
        return self._step_done(replace(self._move(run, event, at), step_skipped=True), event, at, steps, executed=False)

    def _end(self, run: Run, event: str, at: int, steps: Sequence[Step]) -> Changes:
        return [(event, replace(self._move(run, event, at), next_step_at=None, paused_until=None))]

    def _step_done(self, run: Run, event: str, at: int, steps: Sequence[Step], *, executed: bool) -> Changes:
        """One step further; after the last one the run ends at the same time."""
        done = replace(
            run,
            steps_done=min(run.steps_done + 1, len(steps)),
            last_step_executed_at=at if executed else run.last_step_executed_at,
            updated_at=at,
        )
        done = replace(done, next_step_at=self._next_step(done, at, steps))
        ending = COMPLETE if done.step_skipped else SUCCEED
        if done.steps_done < len(steps) or not self.lifecycle.allows(done.status, ending):
            return [(event, done)]
        return [(event, done), *self._end(done, ending, at, steps)]

    def _next_step(self, run: Run, at: int, steps: Sequence[Step]) -> int | None:
        if self.static or run.steps_done >= len(steps):
            return None
        return at + steps[run.steps_done].delay

    def _move(self, run: Run, event: str, at: int) -> Run:
        return replace(run, status=self.lifecycle.next(run.status, event), updated_at=at)
