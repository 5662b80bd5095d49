"""The report for people: what is broken, what was not tried, and one line of totals."""

import textwrap
from collections.abc import Iterator, Sequence

from ..contract.document import Contract, load_contract
from ..engine.settings import Settings
from ..engine.verdicts import Exit, Outcome
from .causes import Cause, causes
from .counts import by_causes, by_reason, totals
from .visible import visible

_BOLD, _DIM, _RED, _GREEN, _YELLOW, _RESET = "\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[33m", "\033[0m"
#: Columns where nothing says how many there are.
WIDTH = 110
_NARROWEST = 60
#: Rows of the script of one fault. With the rows around it, a fault fills no more than a screen.
_SCRIPT_ROWS = 24
_TEXT_ROWS = 3
_MORE_ROWS = 4
#: Reasons why rules were not exercised; the commonest case has a handful.
_REASONS = 12


def text(outcome: Outcome, settings: Settings, *, colour: bool, width: int = WIDTH, slowest: int = 0) -> str:
    """The final report for a screen of `width` columns, with so many of the slowest rules.

    No control character in it is the target's.
    """
    contract, width = load_contract(), max(width, _NARROWEST)
    lines = "\n".join(_lines(outcome.with_texts(visible), settings, contract, width, slowest))
    if not colour:
        for code in (_BOLD, _DIM, _RED, _GREEN, _YELLOW, _RESET):
            lines = lines.replace(code, "")
    return lines + "\n"


def _lines(outcome: Outcome, settings: Settings, contract: Contract, width: int, slowest: int) -> Iterator[str]:
    total = _totals(outcome, settings)
    if outcome.violated:  # the verdict stands first for a hurried reader, and last where a terminal stops
        yield from (total, "")
    for cause in causes(outcome.violated):
        yield from _cause(cause, contract, width)
    for verdict in outcome.expected_failures:
        yield from _wrapped(f"{_DIM}expected failure{_RESET}", f"{verdict.rule.id}  {verdict.expected}", width)
    yield from _unexercised(outcome, width)
    for verdict in sorted(outcome.verdicts, key=lambda verdict: -verdict.seconds)[:slowest]:
        yield f"{verdict.seconds:6.1f} s {verdict.requests:6} requests  {verdict.rule.id}"
    for name in outcome.unexpectedly_passing:
        yield f"{_RED}passes{_RESET}  '{name}' is expected to fail and passes; take it out of the list"
    for note in filter(None, (outcome.absence, *outcome.notes)):
        yield from _wrapped(f"{_YELLOW}note{_RESET}", note, width)
    if outcome.failure:
        yield from _wrapped(f"{_RED}{_BOLD}cannot be tested{_RESET}", outcome.failure, width, rows=12)
    yield total


def _cause(cause: Cause, contract: Contract, width: int) -> Iterator[str]:
    verdict, rule = cause.first, cause.first.rule
    yield f"{_RED}{_BOLD}violated{_RESET}  {_BOLD}{rule.id}{_RESET}  {_DIM}{rule.basis}{_RESET}"
    yield from textwrap.wrap(rule.sentence, width - 2, initial_indent="  ", subsequent_indent="  ")
    for one in verdict.evidence[:1]:
        yield from _wrapped("  expected", one.expected, width)
        yield from _wrapped("  got     ", one.got, width)
        yield from _wrapped("  tried   ", verdict.saw, width) if verdict.saw else ()
        yield from _script(one.curl, width - 4)
    yield f"  {_DIM}openapi.yaml:{contract.line(rule.pointer)}  {rule.pointer}{_RESET}"
    if cause.others:
        ids = [other.rule.id for other in cause.others]
        more = f"and {len(ids)} {'rule' if len(ids) == 1 else 'rules'} more:"
        yield from _wrapped(f"  {more}", ", ".join(ids), width, rows=_MORE_ROWS)
    yield ""


def _script(lines: Sequence[str], width: int) -> Iterator[str]:
    """The last lines that fit, since the last one shows the fault. They are not folded, so that they can be copied."""
    shown: list[str] = []
    room = _SCRIPT_ROWS
    for line in reversed(lines):
        rows = -(-len(line) // width)
        if rows > room:
            break
        shown.insert(0, line)
        room -= rows
    left_out = len(lines) - len(shown)
    if left_out and not shown:
        yield f"    {lines[-1][: width * (_SCRIPT_ROWS - 2)]}…"
        yield f"    {_DIM}# cut here; --report-json FILE holds the whole of it{_RESET}"
        left_out -= 1
    if left_out:
        yield f"    {_DIM}# {left_out} request(s) before; --report-json FILE holds them{_RESET}"
    for line in shown:
        yield f"    {line}"


def _wrapped(label: str, value: str, width: int, rows: int = _TEXT_ROWS) -> Iterator[str]:
    first, *others = textwrap.wrap(value, width - 12, max_lines=rows, placeholder=" …") or [""]
    yield f"{label}  {first}"
    for line in others:
        yield f"{'':12}{line}"


def _unexercised(outcome: Outcome, width: int) -> Iterator[str]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for label, verdicts in (
        (f"{_YELLOW}not exercised{_RESET}", outcome.unexercised), (f"{_DIM}left out{_RESET}", outcome.excused),
    ):  # fmt: skip
        reasons |= {(label, reason): ids for reason, ids in by_reason(verdicts)}
    for (label, reason), ids in list(reasons.items())[:_REASONS]:
        names = ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")
        yield from _wrapped(label, f"{reason}  ({names})", width)
    if len(reasons) > _REASONS:
        yield f"{_YELLOW}and others{_RESET}  for {len(reasons) - _REASONS} more reasons; --report-html FILE lists them"


def _totals(outcome: Outcome, settings: Settings) -> str:
    counts = totals(outcome)
    colour = {Exit.CONFORMS: _GREEN, Exit.UNEXERCISED: _YELLOW}.get(outcome.exit, _RED)
    return (
        f"{colour}{_BOLD}{outcome.meaning}{_RESET} (exit {int(outcome.exit)}): profile {settings.profile}, "
        f"{counts['passed']} rules passed, {counts['violated']} violated{by_causes(counts)}, "
        f"{len(outcome.unexercised)} not exercised, {len(outcome.excused)} left out"
        f"{f', {outcome.unselected} not asked for' if outcome.unselected else ''}; "
        f"{counts['judged']} judgements on {counts['requests']} responses in {outcome.seconds:.0f} s, seed {settings.seed}"
    )
