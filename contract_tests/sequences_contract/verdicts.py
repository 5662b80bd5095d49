"""What the suite concludes: a verdict for each rule, with evidence, and what they mean together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal

from .rules.registry import Rule

VerdictName = Literal["passed", "violated", "not_exercised"]


class Exit(IntEnum):
    """The exit codes of the command."""

    CONFORMS = 0
    VIOLATED = 1
    UNTESTABLE = 2
    UNEXERCISED = 3
    INTERRUPTED = 130


@dataclass(frozen=True)
class Evidence:
    """What was expected, what came, and the shortest script of curl lines that shows it."""

    expected: str
    got: str
    curl: tuple[str, ...]

    def told(self, change: Callable[[str], str]) -> Evidence:
        """The same with every text passed through `change`."""
        return Evidence(change(self.expected), change(self.got), tuple(map(change, self.curl)))


@dataclass(frozen=True)
class Verdict:
    """The verdict on one rule.

    `judged` counts the answers that the rule looked at. `excused` says that the rule was not exercised because the
    caller withheld a key or a tier. `expected` is the reason given in the list of expected failures.
    """

    rule: Rule
    name: VerdictName
    reason: str = ""
    judged: int = 0
    evidence: tuple[Evidence, ...] = ()
    excused: bool = False
    seconds: float = 0.0
    expected: str | None = None

    def told(self, change: Callable[[str], str]) -> Verdict:
        """The same with every text that may come from the target or the caller passed through `change`."""
        evidence = tuple(one.told(change) for one in self.evidence)
        expected = None if self.expected is None else change(self.expected)
        return replace(self, reason=change(self.reason), evidence=evidence, expected=expected)


@dataclass(frozen=True)
class Outcome:
    """Everything a run of the suite found.

    `failure` says why the target could not be tested, if so. `outworn` names the expected failures that pass. `began` is
    when the run began, for people, by the clock of the suite's machine.
    """

    verdicts: Sequence[Verdict]
    failure: str | None = None
    interrupted: bool = False
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    requests: int = 0
    accept_unexercised: bool = False
    outworn: tuple[str, ...] = ()
    began: str = ""

    def told(self, change: Callable[[str], str]) -> Outcome:
        """The same with every text that may come from the target or the caller passed through `change`."""
        return replace(
            self,
            verdicts=[verdict.told(change) for verdict in self.verdicts],
            failure=None if self.failure is None else change(self.failure),
            notes=tuple(map(change, self.notes)),
            outworn=tuple(map(change, self.outworn)),
        )

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
        if self.violated or self.outworn:
            return Exit.VIOLATED
        nothing_tested = not self.passed and not self.expected_failures
        if nothing_tested or (self.unexercised and not self.accept_unexercised):
            return Exit.UNEXERCISED
        return Exit.CONFORMS

    @property
    def meaning(self) -> str:
        """The exit code in words."""
        if self.exit is Exit.VIOLATED and not self.violated:
            return "what is expected to fail passes"
        return {
            Exit.CONFORMS: "the target conforms",
            Exit.VIOLATED: "the target breaks the contract",
            Exit.UNTESTABLE: "the target could not be tested",
            Exit.UNEXERCISED: "no violation, but not every rule could be tried",
            Exit.INTERRUPTED: "interrupted",
        }[self.exit]
