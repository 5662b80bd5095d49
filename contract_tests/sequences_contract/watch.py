"""Judges every answer as it passes by the rules that have no trial of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from .bench import Bench
from .exchange import Answer
from .rules.registry import Rule
from .rules.shape import JUDGES, Seen
from .target import Target
from .verdicts import Evidence, Verdict

_LINES = 12
_FINDINGS = 3


class Watch:
    """The rules that judge answers in passing, and what they found so far."""

    def __init__(self, bench: Bench, rules: Sequence[Rule]) -> None:
        self._bench = bench
        self._rules = {rule.id: rule for rule in rules if rule.check is None}
        self._seen = Seen(bench.contract, bench.settings.strict, set())
        self._judged = dict.fromkeys(self._rules, 0)
        self._findings: dict[str, list[Evidence]] = {name: [] for name in self._rules}

    def observe(self, answer: Answer) -> None:
        """Judges one answer."""
        for name in self._rules:
            try:
                found = JUDGES[name](answer, self._seen)
            except RecursionError:
                found = "a body that can be read", "one that is nested too deeply"
            if found is True:
                self._judged[name] += 1
            elif found:
                self._judged[name] += 1
                if len(self._findings[name]) < _FINDINGS:
                    expected, got = found
                    self._findings[name].append(evidence_of(self._bench.target, expected, got, (answer,)))

    def verdicts(self) -> Iterator[Verdict]:
        """A verdict for each of these rules."""
        for name, rule in self._rules.items():
            judged, findings = self._judged[name], tuple(self._findings[name])
            if findings:
                yield Verdict(rule, "violated", judged=judged, evidence=findings)
            elif judged:
                yield Verdict(rule, "passed", judged=judged)
            else:
                # Some answers cannot be called forth at will: nothing was withheld and nothing went wrong.
                yield Verdict(rule, "not_exercised", "no answer of the kind that it judges came", excused=True)


def evidence_of(target: Target, expected: str, got: str, answers: Sequence[Answer]) -> Evidence:
    """What is shown of a violation, keys replaced by the names of their variables, repetitions of a line left out."""
    lines = [target.redact(answer.sent.curl()) for answer in answers[-_LINES:]]
    return Evidence(target.redact(expected), target.redact(got), tuple(line for line, _ in groupby(lines)))
