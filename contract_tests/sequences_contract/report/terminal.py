"""The report for people: progress while it runs, then what is broken, what was not tried, and one line of totals."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TextIO

from ..contract import Contract, load_contract
from ..rules.registry import Rule
from ..settings import Settings
from ..verdicts import Exit, Outcome, Verdict
from .json import totals

_BOLD, _DIM, _RED, _GREEN, _YELLOW, _RESET = "\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[33m", "\033[0m"
_WIDTH = 110
_SCRIPT_LINES = 12


class Progress:
    """The rule being tried, on a line that is written over on a terminal; nothing in a pipe."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._live = out.isatty()

    def __call__(self, rule: Rule, number: int, total: int) -> None:
        if self._live:
            self._out.write(f"\r\033[K{_DIM}{number}/{total}{_RESET} {rule.id}")
            self._out.flush()

    def clear(self) -> None:
        """Takes the line away."""
        if self._live:
            self._out.write("\r\033[K")
            self._out.flush()


def text(outcome: Outcome, settings: Settings, *, colour: bool) -> str:
    """The final report."""
    lines = "\n".join(_lines(outcome, settings, load_contract()))
    if not colour:
        for code in (_BOLD, _DIM, _RED, _GREEN, _YELLOW, _RESET):
            lines = lines.replace(code, "")
    return lines + "\n"


def _lines(outcome: Outcome, settings: Settings, contract: Contract) -> Iterator[str]:
    for verdict in outcome.violated:
        yield from _violation(verdict, contract)
    for verdict in outcome.expected_failures:
        yield f"{_DIM}expected failure{_RESET}  {verdict.rule.id}  {verdict.expected}"
    yield from _unexercised(outcome)
    for note in outcome.notes:
        yield f"{_YELLOW}note{_RESET}  {note}"
    if outcome.failure:
        yield f"{_RED}{_BOLD}cannot be tested{_RESET}  {outcome.failure}"
    yield _totals(outcome, settings)


def _violation(verdict: Verdict, contract: Contract) -> Iterator[str]:
    rule = verdict.rule
    yield f"{_RED}{_BOLD}violated{_RESET}  {_BOLD}{rule.id}{_RESET}  {_DIM}{rule.basis}{_RESET}"
    yield f"  {rule.sentence}"
    for one in verdict.evidence[:1]:
        yield from _wrapped("expected", one.expected)
        yield from _wrapped("got", one.got)
        left_out = len(one.curl) - _SCRIPT_LINES
        if left_out > 0:
            yield f"    {_DIM}# {left_out} earlier requests are in the JSON report{_RESET}"
        for line in one.curl[-_SCRIPT_LINES:]:
            yield f"    {line if len(line) <= 1500 else line[:1500] + ' …'}"
    yield f"  {_DIM}openapi.yaml:{contract.line(rule.pointer)}  {rule.pointer}{_RESET}"
    yield ""


def _wrapped(name: str, value: str) -> Iterator[str]:
    shown = textwrap.wrap(value, _WIDTH - 12, max_lines=4, placeholder=" …") or [""]
    yield f"  {name:<9} {shown[0]}"
    for line in shown[1:]:
        yield f"{'':12}{line}"


def _unexercised(outcome: Outcome) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for verdict in [*outcome.unexercised, *outcome.excused]:
        reasons.setdefault(verdict.reason, []).append(verdict.rule.id)
    for reason, ids in reasons.items():
        names = ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")
        yield f"{_YELLOW}not exercised{_RESET}  {reason}  {_DIM}({names}){_RESET}"


def _totals(outcome: Outcome, settings: Settings) -> str:
    counts = totals(outcome)
    colour = {Exit.CONFORMS: _GREEN, Exit.UNEXERCISED: _YELLOW}.get(outcome.exit, _RED)
    return (
        f"{colour}{_BOLD}{outcome.meaning}{_RESET} (exit {int(outcome.exit)}): profile {settings.profile}, "
        f"{counts['passed']} rules passed, {counts['violated']} violated, {counts['not_exercised']} not exercised; "
        f"{counts['judged']} judgements on {counts['requests']} answers in {outcome.seconds:.0f} s, seed {settings.seed}"
    )
