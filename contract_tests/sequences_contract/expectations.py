"""The list of expected failures: known deviations of a target, each with its reason. It cannot rot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from .rules.registry import Rule
from .runner import fits
from .verdicts import Outcome


class ExpectationError(Exception):
    """The file cannot be used; the text names it and the line."""


def read_expectations(path: Path, rules: Sequence[Rule]) -> dict[str, str]:
    """Reasons by rule id: on each line an id, white space, and why; `#` begins a comment. Raises ExpectationError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ExpectationError(f"{path} cannot be read: {error}") from None
    expected: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        name, _, reason = line.partition("#")[0].strip().partition(" ")
        if not name:
            continue
        if not reason.strip():
            raise ExpectationError(f"{path}:{number}: '{name}' has no reason; write why after the rule's id")
        if not any(fits(rule.id, name) for rule in rules):
            raise ExpectationError(
                f"{path}:{number}: '{name}' is no rule that is tried; see `sequences-contract rules`"
            )
        expected[name] = reason.strip()
    return expected


def outworn(outcome: Outcome, expected: Mapping[str, str]) -> Iterator[str]:
    """The entries that expect the failure of rules that all passed."""
    for name in expected:
        verdicts = [verdict for verdict in outcome.verdicts if fits(verdict.rule.id, name)]
        if verdicts and all(verdict.name == "passed" for verdict in verdicts):
            yield name
