"""What reports count: rules by verdict, by cause, and by the reason why they were not tried."""

from collections.abc import Sequence

from ..engine.verdicts import Outcome, Verdict
from .causes import causes


def totals(outcome: Outcome) -> dict[str, int]:
    """Rules by verdict, and the responses that were judged. Those that were excused are not exercised too."""
    return {
        "rules": len(outcome.verdicts),
        "passed": len(outcome.passed),
        "violated": len(outcome.violated),
        "causes": len(causes(outcome.violated)),
        "expected_failures": len(outcome.expected_failures),
        "not_exercised": len(outcome.unexercised) + len(outcome.excused),
        "excused": len(outcome.excused),
        "judged": sum(verdict.judged for verdict in outcome.verdicts),
        "requests": outcome.requests,
    }


def by_causes(counts: dict[str, int]) -> str:
    """The number of causes, to follow that of violations; nothing where each violation has its own."""
    number = counts["causes"]
    return f" by {number} {'cause' if number == 1 else 'causes'}" if 0 < number < counts["violated"] else ""


def by_reason(untried: Sequence[Verdict]) -> list[tuple[str, list[str]]]:
    """The ids of rules by the reason why they were not tried; first the one that keeps most of them back."""
    reasons: dict[str, list[str]] = {}
    for verdict in untried:
        reasons.setdefault(verdict.reason, []).append(verdict.rule.id)
    return sorted(reasons.items(), key=lambda reason: -len(reason[1]))
