"""Pages of a list that were read one after the other: no item is on two of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..contract.operations import Operation
from ..engine import Page
from .exchange import Exchange
from .pages import FIXED, Finding, fits_all, number_of

_MOST_LISTS = 1000
_MOST_IDS = 100_000


@dataclass
class _Series:
    """Pages of one list, read one after the other."""

    last: Exchange
    number: int
    total: int
    ids: set[str]


@dataclass
class Series:
    """Every list that is being read, by client and query."""

    _running: dict[tuple[str, str, tuple[tuple[str, str], ...]], _Series] = field(default_factory=dict)

    def judge(self, exchange: Exchange, operation: Operation, query: Mapping[str, str], page: Page) -> Finding | None:
        """Whether a page shows what an earlier one showed, or the last page comes too early; else None.

        Only lists that keep their places are compared, and only while they count the same: then nothing came or went.
        """
        arranged = [query.get("sort_by", operation.default("sort_by"))] if operation.sorts else []
        fields = [operation.field_of(one) for one in operation.filters if one.name in query]
        if not {*arranged, *fields} <= set(FIXED) or not fits_all(operation, query):
            return None
        rest = tuple(sorted((name, value) for name, value in query.items() if name != "page"))
        key, number = (exchange.client, operation.id, rest), number_of(operation, query, "page")
        before = self._running.pop(key, None)
        ids = {one.id for one in page.items}
        follows = before is not None and before.number + 1 == number and before.total == page.total_count
        known: set[str] = set()
        if before is not None and follows and before.last.precedes(exchange):
            known = before.ids
        elif number != 1:
            return None
        again = known & ids
        if len(known) + len(ids) <= _MOST_IDS and len(self._running) < _MOST_LISTS:
            self._running[key] = _Series(exchange.without_bodies(), number, page.total_count, known | ids)
        if again:
            return f"list.{operation.id}.pages.partition", "each item on one page", f"{min(again)} on two pages"
        return None
