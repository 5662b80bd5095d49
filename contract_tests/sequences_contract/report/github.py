"""GitHub Actions: annotations in the log, and the summary of the step."""

from collections.abc import Iterator

from ..contract import Contract, load_contract
from ..settings import Settings
from ..verdicts import Outcome, Verdict
from .json import totals

_MOST = 10
_MOST_BYTES = 1_000_000


def commands(outcome: Outcome) -> Iterator[str]:
    """Workflow commands: ten errors and ten warnings at most, the last one telling of those left out."""
    contract = load_contract()
    yield from _limited("error", [_annotation("error", verdict, contract) for verdict in outcome.violated])
    lines = [
        f"::warning title={_property(v.rule.id)}::{_data(f'not exercised: {v.reason}')}" for v in outcome.unexercised
    ]
    yield from _limited("warning", lines)
    if outcome.failure:
        yield f"::error title=sequences-contract::{_data(outcome.failure)}"


def summary(outcome: Outcome, settings: Settings) -> str:
    """Markdown for the summary of the step."""
    counts = totals(outcome)
    lines = [
        f"## Contract suite: {outcome.meaning}",
        "",
        f"`{settings.url}`, profile {settings.profile}: {counts['passed']} rules passed, {counts['violated']} violated, "
        f"{counts['not_exercised']} not exercised, {counts['judged']} answers judged.",
    ]
    if outcome.failure:
        lines += ["", outcome.failure]
    for verdict in outcome.violated:
        lines += ["", f"### `{verdict.rule.id}`", "", verdict.rule.sentence]
        for one in verdict.evidence[:1]:
            script = "\n".join(one.curl)
            lines += ["", f"Expected {one.expected}; got {one.got}", "", "```sh", script, "```"]
    text = "\n".join(lines) + "\n"
    raw = text.encode()
    return text if len(raw) <= _MOST_BYTES else raw[:_MOST_BYTES].decode("utf-8", "ignore") + "\n\n(cut)\n"


def _annotation(kind: str, verdict: Verdict, contract: Contract) -> str:
    first = verdict.evidence[0]
    message = f"{verdict.rule.sentence} Expected {first.expected}; got {first.got}\n" + "\n".join(first.curl[-1:])
    place = f"file=openapi.yaml,line={contract.line(verdict.rule.pointer)},title={_property(verdict.rule.id)}"
    return f"::{kind} {place}::{_data(message)}"


def _limited(kind: str, lines: list[str]) -> Iterator[str]:
    shown = lines if len(lines) <= _MOST else lines[: _MOST - 1]
    yield from shown
    if len(shown) < len(lines):
        yield f"::{kind} title=sequences-contract::and {len(lines) - len(shown)} more; see the summary of the step"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
