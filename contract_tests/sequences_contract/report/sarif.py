"""SARIF 2.1.0 for code scanning: a violation stands at the line of openapi.yaml that the target breaks."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from .. import __version__
from ..contract import Contract, load_contract
from ..settings import Settings
from ..verdicts import Outcome, Verdict


def text(outcome: Outcome, settings: Settings) -> str:
    """The report as JSON."""
    contract = load_contract()
    broken = outcome.violated
    run = {
        "tool": {
            "driver": {
                "name": "sequences-contract",
                "semanticVersion": __version__,
                "rules": [
                    {
                        "id": verdict.rule.id,
                        "shortDescription": {"text": verdict.rule.sentence},
                        "properties": {"basis": verdict.rule.basis},
                    }
                    for verdict in broken
                ],
            }
        },
        "invocations": [{"executionSuccessful": outcome.failure is None}],
        "results": [_result(verdict, index, contract) for index, verdict in enumerate(broken)],
    }
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _result(verdict: Verdict, index: int, contract: Contract) -> dict[str, Any]:
    first = verdict.evidence[0]
    script = "\n".join(first.curl)
    place = {"artifactLocation": {"uri": "openapi.yaml"}, "region": {"startLine": contract.line(verdict.rule.pointer)}}
    return {
        "ruleId": verdict.rule.id,
        "ruleIndex": index,
        "level": "error",
        "message": {"text": f"{verdict.rule.sentence}\nExpected {first.expected}; got {first.got}\n{script}"[:5000]},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"ruleId/v1": hashlib.sha256(verdict.rule.id.encode()).hexdigest()[:32]},
    }
