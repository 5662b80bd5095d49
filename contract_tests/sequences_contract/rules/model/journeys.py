"""Journeys: Hypothesis walks over runs, and the shortest walk seen to fail is the one that is shown."""

import contextlib

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.stateful import run_state_machine_as_test

from ...engine import NotExercised, RuleContext, Violation
from ...http.target import TargetError
from ..registry import about
from .findings import Findings
from .journey import Journey

rule = about("Sequences")
_LONGEST = 30
_STOPS = 8


@rule("journeys.model",
      "Any walk of updates, pauses, resumes and stops leaves a run as the model says, and its neighbour as it was.",
      "lifecycle.doc_rows", "update.merge", "pause.until", "resume.paused", tier="write")  # fmt: skip
def model(context: RuleContext) -> None:
    session = context.session
    # Later rules need stops too, and runs to stop: journeys take a part of both.
    findings = Findings(int(min(_STOPS, session.stops.left / 8, session.pool.count("ACTIVE") / 8)))

    def start() -> Journey:
        return Journey(context, findings)

    seed(session.settings.seed)(start)
    options = settings(
        max_examples=max(8, session.settings.max_examples // 2), stateful_step_count=_LONGEST, deadline=None, database=None,
        phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
    )  # fmt: skip
    with contextlib.suppress(Violation, TargetError, NotExercised, Flaky, Unsatisfiable):  # the findings know
        run_state_machine_as_test(start, settings=options)  # type: ignore[arg-type]  # any factory will do
    if findings.failures:
        raise findings.shortest
    if not findings.traces and findings.exhausted:
        raise findings.exhausted
