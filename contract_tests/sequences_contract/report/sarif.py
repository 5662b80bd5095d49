"""SARIF 2.1.0 for code scanning: a violation stands at the line of openapi.yaml that the target breaks."""

import hashlib
import json
from typing import Any

from .. import __version__
from ..contract.document import Contract, load_contract
from ..engine.settings import Settings
from ..engine.verdicts import Outcome, Verdict
from .visible import visible


def text(outcome: Outcome, settings: Settings) -> str:
    """The report as JSON."""
    contract, outcome = load_contract(), outcome.with_texts(visible)
    broken = outcome.violated
    driver = {
        "name": "sequences-contract", "semanticVersion": __version__, "rules": [_rule(v) for v in broken],
        "properties": {"contract": contract.edition},
    }  # fmt: skip
    run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(outcome)],
        "results": [_result(verdict, index, contract) for index, verdict in enumerate(broken)],
    }
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _invocation(outcome: Outcome) -> dict[str, Any]:
    problems = [
        ("error", text_) for text_ in (outcome.failure, "interrupted" if outcome.interrupted else None) if text_
    ]
    problems += [("error", f"'{name}' is expected to fail and passes") for name in outcome.unexpectedly_passing]
    problems += [("warning", f"{v.rule.id} was not exercised: {v.reason}") for v in outcome.unexercised]
    return {
        "executionSuccessful": outcome.failure is None and not outcome.interrupted,
        "exitCode": int(outcome.exit),
        "toolExecutionNotifications": [{"level": level, "message": {"text": text_}} for level, text_ in problems],
    }


def _rule(verdict: Verdict) -> dict[str, Any]:
    rule = verdict.rule
    return {"id": rule.id, "shortDescription": {"text": rule.sentence}, "properties": {"basis": rule.basis}}


def _result(verdict: Verdict, index: int, contract: Contract) -> dict[str, Any]:
    text_lines = [verdict.rule.sentence]
    for first in verdict.evidence[:1]:
        text_lines += [f"Expected {first.expected}; got {first.got}", *first.curl]
    place = {"artifactLocation": {"uri": "openapi.yaml"}, "region": {"startLine": contract.line(verdict.rule.pointer)}}
    return {
        "ruleId": verdict.rule.id,
        "ruleIndex": index,
        "level": "error",
        "message": {"text": "\n".join(text_lines)[:5000]},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"ruleId/v1": hashlib.sha256(verdict.rule.id.encode()).hexdigest()[:32]},
    }
