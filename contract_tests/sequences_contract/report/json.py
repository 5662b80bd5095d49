"""The report for programs."""

import json
from typing import Any

from .. import __version__
from ..contract.document import load_contract
from ..engine.settings import Settings
from ..engine.verdicts import Outcome, Verdict
from .causes import causes
from .counts import totals
from .visible import visible_json


def document(outcome: Outcome, settings: Settings) -> dict[str, Any]:
    """The whole outcome as one object."""
    return {
        "target": settings.url,
        "profile": settings.profile,
        "seed": settings.seed,
        "quick": settings.quick,
        "suite": __version__,
        "contract": load_contract().edition,
        "began": outcome.began,
        "exit": int(outcome.exit),
        "meaning": outcome.meaning,
        "failure": outcome.failure,
        "interrupted": outcome.interrupted,
        "unexpectedly_passing": list(outcome.unexpectedly_passing),
        "not_served": list(outcome.not_served),
        "notes": list(outcome.notes),
        "rules": [_rule(verdict) for verdict in outcome.verdicts],
        "causes": [[one.first.rule.id, *(v.rule.id for v in one.others)] for one in causes(outcome.violated)],
        "totals": totals(outcome),
    }


def text(outcome: Outcome, settings: Settings) -> str:
    """The report as JSON."""
    return visible_json(json.dumps(document(outcome, settings), ensure_ascii=False, indent=2)) + "\n"


def _rule(verdict: Verdict) -> dict[str, Any]:
    return {
        "id": verdict.rule.id,
        "sentence": verdict.rule.sentence,
        "basis": verdict.rule.basis,
        "verdict": verdict.name,
        "reason": verdict.reason,
        "excused": verdict.excused,
        "expected_failure": verdict.expected,
        "judged": verdict.judged,
        "requests": verdict.requests,
        "saw": verdict.saw,
        "seconds": round(verdict.seconds, 3),
        "cut_short": verdict.cut_short,
        "place": verdict.rule.pointer,
        "evidence": [{"expected": e.expected, "got": e.got, "curl": list(e.curl)} for e in verdict.evidence],
    }
