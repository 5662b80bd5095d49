"""What may follow what: the lifecycle of a sequence as one table and a lookup.

This file knows that rows lead from a status to a status by an event. It must not know any status by name: the rows come
from `x-lifecycle` in openapi.yaml, and what they do not permit is rejected.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .errors import BusinessIssue

CLIENT: Final = "client"
CLOCK: Final = "clock"
ENGINE: Final = "engine"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: `event`, triggered `by` client, clock or engine, leads from `source` to `target`."""

    event: str
    by: str
    source: str
    target: str


class Lifecycle:
    """The rows, arranged for lookup. `statuses` keeps the contract's order."""

    def __init__(self, statuses: Iterable[str], rows: Iterable[Transition]) -> None:
        self.statuses: Final = tuple(statuses)
        self.rows: Final = tuple(rows)
        table = {(row.source, row.event): row for row in self.rows}
        self._table: Final[Mapping[tuple[str, str], Transition]] = MappingProxyType(table)
        sources = {row.source for row in self.rows}
        targets = {row.target for row in self.rows}
        self.terminal: Final = frozenset(status for status in self.statuses if status not in sources)
        self.initial: Final = next(status for status in self.statuses if status not in targets)

    def allows(self, status: str, event: str) -> bool:
        """Whether a row leads from `status` by `event`."""
        return (status, event) in self._table

    def next(self, status: str, event: str) -> str:
        """The status that `event` leads to from `status`. Raises BusinessIssue where no row permits it."""
        row = self._table.get((status, event))
        if row is None:
            sources = self.sources(event)
            raise BusinessIssue(
                f"A sequence that is {status} cannot {event}; that is possible from {_either(sources)}.",
                event=event,
                status=status,
                allowed=list(sources),
            )
        return row.target

    def sources(self, event: str) -> tuple[str, ...]:
        """The statuses that `event` may leave, in the contract's order."""
        return tuple(status for status in self.statuses if (status, event) in self._table)

    def events(self, by: str) -> tuple[str, ...]:
        """The events that `by` triggers, in the order of their first rows."""
        return tuple(dict.fromkeys(row.event for row in self.rows if row.by == by))

    def by(self, event: str) -> str:
        """Who triggers `event`."""
        return next(row.by for row in self.rows if row.event == event)

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        lines += [f"    {row.source} --> {row.target}: {row.event}" for row in self.rows]
        lines += [f"    {status} --> [*]" for status in self.statuses if status in self.terminal]
        return "\n".join(lines)


def _either(names: tuple[str, ...]) -> str:
    return " or ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
