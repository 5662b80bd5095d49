"""How a rule is declared, and the table that all rules stand in."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..statements import load_statements

if TYPE_CHECKING:
    from ..trial import Trial

Tier = Literal["read", "write", "stop"]
Need = Literal["read", "write", "noscope", "other", "fixture"]
Check = Callable[["Trial"], None]

RULES: dict[str, Rule] = {}
#: The modules that declare rules, in the order in which they are tried: what spends most comes last.
MODULES = (
    *("shape", "shape_runs", "shape_issues", "shape_headers"),
    *("requests", "access", "protocol", "list_filters", "list_order", "list_pages", "list_refusals"),
    *(
        "update",
        "update_strings",
        "update_refusals",
        "pause",
        "lifecycle",
        "timers",
        "timers_cancelled",
        "bodies",
        "journeys",
        "stop",
        "stop_company",
        "stop_company_others",
        "fuzzing",
    ),
)


@dataclass(frozen=True)
class Rule:
    """One rule. `check` is None for a rule that judges every answer as it passes."""

    id: str
    sentence: str
    statements: tuple[str, ...]
    basis: str
    tier: Tier
    needs: tuple[Need, ...]
    check: Check | None

    @property
    def group(self) -> str:
        """The module that declares the rule."""
        return self.id.split(".", 1)[0]

    @property
    def profile(self) -> str:
        """The weakest profile in which the rule is tried."""
        return "strict" if self.basis == "own" else "documented"

    @property
    def pointer(self) -> str:
        """The place in openapi.yaml of the first statement that the rule holds."""
        return load_statements()[self.statements[0]].at


def declare(
    id_: str,
    sentence: str,
    *of: str,
    check: Check | None,
    tier: Tier = "read",
    needs: tuple[Need, ...] = (),
    basis: str | None = None,
) -> None:
    """Enters a rule. `of` names the statements it holds; its basis is the first one's unless it is given."""
    if id_ in RULES:
        raise ValueError(f"two rules are called {id_}")
    statements = load_statements()
    unknown = [name for name in of if name not in statements]
    if unknown or not of:
        raise ValueError(f"rule {id_} names no known statement: {unknown}")
    RULES[id_] = Rule(id_, sentence, of, basis or statements[of[0]].basis, tier, needs, check)


def rule(
    id_: str,
    sentence: str,
    *of: str,
    tier: Tier = "read",
    needs: tuple[Need, ...] = (),
    basis: str | None = None,
) -> Callable[[Check], Check]:
    """Declares the decorated function as the check of a rule."""

    def enter(check: Check) -> Check:
        declare(id_, sentence, *of, check=check, tier=tier, needs=needs, basis=basis)
        return check

    return enter


def all_rules() -> list[Rule]:
    """Every rule, in the order in which they are tried: those that stop runs last, since what they stop is gone."""
    for module in MODULES:
        importlib.import_module(f"{__package__}.{module}")
    return sorted(RULES.values(), key=lambda rule: rule.tier == "stop")


def groups() -> list[str]:
    """The first words of the ids of rules."""
    return list(dict.fromkeys(rule.group for rule in all_rules()))
