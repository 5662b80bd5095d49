"""Schemathesis' examples, coverage, fuzzing and stateful phases, operation by operation, never to blame a correct server.

Calibration: whether a time is in the future, or a run's state allows a step, is no property of a schema, so a request that
fits and is rejected (400, 422) is no finding; the check "positive data acceptance" is left out. NUL fits the type string
and is rightly rejected: it is not generated. Writes go to a run that the suite leased, so that the fence, the tiers and the
budget of stops hold, and so that each operation is seen to succeed at least once.
"""

from collections.abc import Iterable
from functools import partial

from ...contract.document import Contract
from ...contract.operations import Operation
from ...contract.statements import load_statements
from ...engine import Rule, RuleContext, Tier
from ...http.target import TargetError
from ..common import calls
from ..registry import declare, for_each, tier_of
from .schemathesis_engine import FuzzPlan, exchanges

#: An engine keeps a processor busy, and many only hinder one another: there is one for each tag, and one for all walks.
_WALKS_TOGETHER = "the engine of walks"
_PHASES = ("examples", "coverage", "fuzzing")
#: The walks: the tier of what they call, the end of the id, and the sentence.
_WALKS: dict[Tier, tuple[str, str]] = {
    "read": ("", "Lists lead to the items that they name, whatever Schemathesis tries."),
    "write": (".writes", "Whatever updates, pauses and resumes Schemathesis strings together, none gets a 5xx."),
    "stop": (".stop", "Nor does any such walk in which the run is stopped."),
}


def _fuzz(context: RuleContext, plan: FuzzPlan) -> set[str]:
    """Lets Schemathesis run, judges every response, and returns the operations that were seen to succeed."""
    succeeded: set[str] = set()
    for response, failed in exchanges(context, plan):
        request = response.request
        if response.status == 0:
            raise TargetError(request, "no response came to what Schemathesis sent")
        context.target.observe(response)
        if response.status == 429:
            continue  # patience ended before the target had time
        operation = context.contract.find(request.method, request.bare_path)
        if operation is not None and 200 <= response.status < 300:
            succeeded.add(operation.id)
        for check in failed:
            failure = check.failure_info.failure
            context.check(False, f"{check.name}", f"{failure.title}: {failure.message}"[:300], response)
        fits = response.status < 500 or (response.status == 501 and not context.strict)
        context.check(fits, "a response below 500", response.summary, response)
    return succeeded


@for_each(calls.operations, "robustness.{operation}",
          "{operation} responds to whatever Schemathesis sends as its schema says, and never with 5xx.",
          "issue.server_failure", "response.may_gain_fields", reach="run", shares=lambda one: f"the engine of {one.tag}")  # fmt: skip
def one_operation(context: RuleContext, operation: Operation) -> None:
    if _has_other_method(context, operation):
        context.skip("the target updates by another method than openapi.yaml says", excused=True)
    with calls.subject(context, operation) as item:
        if tier_of(context.contract, operation) == "stop":
            context.session.stops.spend()
        succeeded = _fuzz(context, FuzzPlan([operation.id], _PHASES, item, writes=not operation.reads))
    if operation.id not in succeeded:
        context.skip(f"Schemathesis was not seen to get a 2xx from {operation.id}")


def _has_other_method(context: RuleContext, operation: Operation) -> bool:
    return context.method_of(operation) != operation.method


def _walk(context: RuleContext, tier: Tier) -> None:
    """The stateful phase, by the links of the contract; what it writes goes to one leased run."""
    allowed = list(_WALKS)[: list(_WALKS).index(tier) + 1]
    known = [one for (one,) in calls.operations(context.contract) if tier_of(context.contract, one) in allowed]
    judged = [one for one in known if context.session.judges(one.tag) and not _has_other_method(context, one)]
    names = [one.id for one in judged]
    if tier == "read":
        succeeded = _fuzz(context, FuzzPlan(names, ("stateful",), None, writes=False))
        if context.session.home.id not in succeeded:
            context.skip(f"Schemathesis was not seen to get a 2xx from {context.session.home.id}")
    else:
        with context.lease() as run:
            if tier == "stop":
                context.session.stops.spend()
            examples = {one.id: one.example for one in judged if one.example is not None}
            succeeded = _fuzz(context, FuzzPlan(names, ("stateful",), run, writes=True, examples=examples))
    if tier != "read" and not succeeded & {one.id for one in judged if not one.reads}:
        context.skip("Schemathesis was not seen to get a 2xx from any operation that writes")


def _walks(contract: Contract) -> Iterable[Rule]:
    statement = load_statements()["issue.server_failure"]
    for tier, (end, sentence) in _WALKS.items():
        tag, check = None if tier == "read" else "Sequences", partial(_walk, tier=tier)
        name, of = f"robustness.stateful{end}", (statement.id,)
        yield Rule(
            name,
            sentence,
            of,
            statement.basis,
            statement.at,
            tier,
            tag=tag,
            check=check,
            reach="run",
            shares=_WALKS_TOGETHER,
        )


declare(_walks)
