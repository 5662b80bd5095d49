"""Journeys: Hypothesis walks over runs, and the shortest walk seen to fail is the one that is shown."""

from ...engine import RuleContext
from ..registry import about
from .findings import Findings

rule = about("Sequences")
_STOPS = 8
_WALKERS = 4


@rule("journeys.model",
      "Any walk of updates, pauses, resumes and stops leaves a run as the model says, and its neighbour as it was.",
      "lifecycle.doc_rows", "update.merge", "pause.until", "resume.paused", tier="write", reach="run")  # fmt: skip
def model(context: RuleContext) -> None:
    from ._journey import walk  # noqa: PLC0415  # rules are listed without Hypothesis, which belongs to the extra

    session = context.session
    # Later rules need stops too, and runs to stop: journeys take a part of both.
    active = session.pool.count("ACTIVE")
    findings = Findings(int(min(_STOPS, session.stops.left / 8, active / 8)))
    # A clock that one walker moves moves for all of them; and each holds two runs, which other rules want as well.
    walkers = 1 if session.control is not None else max(1, min(_WALKERS, session.settings.workers, active // 8))
    walk(context, findings, walkers)
    if findings.failures:
        raise findings.shortest
    if findings.traces and findings.broken == findings.traces:
        context.skip("the connection broke under every journey", excused=True)
    if findings.exhausted and not (findings.traces and context.judged):
        raise findings.exhausted
