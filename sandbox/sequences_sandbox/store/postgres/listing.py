"""List calls as SQL. Contract, "List".

Every group of filters has an index for every order (migrations), so a page near either end is a short walk along one index.
A page far from both is a walk over the ids before it, in the index alone. Totals without bounds are kept; with bounds on
`created_at` they are counted, in an index too. The caller sees to it that all statements see the same data.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ...domain.lifecycle import Lifecycle
from ...domain.query import STATUS, Query
from ...resources.sequences.model import Run
from .database import Conn
from .rows import COLUMNS, read

_QUALIFIED: Final = ", ".join(f"runs.{name}" for name in COLUMNS.split(", "))
_FILTERS: Final = {
    "status": "status = %(status)s",
    "template": "sequence_template_id = %(template)s",
    "after": "created_at > %(after)s",
    "before": "created_at < %(before)s",
}


class Order(NamedTuple):
    """A field, or None for ids alone, and the direction of it; equal runs stand by ascending id."""

    field: str | None
    descending: bool

    def sql(self, *, backwards: bool) -> str:
        """The order, or the reverse of it."""
        ids = "id DESC" if backwards else "id"
        return ids if self.field is None else f"{self.field} {'DESC' if self.descending != backwards else 'ASC'}, {ids}"


@dataclass(frozen=True, slots=True)
class Listing:
    """The runs of an organization in a state that match a query."""

    connection: Conn
    state: int
    organization_id: str
    query: Query

    def page(self, lifecycle: Lifecycle) -> tuple[list[Run], int]:
        """The runs of the page, and the number of matches over all pages."""
        query = self.query
        if query.sort_by == STATUS and query.status is None:
            return self._page_by_status(lifecycle)
        total = self._total()
        field = None if query.sort_by == STATUS else query.sort_by
        return self._slice(Order(field, query.descending), total, query.offset, query.size, query.status), total

    def counts(self) -> dict[str, int]:
        """Matches by status; those without a match may be absent."""
        bounds = self.query.bounded
        source, number = ("runs", "count(*)") if bounds else ("tallies", "sum(runs)::bigint")
        found = self.connection.execute(
            f"SELECT status, {number} FROM {source} WHERE {self._where(self.query.status)} GROUP BY status".encode(),
            self._values(self.query.status),
        )
        return {str(status): int(runs) for status, runs in found}

    def _total(self) -> int:
        bounds = self.query.bounded
        source, number = ("runs", "count(*)") if bounds else ("tallies", "coalesce(sum(runs), 0)::bigint")
        row = self.connection.execute(
            f"SELECT {number} FROM {source} WHERE {self._where(self.query.status)}".encode(),
            self._values(self.query.status),
        ).fetchone()
        return 0 if row is None else int(row[0])

    def _page_by_status(self, lifecycle: Lifecycle) -> tuple[list[Run], int]:
        """One short walk for each status that the page touches."""
        counts = self.counts()
        order = Order(None, descending=False)
        statuses = reversed(lifecycle.by_name) if self.query.descending else lifecycle.by_name
        offset, size = self.query.offset, self.query.size
        found: list[Run] = []
        for status in statuses:
            matches = counts.get(status, 0)
            if offset < matches and size:
                part = self._slice(order, matches, offset, size, status)
                found += part
                size -= len(part)
            offset = max(0, offset - matches)
        return found, sum(counts.values())

    def _slice(self, order: Order, total: int, offset: int, size: int, status: str | None) -> list[Run]:
        """Part of `total` runs in an order, walked to from the nearer end."""
        size = max(0, min(size, total - offset))
        if not size:
            return []
        behind = total - offset - size
        backwards = behind < offset
        ids = (
            f"SELECT id FROM runs WHERE {self._where(status)} ORDER BY {order.sql(backwards=backwards)}"
            " LIMIT %(size)s OFFSET %(offset)s"
        )
        rows = self.connection.execute(
            f"SELECT {_QUALIFIED} FROM ({ids}) AS page JOIN runs ON runs.state = %(state)s AND runs.id = page.id"
            f" ORDER BY {', '.join('runs.' + term for term in order.sql(backwards=False).split(', '))}".encode(),
            self._values(status) | {"size": size, "offset": behind if backwards else offset},
        )
        return read(rows)

    def _where(self, status: str | None) -> str:
        return " AND ".join(["state = %(state)s", "organization_id = %(organization)s", *self._conditions(status)])

    def _conditions(self, status: str | None) -> Iterator[str]:
        values = self._values(status)
        return (condition for name, condition in _FILTERS.items() if values[name] is not None)

    def _values(self, status: str | None) -> dict[str, Any]:
        query = self.query
        return {
            "state": self.state,
            "organization": self.organization_id,
            "status": status,
            "template": query.template,
            "after": query.after,
            "before": query.before,
        }
