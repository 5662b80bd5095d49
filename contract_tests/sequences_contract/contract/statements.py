"""The statements of the documentation: what the rules hold a target to, and where openapi.yaml says it."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


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
    rows = yaml.safe_load(Path(__file__).with_name("statements.yaml").read_text(encoding="utf-8"))
    statements = {row["id"]: Statement(row["id"], row["basis"], row["at"], row["says"]) for row in rows}
    if len(statements) != len(rows):
        raise ValueError("statements.yaml gives one id to two statements")
    return statements
