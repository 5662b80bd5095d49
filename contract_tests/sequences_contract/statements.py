"""The statements of the documentation, as data: what the rules hold a target to, and where openapi.yaml says it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import yaml

from .contract import PACKAGE


@dataclass(frozen=True)
class Statement:
    """One statement. `at` is a JSON pointer into openapi.yaml."""

    id: str
    basis: str
    at: str
    says: str


@cache
def load_statements() -> dict[str, Statement]:
    """Every statement by its id, in the order of the file."""
    rows = yaml.safe_load((PACKAGE / "statements.yaml").read_text(encoding="utf-8"))
    statements = {row["id"]: Statement(row["id"], row["basis"], row["at"], row["says"]) for row in rows}
    if len(statements) != len(rows):
        raise ValueError("statements.yaml gives one id to two statements")
    return statements
