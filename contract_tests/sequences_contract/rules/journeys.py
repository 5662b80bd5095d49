"""Journeys: Hypothesis walks over runs, and the shortest walk seen to fail is the one that is shown."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.stateful import run_state_machine_as_test

from ..target import TargetError
from ..trial import NotExercised, Violation
from .journey import Journey
from .ledger import Ledger
from .registry import rule

if TYPE_CHECKING:
    from ..trial import Trial

_LONGEST = 30
_STOPS = 8


@rule(
    "journeys.model",
    "Any walk of updates, pauses, resumes and stops leaves a run as the model says, and its neighbour as it was.",
    "lifecycle.doc_rows",
    "update.merge",
    "pause.until",
    "resume.paused",
    tier="write",
)
def model(trial: Trial) -> None:
    bench = trial.bench
    # Later rules need stops too, and runs to stop: journeys take a part of both.
    ledger = Ledger(int(min(_STOPS, bench.stops.left / 8, bench.stock.count("ACTIVE") / 8)))

    def start() -> Journey:
        return Journey(trial, ledger)

    seed(bench.settings.seed)(start)
    options = settings(
        max_examples=max(8, bench.settings.max_examples // 2), stateful_step_count=_LONGEST, deadline=None, database=None,
        phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
    )  # fmt: skip
    with contextlib.suppress(Violation, TargetError, NotExercised, Flaky, Unsatisfiable):  # the ledger knows
        run_state_machine_as_test(start, settings=options)  # type: ignore[arg-type]  # any factory will do
    if ledger.failures:
        raise ledger.shortest
    if not ledger.traces and ledger.exhausted:
        raise ledger.exhausted
