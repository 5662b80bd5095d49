"""The rules listed: for a terminal, and as the page that maps every statement of the documentation to its rules."""

from __future__ import annotations

from collections.abc import Iterator

from .contract import load_contract
from .rules.registry import Rule, all_rules
from .statements import load_statements

_NEEDS = {
    "read": "a read key",
    "write": "a write key",
    "noscope": "a key without scope",
    "other": "another organization's key",
    "fixture": "the companies of contacts",
}


def as_text() -> str:
    """What stands where; then each rule on two lines: id, basis, profile, tier and needs; its sentence."""
    rules = all_rules()
    head = f"{len(rules)} rules, each with [basis, profile, tier] and what it needs beside a key that reads and writes."
    return "\n".join([head, "", *(line for rule in rules for line in _entry(rule))])


def _entry(rule: Rule) -> Iterator[str]:
    needs = f"  needs {', '.join(_NEEDS[need] for need in rule.needs)}" if rule.needs else ""
    yield f"{rule.id}  [{rule.basis}, {rule.profile}, {rule.tier}]{needs}"
    yield f"    {rule.sentence}"


def without_rule() -> list[str]:
    """The statements that no rule holds a target to."""
    held = {name for rule in all_rules() for name in rule.statements}
    return [name for name in load_statements() if name not in held]


def as_markdown() -> str:
    """The page docs/rules.md."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    contract, rules = load_contract(), all_rules()
    yield "# Statements and rules"
    yield ""
    yield "Made by `sequences-contract rules --markdown`; a test keeps it current. Each statement of the documentation"
    yield "stands with its basis (doc, ref, own), its line in [openapi.yaml](../openapi.yaml), and the rules that hold a"
    yield "target to it."
    yield ""
    yield "| statement | basis | line | rules |"
    yield "|---|---|---|---|"
    for statement in load_statements().values():
        ids = ", ".join(f"`{rule.id}`" for rule in rules if statement.id in rule.statements)
        yield f"| {statement.says} | {statement.basis} | {contract.line(statement.at)} | {ids} |"
    yield ""
    yield f"## The {len(rules)} rules"
    yield ""
    yield "| rule | what it says | basis | profile | tier | needs |"
    yield "|---|---|---|---|---|---|"
    for rule in rules:
        needs = ", ".join(_NEEDS[need] for need in rule.needs)
        yield f"| `{rule.id}` | {rule.sentence} | {rule.basis} | {rule.profile} | {rule.tier} | {needs} |"
