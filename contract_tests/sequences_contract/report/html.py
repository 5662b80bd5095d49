"""One self-contained page, without scripts and without anything from elsewhere, that a manager can read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from ..contract import Contract, load_contract
from ..settings import Settings
from ..verdicts import Exit, Outcome, Verdict
from .json import totals
from .visible import visible

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6575; --line: #dfe3ea; --page: #fff; --card: #f6f7f9;
  --good: #137a3f; --bad: #b3261e; --open: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaf0; --soft: #a3adbd; --line: #343b48; --page: #14181f;
  --card: #1c222c; --good: #5fd08e; --bad: #ff8a80; --open: #f0bf5f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 2.5rem 1.25rem; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
p { margin: .25rem 0; } .soft { color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); }
.figures { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0; padding: 0; list-style: none; }
.figures li { flex: 1 1 8rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; padding: .75rem 1rem; }
.figures b { display: block; font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
article { border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: .5rem; padding: 1rem 1.25rem;
  margin: 0 0 1rem; }
article h3 { margin: 0; font: 600 .95rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: 6rem 1fr; gap: .15rem .75rem; margin: .75rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
pre { background: var(--card); border-radius: .375rem; padding: .75rem; overflow-x: auto; font-size: .82rem; margin: 0; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
td:first-child { font-family: ui-monospace, monospace; font-size: .82rem; overflow-wrap: anywhere; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
"""


def text(outcome: Outcome, settings: Settings) -> str:
    """The report as HTML."""
    body = "\n".join(_body(outcome.told(visible), settings, load_contract()))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Contract suite: {escape(outcome.meaning)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _body(outcome: Outcome, settings: Settings, contract: Contract) -> Iterator[str]:
    tone = {Exit.CONFORMS: "good", Exit.UNEXERCISED: "open"}.get(outcome.exit, "bad")
    yield f'<h1 class="{tone}">{escape(outcome.meaning.capitalize())}</h1>'
    yield f'<p class="soft">{escape(settings.url)}, held to profile {settings.profile} of the Sequences API contract</p>'
    if outcome.failure:
        yield f'<p class="bad">{escape(outcome.failure)}</p>'
    yield from _figures(outcome)
    if outcome.violated:
        yield "<h2>What is broken</h2>"
        for verdict in outcome.violated:
            yield from _violation(verdict, contract)
    if outcome.expected_failures:
        yield from _table("Known and accepted", outcome.expected_failures, lambda one: one.expected or "")
    unexercised = [*outcome.unexercised, *outcome.excused]
    if unexercised:
        yield from _table("What was not tried, and why", unexercised, lambda one: one.reason)
    yield from _table("What holds", outcome.passed, lambda one: f"{one.judged:,} answers judged")


def _figures(outcome: Outcome) -> Iterator[str]:
    counts = totals(outcome)
    rows = (
        ("good", counts["passed"], "rules passed"), ("bad", counts["violated"], "rules violated"),
        ("open", counts["not_exercised"], "not tried"), ("", counts["judged"], "judgements"),
        ("", counts["requests"], "requests"),
    )  # fmt: skip
    yield '<ul class="figures">'
    for tone, number, label in rows:
        yield f'<li><b class="{tone if number else ""}">{number:,}</b>{label}</li>'
    yield "</ul>"


def _violation(verdict: Verdict, contract: Contract) -> Iterator[str]:
    rule = verdict.rule
    yield f"<article><h3>{escape(rule.id)}</h3><p>{escape(rule.sentence)}</p>"
    for one in verdict.evidence[:1]:
        yield f"<dl><dt>Expected</dt><dd>{escape(one.expected)}</dd><dt>Got</dt><dd>{escape(one.got)}</dd>"
        yield f"<dt>Contract</dt><dd>openapi.yaml, line {contract.line(rule.pointer)} ({rule.basis})</dd></dl>"
        script = "\n".join(one.curl)
        yield f"<pre>{escape(script)}</pre>"
    yield "</article>"


def _table(title: str, verdicts: list[Verdict], told: Callable[[Verdict], str]) -> Iterator[str]:
    yield f'<h2>{title}</h2><div class="table"><table>'
    yield "<thead><tr><th>Rule</th><th>What it says</th><th></th></tr></thead><tbody>"
    for one in verdicts:
        cells = (one.rule.id, one.rule.sentence, told(one))
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
    yield "</tbody></table></div>"
