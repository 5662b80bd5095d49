"""Schemathesis' examples, coverage, fuzzing and stateful phases, operation by operation, never to blame a correct server.

Calibration: whether an instant lies in the future, or a run's state allows a step, is no property of a schema, so a
request that fits and is refused (400, 422) is no finding; the check "positive data acceptance" is left out. NUL fits the
type string and is rightly refused: it is not generated. Writes go to a run that the suite borrowed, so that the fence, the
tiers and the budget of stops hold, and so that each operation is seen to succeed at least once.
"""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

from ..target import TargetError, retry_after
from .engine import Plan, exchanges
from .registry import Tier, declare

if TYPE_CHECKING:
    from ..exchange import Answer
    from ..trial import Trial

_OPERATIONS: dict[str, tuple[Tier, str]] = {
    "listSequences": ("read", ""), "getSequence": ("read", ""), "updateSequence": ("write", "ACTIVE"),
    "pauseSequence": ("write", "ACTIVE"), "resumeSequence": ("write", "WAITING_FOR_LEAD"), "stopSequence": ("stop", "ACTIVE"),
}  # fmt: skip
_UNIT = ("examples", "coverage", "fuzzing")
_WALKS: dict[Tier, tuple[str, ...]] = {
    "read": ("listSequences", "getSequence"),
    "write": ("listSequences", "getSequence", "updateSequence", "pauseSequence", "resumeSequence"),
    "stop": tuple(_OPERATIONS),
}


def _fuzz(trial: Trial, plan: Plan) -> set[str]:
    """Lets Schemathesis run, judges every answer, and returns the operations that were seen to succeed."""
    succeeded: set[str] = set()
    operations = trial.bench.contract.operations
    for answer, failed in exchanges(trial, plan):
        if answer.status == 0:
            raise TargetError(answer.sent, "no answer came to what Schemathesis sent")
        for observe in trial.bench.target.observers:
            observe(answer)
        if answer.status == 429 and retry_after(answer.headers.get("retry-after", "")) is not None:
            continue  # the target said when to come again, and patience ended before that
        succeeded.update(name for name in plan.operations if _succeeded(answer, operations[name].method))
        for check in failed:
            failure = check.failure_info.failure
            trial.that(False, f"{check.name}", f"{failure.title}: {failure.message}"[:300], answer)
        trial.that(answer.status < 500, "an answer below 500", answer.summary, answer)
    return succeeded


def _succeeded(answer: Answer, method: str) -> bool:
    return 200 <= answer.status < 300 and answer.sent.method == method


def _operation(operation_id: str, trial: Trial) -> None:
    tier, status = _OPERATIONS[operation_id]
    if operation_id in _left_out(trial):
        trial.skip("the target updates by another method than openapi.yaml says", excused=True)
    with contextlib.ExitStack() as stack:
        run = None
        if tier == "read" and operation_id != "listSequences":
            run = next(iter(trial.bench.census().runs), None)
        elif tier != "read":
            run = stack.enter_context(trial.borrow(status))
            if tier == "stop":
                trial.bench.stops.spend()
        succeeded = _fuzz(trial, Plan([operation_id], _UNIT, run, writes=tier != "read"))
    if operation_id not in succeeded:
        trial.skip(f"Schemathesis was not seen to get a 2xx from {operation_id}")


def _walk(tier: Tier, trial: Trial) -> None:
    """The stateful phase, by the links of the contract; what it writes goes to one borrowed run."""
    names = [name for name in _WALKS[tier] if name not in _left_out(trial)]
    with contextlib.ExitStack() as stack:
        run = None
        if tier != "read":
            run = stack.enter_context(trial.borrow())
            if tier == "stop":
                trial.bench.stops.spend()
        succeeded = _fuzz(trial, Plan(names, ("stateful",), run, writes=tier != "read"))
    if "listSequences" not in succeeded:
        trial.skip("Schemathesis was not seen to get a 2xx from listSequences")
    if tier != "read" and not succeeded - set(_WALKS["read"]):
        trial.skip("Schemathesis was not seen to get a 2xx from any operation that writes")


def _left_out(trial: Trial) -> tuple[str, ...]:
    """Operations that the target has under another method than openapi.yaml, which Schemathesis goes by."""
    method = trial.bench.contract.operations["updateSequence"].method
    return () if trial.bench.settings.update_method == method else ("updateSequence",)


def _declare() -> None:
    for operation_id, (tier, _) in _OPERATIONS.items():
        declare(
            f"robustness.{operation_id}", f"{operation_id} answers whatever Schemathesis sends as its schema says, and never with 5xx.",
            "issue.server_failure", "response.may_gain_fields", check=partial(_operation, operation_id), tier=tier,
        )  # fmt: skip
    kinds: tuple[tuple[str, Tier, str], ...] = (
        ("robustness.stateful", "read", "The list leads to the run that it names, whatever Schemathesis tries."),
        ("robustness.stateful.writes", "write", "Whatever updates, pauses and resumes Schemathesis strings together, none is answered with 5xx."),
        ("robustness.stateful.stop", "stop", "Nor is any such walk in which the run is stopped."),
    )  # fmt: skip
    for id_, tier, sentence in kinds:
        declare(id_, sentence, "issue.server_failure", check=partial(_walk, tier), tier=tier)


_declare()
