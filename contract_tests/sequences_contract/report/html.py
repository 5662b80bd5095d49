"""One self-contained page, without scripts and without anything from elsewhere, that a manager can read."""

import math
from collections.abc import Iterator
from html import escape

from .. import __version__
from ..contract.document import Contract, load_contract
from ..engine.settings import Settings
from ..engine.verdicts import Exit, Outcome, Verdict
from .causes import Cause, causes
from .counts import totals
from .style import STYLE
from .visible import visible

#: The columns of the table of areas: what each counts, as verdict and whether it is excused, and its tone.
_COLUMNS = {
    "hold": ("passed", False, ""), "broken": ("violated", False, "bad"),
    "not exercised": ("not_exercised", False, ""), "left out": ("not_exercised", True, ""),
}  # fmt: skip


def text(outcome: Outcome, settings: Settings) -> str:
    """The report as HTML."""
    body = "\n".join(_body(outcome.with_texts(visible), settings, load_contract()))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Contract suite: {escape(outcome.meaning)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _body(outcome: Outcome, settings: Settings, contract: Contract) -> Iterator[str]:
    tone = {Exit.CONFORMS: "good", Exit.UNEXERCISED: "open"}.get(outcome.exit, "bad")
    yield f'<h1 class="{tone}">{escape(outcome.meaning.capitalize())}</h1>'
    yield f'<p class="soft">{escape(visible(settings.url))}, held to the Sequences API contract</p>'
    yield f'<p class="lead">{escape(_lead(outcome))}</p>'
    if outcome.failure:
        yield f'<p class="bad">{escape(outcome.failure)}</p>'
    for name in outcome.unexpectedly_passing:
        yield f'<p class="bad"><code>{escape(name)}</code> is expected to fail and passes; take it out of the list.</p>'
    if outcome.absence:
        yield f'<p class="soft">{escape(outcome.absence.capitalize())}</p>'
    yield from _metrics(outcome)
    if outcome.violated:
        yield "<h2>What is broken</h2>"
        for cause in causes(outcome.violated):
            yield from _violation(cause, contract)
    yield from _areas(outcome)
    yield from _table("Known and accepted", "Why", [(v, v.expected or "") for v in outcome.expected_failures])
    yield from _untried("What was not exercised, although it was allowed", outcome.unexercised)
    yield from _untried("What was left out, and why", outcome.excused)
    if outcome.passed:
        yield "<details><summary>What holds, rule by rule</summary>"
        yield from _table("", "Responses judged", [(v, v.judged) for v in outcome.passed])
        yield "</details>"
    yield from _footer(outcome, settings)


def _lead(outcome: Outcome) -> str:
    tried = len(outcome.passed) + len(outcome.violated) + len(outcome.expected_failures)
    said = {
        Exit.CONFORMS: "Every rule that was tried holds: so far the server does what its documentation says.",
        Exit.VIOLATED: f"{len(outcome.violated)} of the {tried} rules that were tried do not hold: in these points the"
        " server does other than its documentation says, and a client that relies on it will fail.",
        Exit.UNTESTABLE: "The server could not be tested to the end, so this says nothing of what was not reached.",
        Exit.UNEXERCISED: "No rule that was tried is broken. But some could not be tried, so this is no proof yet.",
        Exit.INTERRUPTED: "The run was interrupted, so this says nothing of what was not reached.",
    }[outcome.exit]
    if outcome.exit is Exit.VIOLATED and not outcome.violated:
        said = "Every rule that was tried holds, even one that is listed as known to fail: the list is out of date."
    if outcome.expected_failures:
        said += f" {len(outcome.expected_failures)} known failure(s) are accepted."
    if outcome.excused:
        said += f" {len(outcome.excused)} rule(s) were left out, for the reasons below."
    return said


def _metrics(outcome: Outcome) -> Iterator[str]:
    counts = totals(outcome)
    rows = (
        ("good", counts["passed"], "rules hold"), ("bad", counts["violated"], "rules broken"),
        ("open", len(outcome.unexercised), "not exercised"), ("", len(outcome.excused), "left out"),
        ("", counts["judged"], "judgements"),
        ("", counts["requests"], "requests"),
    )  # fmt: skip
    yield '<ul class="metrics">'
    for tone, number, label in rows:
        yield f'<li><b class="{tone if number else ""}">{number:,}</b>{label}</li>'
    yield "</ul>"


def _violation(cause: Cause, contract: Contract) -> Iterator[str]:
    verdict, rule = cause.first, cause.first.rule
    yield f'<article><h3>{escape(rule.sentence)}</h3><p class="soft"><code>{escape(rule.id)}</code></p>'
    for one in verdict.evidence[:1]:
        yield f"<dl><dt>Expected</dt><dd>{escape(one.expected)}</dd><dt>Got</dt><dd>{escape(one.got)}</dd>"
        yield f"<dt>Contract</dt><dd>openapi.yaml, line {contract.line(rule.pointer)} ({rule.basis})</dd></dl>"
        yield f"<p>Tried: {escape(verdict.saw)}</p>" if verdict.saw else ""
        script = "\n".join(one.curl)
        yield f"<pre>{escape(script)}</pre>"
    if cause.others:
        ids = ", ".join(other.rule.id for other in cause.others)
        yield f'<p class="soft">Violated for the same cause: <code>{escape(ids)}</code></p>'
    yield "</article>"


def _areas(outcome: Outcome) -> Iterator[str]:
    areas: dict[str, list[Verdict]] = {}
    for verdict in outcome.verdicts:
        areas.setdefault(verdict.rule.group, []).append(verdict)
    yield '<h2>By area</h2><div class="table"><table><thead><tr><th>Area</th>'
    yield ("".join(f'<th class="number">{name}</th>' for name in _COLUMNS) + "</tr></thead><tbody>")
    for area, verdicts in areas.items():
        yield f"<tr><td>{escape(area)}</td>"
        for name, excused, tone in _COLUMNS.values():
            number = sum((verdict.name, verdict.excused) == (name, excused) for verdict in verdicts)
            yield f'<td class="number {tone if number else "soft"}">{number}</td>'
        yield "</tr>"
    yield "</tbody></table></div>"


def _untried(title: str, verdicts: list[Verdict]) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for verdict in verdicts:
        reasons.setdefault(verdict.reason, []).append(verdict.rule.id)
    if reasons:
        yield f'<h2>{title}</h2><div class="table"><table><thead><tr><th>Why</th><th>Rules</th></tr></thead><tbody>'
        for reason, ids in reasons.items():
            yield f"<tr><td>{escape(reason)}</td><td><code>{escape(', '.join(ids))}</code></td></tr>"
        yield "</tbody></table></div>"


def _table(title: str, last: str, rows: list[tuple[Verdict, str | int]]) -> Iterator[str]:
    if not rows:
        return
    tone = ' class="number"' if isinstance(rows[0][1], int) else ""
    yield f"<h2>{title}</h2>" if title else ""
    yield '<div class="table"><table><thead><tr><th>What it says</th><th>Rule</th>'
    yield f"<th{tone}>{last}</th></tr></thead><tbody>"
    for one, value in rows:
        shown = f"{value:,}" if isinstance(value, int) else escape(value)
        yield f"<tr><td>{escape(one.rule.sentence)}</td><td><code>{escape(one.rule.id)}</code></td>"
        yield f"<td{tone}>{shown}</td></tr>"
    yield "</tbody></table></div>"


def _footer(outcome: Outcome, settings: Settings) -> Iterator[str]:
    stops = "any number of runs" if settings.stops == math.inf else f"{settings.stops:g} run(s)"
    might = f"write, and stop {stops}" if settings.allow_writes else "only read"
    yield "<footer>"
    for note in outcome.notes:
        yield f"<p>{escape(note)}</p>"
    yield f"<p>{escape(outcome.began)}: sequences-contract {__version__}, contract {load_contract().edition},"
    yield f"profile {settings.profile}, seed {settings.seed},"
    yield f"{outcome.seconds:.0f} s. It might {might}.</p></footer>"
