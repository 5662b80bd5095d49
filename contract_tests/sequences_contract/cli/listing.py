"""The rules listed: for a terminal, and as the page that maps every statement of the documentation to its rules."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from ..contract.document import load_contract
from ..contract.statements import load_statements
from ..engine.rule import Rule
from ..rules.registry import all_rules

_NEEDS = {
    "read": "a read key", "write": "a write key", "noscope": "a key without scope", "other": "another organization's key",
    "fixture": "the companies of contacts",
}  # fmt: skip


def as_text() -> str:
    """Each rule on two lines: id, basis, profile, tier and needs; its sentence."""
    rules = all_rules()
    head = f"{len(rules)} rules, each with [basis, profile, tier] and what it needs beside a key that reads and writes."
    return "\n".join([head, "", *(line for rule in rules for line in _entry(rule))])


def _entry(rule: Rule) -> Iterator[str]:
    needs = f"  needs {_needs(rule)}" if rule.needs else ""
    yield f"{rule.id}  [{rule.basis}, {rule.profile}, {rule.tier}]{needs}"
    yield f"    {rule.sentence}"


def _needs(rule: Rule) -> str:
    return ", ".join(_NEEDS[need] for need in rule.needs)


def without_rule() -> list[str]:
    """The statements that no rule holds a target to."""
    held = {name for rule in all_rules() for name in rule.statements}
    return [name for name in load_statements() if name not in held]


def as_markdown() -> str:
    """The page docs/rules.md."""
    return "\n".join(_page())


def _page() -> Iterator[str]:
    contract, rules = load_contract(), all_rules()
    yield from (
        "# Statements and rules", "",
        "Made by `sequences-contract rules --markdown`; a test keeps it current. Each statement of the documentation is",
        "listed with its basis (doc, ref, own), its line in [openapi.yaml](../openapi.yaml), and its rules.",
        "A `*` stands for the id of an operation: such a rule is made for every operation that it fits.", "",
        "| statement | basis | line | rules |", "|---|---|---|---|",
    )  # fmt: skip
    for statement in load_statements().values():
        ids = _names(rule.family for rule in rules if statement.id in rule.statements)
        yield f"| {statement.says} | {statement.basis} | {contract.line(statement.at)} | {ids} |"
    yield from (
        "",
        "## Rules for every operation",
        "",
        "| rule | what it says | basis | profile | tier | needs | operations |",
    )
    yield "|---|---|---|---|---|---|---|"
    made = sorted((rule for rule in rules if rule.operation is not None), key=lambda rule: rule.family)
    for _, group in groupby(made, lambda rule: rule.family):
        yield _row(list(group))
    yield from (
        "",
        "## All other rules",
        "",
        "| rule | what it says | basis | profile | tier | needs |",
        "|---|---|---|---|---|---|",
    )
    for rule in rules:
        if rule.operation is None:
            yield f"| `{rule.id}` | {rule.sentence} | {rule.basis} | {rule.profile} | {rule.tier} | {_needs(rule)} |"


def _names(names: Iterable[str | None]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def _row(rules: list[Rule]) -> str:
    """The row of a rule that was made for several operations."""
    first = rules[0]
    sentence = first.sentence.replace(f"{first.operation}", "the operation")
    columns = (" or ".join(sorted({getattr(rule, name) for rule in rules})) for name in ("basis", "profile", "tier"))
    shown = f"{sentence[0].upper()}{sentence[1:]} | {' | '.join(columns)} | {_needs(first)}"
    return f"| `{first.family}` | {shown} | {_names(rule.operation for rule in rules)} |"
