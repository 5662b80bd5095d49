"""SARIF 2.1.0 for code scanning: a violation stands at the line of the contract that the target breaks."""

import hashlib
import json
from typing import Any
from urllib.parse import quote

from .. import __version__
from ..contract.document import load_contract
from ..contract.statements import load_statements
from ..engine.settings import Settings
from ..engine.verdicts import Outcome, Verdict
from .causes import causes
from .places import Places, places
from .visible import visible

#: What an address stands below that is of no file of the reader.
_BASE = "CONTRACT"


def text(outcome: Outcome, settings: Settings) -> str:
    """The report as JSON."""
    at, outcome = places(settings), outcome.with_texts(visible)
    broken = outcome.violated
    same = {other.rule.id: cause.first.rule.id for cause in causes(broken) for other in cause.others}
    driver = {
        "name": "sequences-contract", "semanticVersion": __version__, "rules": [_rule(v) for v in broken],
        "properties": {"contract": load_contract().edition},
    }  # fmt: skip
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "invocations": [_invocation(outcome)],
        "results": [_result(verdict, index, at, same.get(verdict.rule.id)) for index, verdict in enumerate(broken)],
    }
    if not at.is_there:
        run["originalUriBaseIds"] = {_BASE: {"description": {"text": "The contract that comes with the suite."}}}
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
    statements, contract = load_statements(), load_contract()
    rests_on = [statements[name] for name in rule.statements]
    lines = [f"{one.says} ({one.basis}, openapi.yaml:{contract.line(one.at)})" for one in rests_on]
    return {
        "id": rule.id, "shortDescription": {"text": rule.sentence}, "properties": {"basis": rule.basis},
        "help": {"text": "\n".join(["What the documentation says:", *lines])},
    }  # fmt: skip


def _result(verdict: Verdict, index: int, at: Places, same: str | None) -> dict[str, Any]:
    """A violation; `same` is the rule of the same cause that shows it best, where this one does not."""
    text_lines = [verdict.rule.sentence, *([f"The cause is that of {same}."] if same else [])]
    for first in verdict.evidence[:1]:
        text_lines += [f"Expected {first.expected}; got {first.got}", *first.curl]
    file = {"uri": quote(at.path)} | ({} if at.is_there else {"uriBaseId": _BASE})
    place = {"artifactLocation": file, "region": {"startLine": at.line(verdict.rule.pointer)}}
    return {
        "ruleId": verdict.rule.id,
        "ruleIndex": index,
        "level": "error",
        "message": {"text": "\n".join(text_lines)[:5000]},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"ruleId/v1": hashlib.sha256(verdict.rule.id.encode()).hexdigest()[:32]},
    }
