"""Journeys: random walks over runs taken fresh for each, compared step by step with a model, and shortened when they fail.

Hypothesis draws the steps. It is not asked to shrink: it would replay a walk on a target that nobody resets. A failing walk
is shortened here, each try on a fresh run, until no step can be left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from .. import instants
from ..instants import MICROSECOND
from ..target import TargetError
from ..trial import NotExercised, Violation
from .registry import rule

if TYPE_CHECKING:
    from ..exchange import Answer
    from ..runs import Run
    from ..trial import Trial

Step = tuple[str, Any]

FAR = "2100-01-04T08:00:00Z"
_PAUSED, _ACTIVE = "WAITING_FOR_LEAD", "ACTIVE"
_TEXT = st.sampled_from(["", "a", " b ", "ü", "{{x}}", "B", "long " * 60])
_KEYS = st.sampled_from(["suite_a", "suite_b", "suite_ü"])
_STEPS = st.one_of(
    st.tuples(st.just("update"), st.dictionaries(_KEYS, st.none() | _TEXT, max_size=3)),
    st.tuples(st.just("pause"), st.integers(900, 90_000)),
    st.tuples(st.just("resume"), st.none()),
    st.tuples(st.just("read"), st.none()),
    st.tuples(st.just("list"), st.none()),
    st.tuples(
        st.just("bad"), st.sampled_from([{}, {"paused_until": "soon"}, {"paused_until": "2001-01-01T00:00:00Z"}])
    ),
)
_LONGEST = 14
_SHORTENINGS = 16


@dataclass
class Model:
    """What the run should be."""

    status: str
    variables: dict[str, str]
    answers: list[Answer] = field(default_factory=list)


def _walk(trial: Trial, run: Run, steps: list[Step]) -> None:
    model = Model(run.status, dict(run.variables or {}))
    for step in steps:
        answer = _take(trial, run.id, step, model)
        if answer is not None:
            model.answers.append(answer)
    read = trial.get(run.id)
    _compare(trial, trial.run_of(read), model, read)


def _take(trial: Trial, run_id: str, step: Step, model: Model) -> Answer | None:
    kind, value = step
    if kind == "update":
        answer = trial.update(run_id, value)
        merged: dict[str, Any] = {**model.variables, **value}
        model.variables = {key: text for key, text in merged.items() if text is not None}
    elif kind == "pause":
        if model.status == _PAUSED and not trial.strict:
            return None
        answer = trial.pause(run_id, instants.write(instants.parse(FAR) + value))
        model.status = _PAUSED
    elif kind == "resume":
        answer = trial.resume(run_id)
        if model.status != _PAUSED:
            return _must_refuse(trial, answer, model)
        model.status = _ACTIVE
    elif kind == "bad":
        answer = trial.call("POST", f"/sequences/{run_id}/pause", json=value)
        trial.that(400 <= answer.status < 500, "a refusal", answer.summary, *model.answers, answer)
        return answer
    elif kind == "list":
        return _listed(trial, run_id, model)
    else:
        answer = trial.get(run_id)
    _compare(trial, trial.run_of(answer), model, answer)
    return answer


def _must_refuse(trial: Trial, answer: Answer, model: Model) -> Answer:
    if trial.strict:
        trial.that(answer.status == 422, "422 for resume of an active run", answer.summary, *model.answers, answer)
    else:
        trial.that(answer.status < 500, "an answer below 500", answer.summary, *model.answers, answer)
    return answer


def _listed(trial: Trial, run_id: str, model: Model) -> Answer:
    created = trial.run_of(trial.get(run_id)).created
    bounds = {
        "created_at_after": instants.write(created - MICROSECOND),
        "created_at_before": instants.write(created + MICROSECOND),
    }
    answer = trial.search(**bounds, status=model.status, size=100)
    found = [one for one in trial.page_of(answer).items if one.id == run_id]
    trial.that(bool(found), f"the run in the list of {model.status}", "not there", *model.answers, answer)
    _compare(trial, found[0], model, answer)
    return answer


def _compare(trial: Trial, run: Run, model: Model, answer: Answer) -> None:
    trial.that(run.status == model.status, model.status, run.status, *model.answers, answer)
    got = run.variables or {}
    trial.that(got == model.variables, f"variables {model.variables}", f"{got}", *model.answers, answer)


def _fails(trial: Trial, steps: list[Step]) -> Violation | None:
    with trial.borrow(_ACTIVE) as run:
        try:
            _walk(trial, run, steps)
        except Violation as violation:
            return violation
    return None


def _shortened(trial: Trial, steps: list[Step], violation: Violation) -> Violation:
    """The violation of the shortest walk found that still fails, each step left out in turn."""
    tries, place = 0, 0
    while place < len(steps) and tries < _SHORTENINGS:
        tries += 1
        shorter = steps[:place] + steps[place + 1 :]
        try:
            again = _fails(trial, shorter)
        except (NotExercised, TargetError):
            break
        if again is None:
            place += 1
        else:
            steps, violation = shorter, again
    return violation


@rule(
    "journeys.model",
    "Any walk of updates, pauses and resumes leaves a run as the model says.",
    "lifecycle.doc_rows",
    "update.merge",
    "pause.until",
    "resume.paused",
    tier="write",
)
def model(trial: Trial) -> None:
    failed: list[tuple[list[Step], Violation]] = []
    walks = max(5, trial.bench.settings.max_examples // 3)

    @seed(trial.bench.settings.seed)
    @settings(
        max_examples=walks, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.lists(_STEPS, min_size=3, max_size=_LONGEST))
    def explore(steps: list[Step]) -> None:
        if failed:
            return
        violation = _fails(trial, steps)
        if violation is not None:
            failed.append((steps, violation))

    explore()
    if failed:
        raise _shortened(trial, *failed[0])
