"""GitHub Actions: annotations in the log, and the summary of the step. No text of the target is taken for a command."""

import re
import secrets
from collections.abc import Iterator

from ..engine.settings import Settings
from ..engine.verdicts import Outcome, Verdict
from .causes import Cause, causes
from .counts import by_causes, by_reason, totals
from .places import Places, places
from .visible import visible

#: GitHub keeps ten annotations of a kind from each step, and a summary of one mebibyte.
_MOST = 10
_MOST_BYTES = 1_000_000
_MOST_REASONS = 50


def log(report: str, outcome: Outcome, settings: Settings) -> str:
    """The report for the step's log, held apart from commands by a word that nobody can guess; then the annotations."""
    word = secrets.token_hex(16)
    return f"::stop-commands::{word}\n{report}::{word}::\n" + "".join(
        f"{line}\n" for line in commands(outcome, settings)
    )


def defused(line: str) -> str:
    """One line for a log that is not held apart from commands: both of their forms are broken up."""
    line = line.replace("##[", "## [")
    return line.replace("::", ": :", 1) if line.lstrip().startswith("::") else line


def commands(outcome: Outcome, settings: Settings) -> Iterator[str]:
    """Workflow commands: ten errors and ten warnings at most, the last one telling of those left out."""
    at, outcome = places(settings), outcome.with_texts(visible)
    errors = [_plain("error", "sequences-contract", outcome.failure)] if outcome.failure else []
    errors += [
        _plain("error", name, "it is expected to fail and passes; take it out of the list")
        for name in outcome.unexpectedly_passing
    ]
    yield from _limited("error", errors + [_annotation(cause, at) for cause in causes(outcome.violated)])
    untried = [_plain("warning", v.rule.id, f"not exercised: {v.reason}") for v in outcome.unexercised]
    yield from _limited("warning", untried)


def _plain(kind: str, title: str, text: str) -> str:
    return f"::{kind} title={_property(title)}::{_data(text)}"


def _annotation(cause: Cause, at: Places) -> str:
    verdict = cause.first
    message = verdict.rule.sentence
    message += f" ({len(cause.others)} more rules for the same cause.)" if cause.others else ""
    for first in verdict.evidence[:1]:
        message += f" Expected {first.expected}; got {first.got}\n" + "\n".join(first.curl[-1:])
    place = f"file={_property(at.path)},line={at.line(verdict.rule.pointer)}," if at.is_there else ""
    return f"::error {place}title={_property(verdict.rule.id)}::{_data(message)}"


def _limited(kind: str, lines: list[str]) -> Iterator[str]:
    shown = lines if len(lines) <= _MOST else lines[: _MOST - 1]
    yield from shown
    if len(shown) < len(lines):
        yield f"::{kind} title=sequences-contract::and {len(lines) - len(shown)} more; see the summary of the step"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(outcome: Outcome, settings: Settings) -> str:
    """Markdown for the summary of the step; the target's text stands in code, which it cannot leave."""
    text = "\n".join(_summary(outcome.with_texts(visible), settings)) + "\n"
    raw = text.encode("utf-8", "backslashreplace")
    return text if len(raw) <= _MOST_BYTES else raw[:_MOST_BYTES].decode("utf-8", "ignore") + "\n\n(cut)\n"


def _summary(outcome: Outcome, settings: Settings) -> Iterator[str]:
    counts = totals(outcome)
    yield f"## Contract suite: {outcome.meaning}"
    yield ""
    yield f"{_code(settings.url)}, profile {settings.profile}: {counts['passed']} rules passed,"
    yield f"{counts['violated']} violated{by_causes(counts)},"
    yield f"{len(outcome.unexercised)} not exercised, {len(outcome.excused)} left out,"
    yield f"{counts['judged']} judgements on {counts['requests']} responses."
    if outcome.absence:
        yield from ("", _code(outcome.absence))
    if outcome.failure:
        yield from ("", *_block(outcome.failure))
    for name in outcome.unexpectedly_passing:
        yield from ("", f"{_code(name)} is expected to fail and passes; take it out of the list.")
    for cause in causes(outcome.violated):
        verdict = cause.first
        yield from ("", f"### `{verdict.rule.id}`", "", verdict.rule.sentence)
        if cause.others:
            yield from ("", "Violated for the same cause: " + ", ".join(f"`{one.rule.id}`" for one in cause.others))
        for one in verdict.evidence[:1]:
            yield from ("", *_block(f"expected {one.expected}", f"got      {one.got}", "", *one.curl))
    yield from _untried("Not exercised", outcome.unexercised)
    yield from _untried("Left out", outcome.excused)


def _untried(title: str, verdicts: list[Verdict]) -> Iterator[str]:
    reasons = by_reason(verdicts)
    if reasons:
        yield from ("", f"### {title}", "")
    for reason, ids in reasons[:_MOST_REASONS]:
        yield f"- {_code(reason)}: {', '.join(f'`{name}`' for name in ids)}"
    if len(reasons) > _MOST_REASONS:
        yield f"- and for {len(reasons) - _MOST_REASONS} more reasons"


def _fence(text: str, least: int) -> str:
    """More backticks than stand together anywhere in `text`."""
    return "`" * max(least, 1 + max(map(len, re.findall("`+", text)), default=0))


def _code(text: str) -> str:
    fence = _fence(text, 1)
    return f"{fence} {text} {fence}"


def _block(*lines: str) -> list[str]:
    fence = _fence("\n".join(lines), 3)
    return [f"{fence}text", *lines, fence]
