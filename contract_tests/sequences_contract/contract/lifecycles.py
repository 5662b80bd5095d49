"""Lifecycles: the permitted changes of status, read from every schema that carries x-lifecycle."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Transition:
    """One row of x-lifecycle."""

    event: str
    by: str
    source: str
    target: str
    basis: str


@dataclass(frozen=True)
class Lifecycle:
    """The statuses of one schema, and the rows that lead from one to another."""

    statuses: tuple[str, ...]
    rows: tuple[Transition, ...]

    @property
    def terminal(self) -> frozenset[str]:
        """The statuses that no row leaves."""
        return frozenset(self.statuses) - {row.source for row in self.rows}

    @property
    def events(self) -> tuple[str, ...]:
        """What a client may ask for."""
        return tuple(dict.fromkeys(row.event for row in self.rows if row.by == "client"))

    def next(self, status: str, event: str) -> Transition | None:
        """The row that lets `event` happen in `status`, or None."""
        return next((row for row in self.rows if (row.source, row.event) == (status, event)), None)

    def usual_source(self, event: str) -> str:
        """The status in which the documentation shows an event: the source of its first row."""
        return next(row.source for row in self.rows if row.event == event)

    def ends(self, event: str) -> bool:
        """Whether an event leads to a status that nothing leaves."""
        return any(row.event == event and row.target in self.terminal for row in self.rows)


def read_lifecycles(document: Mapping[str, Any]) -> dict[str, Lifecycle]:
    """Every lifecycle by the name of its schema."""
    found = {}
    for name, schema in document["components"]["schemas"].items():
        rows = [
            Transition(row["event"], row["by"], row["from"], row["to"], row["basis"])
            for row in schema.get("x-lifecycle", ())
        ]
        if rows:
            found[name] = Lifecycle(tuple(schema["enum"]), tuple(rows))
    return found
