"""What a client may do to a run. Each function takes a run and the time, and returns the changed run or raises.

Sources: the contract's sections "Update", "Pause", "Resume" and "Stop". A pause from P to R moves the next step by R - P:
`pause` moves it at once, as if the run woke at `until`, and `resume` takes back the part of the wait that did not happen.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ...domain.errors import ValidationIssue
from ...domain.lifecycle import Lifecycle
from ...domain.timestamps import format_timestamp
from .model import Run

PAUSE: Final = "pause"
RESUME: Final = "resume"
STOP: Final = "stop"
WAKE: Final = "wake"
UPDATE: Final = "update"


def require_future(field: str, until: int, now: int) -> None:
    """Raises ValidationIssue for a time that has come; now itself counts as past."""
    if until <= now:
        raise ValidationIssue(
            f"'{field}' must lie in the future; it is now {format_timestamp(now)}.",
            field=field,
            problem="not in the future",
            now=format_timestamp(now),
        )


def pause(run: Run, until: int, now: int, lifecycle: Lifecycle) -> Run:
    """Waits until `until`, and wakes by itself then."""
    status = lifecycle.next(run.status, PAUSE)
    wait = until - (now if run.paused_until is None else run.paused_until)
    wakes = until if lifecycle.allows(status, WAKE) else None
    return replace(run, status=status, paused_until=wakes, next_step_at=_shift(run, wait), updated_at=now)


def resume(run: Run, now: int, lifecycle: Lifecycle) -> Run:
    """Goes on before `paused_until`."""
    status = lifecycle.next(run.status, RESUME)
    unspent = 0 if run.paused_until is None else now - run.paused_until
    return replace(run, status=status, paused_until=None, next_step_at=_shift(run, unspent), updated_at=now)


def stop(run: Run, now: int, lifecycle: Lifecycle) -> Run:
    """Ends, for good."""
    status = lifecycle.next(run.status, STOP)
    return replace(run, status=status, paused_until=None, next_step_at=None, updated_at=now)


def update(run: Run, changes: Mapping[str, str | None], now: int) -> Run:
    """Merges overrides: a string sets its key, None removes it. A merge that changes nothing returns `run` itself."""
    before = run.variables or {}
    removed = {key for key, value in changes.items() if value is None}
    kept = {key: value for key, value in before.items() if key not in removed}
    after = kept | {key: value for key, value in changes.items() if value is not None}
    return run if after == before else replace(run, variables=after, updated_at=now)


def _shift(run: Run, by: int) -> int | None:
    return None if run.next_step_at is None else run.next_step_at + by
