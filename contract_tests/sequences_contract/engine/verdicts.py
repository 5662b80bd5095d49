"""What the suite concludes: a verdict for each rule, with evidence, and what they mean together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import groupby
from typing import Literal

from ..http.messages import Response
from ..http.target import Target
from .rule import Rule

#: Lines of the script that are kept.
_LINES = 12

VerdictName = Literal["passed", "violated", "not_exercised"]


class Exit(IntEnum):
    """The exit codes of the command."""

    CONFORMS = 0
    VIOLATED = 1
    UNTESTABLE = 2
    UNEXERCISED = 3
    INTERRUPTED = 130


MEANINGS: Mapping[Exit, str] = {
    Exit.CONFORMS: "the target conforms",
    Exit.VIOLATED: "the target breaks the contract",
    Exit.UNTESTABLE: "the target could not be tested",
    Exit.UNEXERCISED: "no violation, but not every rule could be tried",
    Exit.INTERRUPTED: "interrupted",
}


@dataclass(frozen=True)
class Evidence:
    """What was expected, what came, and the shortest script of curl lines that shows it."""

    expected: str
    got: str
    curl: tuple[str, ...]

    def with_texts(self, change: Callable[[str], str]) -> Evidence:
        """The same with every text passed through `change`."""
        return Evidence(change(self.expected), change(self.got), tuple(map(change, self.curl)))


@dataclass(frozen=True)
class Verdict:
    """The verdict on one rule.

    `judged` counts the responses that the rule looked at, `requests` those that it asked for itself. `excused` says that
    the rule was not exercised because the caller withheld a key or a tier. `expected` is the reason given in the list of
    expected failures. `cut_short` says that a quick run ended the rule before it had tried everything, `saw` what was
    tried and seen, where that hangs on chance.
    """

    rule: Rule
    name: VerdictName
    reason: str = ""
    judged: int = 0
    evidence: tuple[Evidence, ...] = ()
    excused: bool = False
    seconds: float = 0.0
    requests: int = 0
    cut_short: bool = False
    expected: str | None = None
    saw: str = ""

    def with_texts(self, change: Callable[[str], str]) -> Verdict:
        """The same with every text that may come from the target or the caller passed through `change`."""
        evidence = tuple(one.with_texts(change) for one in self.evidence)
        expected = None if self.expected is None else change(self.expected)
        return replace(self, reason=change(self.reason), evidence=evidence, expected=expected)


@dataclass(frozen=True)
class Outcome:
    """Everything a run of the suite found.

    `failure` says why the target could not be tested, if so. `unexpectedly_passing` names expected failures that pass,
    `not_served` the tags that the target does not have, `unselected` how many rules of the profile the caller did not ask
    for. `began` is a time for people, by the clock of this machine.
    `meanings` words the exit codes.
    """

    verdicts: Sequence[Verdict]
    failure: str | None = None
    interrupted: bool = False
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    requests: int = 0
    accept_unexercised: bool = False
    unexpectedly_passing: tuple[str, ...] = ()
    not_served: tuple[str, ...] = ()
    began: str = ""
    unselected: int = 0
    meanings: Mapping[Exit, str] = field(default_factory=lambda: MEANINGS, repr=False)

    def with_texts(self, change: Callable[[str], str]) -> Outcome:
        """The same with every text that may come from the target or the caller passed through `change`."""
        return replace(
            self,
            verdicts=[verdict.with_texts(change) for verdict in self.verdicts],
            failure=None if self.failure is None else change(self.failure),
            notes=tuple(map(change, self.notes)),
            unexpectedly_passing=tuple(map(change, self.unexpectedly_passing)),
        )

    @property
    def absence(self) -> str | None:
        """What the target does not serve, in one sentence; None when it serves everything that was asked for."""
        return f"not served, so not judged: {', '.join(self.not_served)}" if self.not_served else None

    @property
    def violated(self) -> list[Verdict]:
        return [v for v in self.verdicts if v.name == "violated" and v.expected is None]

    @property
    def expected_failures(self) -> list[Verdict]:
        return [v for v in self.verdicts if v.name == "violated" and v.expected is not None]

    @property
    def passed(self) -> list[Verdict]:
        return [v for v in self.verdicts if v.name == "passed"]

    @property
    def unexercised(self) -> list[Verdict]:
        """The rules that the given keys and tiers should have allowed, and that were not exercised."""
        return [v for v in self.verdicts if v.name == "not_exercised" and not v.excused]

    @property
    def excused(self) -> list[Verdict]:
        return [v for v in self.verdicts if v.name == "not_exercised" and v.excused]

    @property
    def exit(self) -> Exit:
        if self.interrupted:
            return Exit.INTERRUPTED
        if self.failure is not None:
            return Exit.UNTESTABLE
        if self.violated or self.unexpectedly_passing:
            return Exit.VIOLATED
        nothing_tested = not self.passed and not self.expected_failures
        if nothing_tested or (self.unexercised and not self.accept_unexercised):
            return Exit.UNEXERCISED
        return Exit.CONFORMS

    @property
    def meaning(self) -> str:
        """The exit code in words; those of success say what was left out, if it was much, and what is known to fail."""
        if self.exit is Exit.VIOLATED and not self.violated:
            return "what is expected to fail passes"
        # What recorded traffic does not hold, nobody left out.
        rules = len(self.verdicts) + self.unselected
        much = self.meanings is MEANINGS and 2 * (len(self.excused) + self.unselected) > rules
        quick = any(verdict.cut_short for verdict in self.verdicts)
        if self.exit is not Exit.CONFORMS or not (self.expected_failures or much or quick):
            return self.meanings[self.exit]
        known = f", {len(self.expected_failures)} known failure(s) aside" if self.expected_failures else ""
        wrote = any(verdict.rule.tier != "read" for verdict in (*self.passed, *self.expected_failures))
        written = "" if wrote else "; nothing written"
        tried = "what a quick run tried holds" if quick else "what was tried holds"
        return f"{tried}{known}: {len(self.passed)} of {rules} rules{written}"


def evidence_of(target: Target, expected: str, got: str, responses: Sequence[Response]) -> Evidence:
    """What is shown of a violation, keys replaced by the names of their variables, repetitions of a line left out."""
    lines = [target.redact(response.request.curl()) for response in responses[-_LINES:]]
    return Evidence(target.redact(expected), target.redact(got), tuple(line for line, _ in groupby(lines)))


def unexpectedly_passing(verdicts: Sequence[Verdict], expected: Mapping[str, str]) -> Iterator[str]:
    """The entries that expect the failure of rules that all passed."""
    for name in expected:
        found = [verdict for verdict in verdicts if verdict.rule.fits(name)]
        if found and all(verdict.name == "passed" for verdict in found):
            yield name
