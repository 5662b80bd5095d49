"""The list of expected failures: known deviations of a target, each with its reason. It cannot rot."""

from collections.abc import Mapping
from pathlib import Path

from ..engine.verdicts import Outcome
from ..report.visible import visible
from ..rules.selection import unknown_rule


class ExpectationError(Exception):
    """The file cannot be used; the text names it and every line to fix."""


def read_expectations(path: Path) -> dict[str, str]:
    """Reasons by rule id: on each line an id, white space, and why; a line that begins with `#` is a comment.

    Raises ExpectationError, which names every line that is wrong. An id may stand for all that it begins.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ExpectationError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ExpectationError(f"{path} cannot be read: it is not UTF-8") from None
    expected: dict[str, str] = {}
    problems = []
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        name, *rest = line.split(maxsplit=1)
        reason = "".join(rest)
        problem = _problem(name, reason, expected)
        if problem is not None:
            problems.append(f"{path}:{number}: {problem}")
        expected[name] = reason
    if problems:
        raise ExpectationError("\n".join(problems))
    return expected


def baseline(outcome: Outcome) -> str:
    """The list that expects what was violated, each with the reason that it had before, or with the day and what came."""
    lines = [f"# What failed on {outcome.began}. A line whose rule passes again fails the run: take it out then."]
    for verdict in sorted((*outcome.violated, *outcome.expected_failures), key=lambda one: one.rule.id):
        first = verdict.evidence[0] if verdict.evidence else None
        found = f": expected {first.expected}; got {first.got}" if first else ""
        lines.append(f"{verdict.rule.id}  {verdict.expected or f'since {outcome.began[:10]}{found}'[:200]}")
    return "\n".join(map(visible, lines)) + "\n"


def _problem(name: str, reason: str, expected: Mapping[str, str]) -> str | None:
    if name in expected:
        return f"'{name}' stands here a second time; leave one"
    return unknown_rule(name) or (None if reason else f"'{name}' has no reason; write why after the rule's id")
