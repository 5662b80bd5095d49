"""Reads openapi.yaml: operations, statuses, lifecycle rows, and the line on which each part stands.

The file comes from the suite's own checkout or wheel and never from the target that is judged by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

PACKAGE = Path(__file__).resolve().parent


class ContractError(Exception):
    """The contract file is missing or says something that the suite does not understand."""


@dataclass(frozen=True)
class Operation:
    """One operation of the contract."""

    id: str
    method: str
    path: str
    scope: str
    event: str | None
    definition: Mapping[str, Any]

    @property
    def pointer(self) -> str:
        """The JSON pointer of the operation inside openapi.yaml."""
        return f"/paths/{self.path.replace('~', '~0').replace('/', '~1')}/{self.method.lower()}"

    @property
    def writes(self) -> bool:
        return self.scope.endswith(":write")


@dataclass(frozen=True)
class Transition:
    """One row of x-lifecycle."""

    event: str
    by: str
    source: str
    target: str
    basis: str


class Contract:
    """openapi.yaml as the suite reads it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        text = path.read_text(encoding="utf-8")
        self.document: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
        self._text = text

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """Every operation by its operationId."""
        found: dict[str, Operation] = {}
        for path, item in self.document["paths"].items():
            for method in ("get", "post", "put", "patch", "delete"):
                if method in item:
                    spec = item[method]
                    found[spec["operationId"]] = Operation(
                        spec["operationId"], method.upper(), path, spec["x-required-scope"], spec.get("x-event"), spec
                    )
        return found

    @cached_property
    def statuses(self) -> tuple[str, ...]:
        return tuple(self.document["components"]["schemas"]["Status"]["enum"])

    @cached_property
    def lifecycle(self) -> tuple[Transition, ...]:
        rows = self.document["components"]["schemas"]["Status"]["x-lifecycle"]
        return tuple(Transition(row["event"], row["by"], row["from"], row["to"], row["basis"]) for row in rows)

    @cached_property
    def terminal(self) -> frozenset[str]:
        """The statuses that no row leaves."""
        return frozenset(self.statuses) - {row.source for row in self.lifecycle}

    def next(self, status: str, event: str) -> Transition | None:
        """The row that lets `event` happen in `status`, or None where the lifecycle refuses it."""
        rows = [row for row in self.lifecycle if row.source == status and row.event == event]
        return rows[0] if rows else None

    @cached_property
    def _lines(self) -> dict[str, int]:
        return dict(_walk(yaml.compose(self._text, Loader=yaml.CSafeLoader), ""))

    def line(self, pointer: str) -> int:
        """The line, counted from 1, on which the part that `pointer` names stands.

        Raises ContractError when openapi.yaml has no such part.
        """
        try:
            return self._lines[pointer]
        except KeyError:
            raise ContractError(
                f"{self.path.name} has no part {pointer}; correct the place in statements.yaml"
            ) from None


def _walk(node: yaml.Node | None, pointer: str) -> Iterator[tuple[str, int]]:
    if node is None:
        return
    if not pointer:
        yield "", 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = f"{pointer}/{str(key.value).replace('~', '~0').replace('/', '~1')}"
            yield inner, key.start_mark.line + 1
            yield from _walk(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield f"{pointer}/{index}", value.start_mark.line + 1
            yield from _walk(value, f"{pointer}/{index}")


def find_data(name: str) -> Path:
    """The path of a shared file: beside the package, in the wheel that carries it, or in the checkout around it.

    Raises ContractError, naming the places, when none has it.
    """
    places = [PACKAGE / name, PACKAGE.parent / "sequences_sandbox" / "data" / name, PACKAGE.parents[1] / name]
    for place in places:
        if place.is_file():
            return place
    raise ContractError(f"cannot find {name}; looked at {', '.join(map(str, places))}")


def load_contract() -> Contract:
    """The contract that belongs to this suite."""
    return Contract(find_data("openapi.yaml"))
