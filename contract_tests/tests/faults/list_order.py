"""Sorting."""

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Query
from ..reference_server.world import Document, Run
from .scripts import ALL

planted = Catalog("list")


@planted.documented("list.listSequences.sort list.listSequences.defaults", ALL)
class DefaultSortUpdatedAt(ReferenceServer):
    """Without sort_by, runs stand by `updated_at`."""

    default_sort = "updated_at"


@planted.documented("list.listSequences.sort list.listSequences.defaults", ALL)
class DefaultOrderDesc(ReferenceServer):
    """Without sort_order, runs stand in descending order."""

    default_order = "desc"


@planted.documented("list.listSequences.sort list.listSequences.defaults", f"{ALL}&sort_by=updated_at")
class SortByUpdatedAtIgnored(ReferenceServer):
    """sort_by=updated_at sorts by `created_at`."""

    def sort_key(self, run: Run, query: Query) -> Any:
        return run.created_at if query.sort_by == "updated_at" else super().sort_key(run, query)


@planted.documented("list.listSequences.sort list.listSequences.defaults", f"{ALL}&sort_by=status")
class SortByStatusIgnored(ReferenceServer):
    """sort_by=status sorts by `created_at`."""

    def sort_key(self, run: Run, query: Query) -> Any:
        return run.created_at if query.sort_by == "status" else super().sort_key(run, query)


@planted.documented("list.listSequences.sort list.listSequences.defaults", f"{ALL}&sort_by=status")
class SortByStatusMixesWaiting(ReferenceServer):
    """sort_by=status takes both waiting statuses for one."""

    def sort_key(self, run: Run, query: Query) -> Any:
        return run.status[:7] if query.sort_by == "status" else super().sort_key(run, query)


@planted.documented("list.listSequences.sort list.listSequences.defaults", f"{ALL}&sort_order=desc")
class DescIgnored(ReferenceServer):
    """sort_order=desc sorts in ascending order."""

    def descending(self, query: Query) -> bool:
        return False


@planted.documented("list.listSequences.sort list.listSequences.defaults", f"{ALL}&sort_by=status&sort_order=desc")
class DescIgnoredForStatus(ReferenceServer):
    """sort_order=desc is ignored when sort_by is status."""

    def descending(self, query: Query) -> bool:
        return super().descending(query) and query.sort_by != "status"


@planted.documented("list.listSequences.sort list.listSequences.defaults", "GET /sequences?size=5&sort_order=desc")
class DescReversesThePageOnly(ReferenceServer):
    """sort_order=desc reverses each page of the ascending order."""

    def descending(self, query: Query) -> bool:
        return False

    def envelope(self, page: list[Run], total: int, query: Query) -> dict[str, Any]:
        return super().envelope(page[::-1] if query.sort_order == "desc" else page, total, query)


@planted.documented("list.listSequences.sort list.listSequences.defaults", ALL)
class SortsTimesAsText(ReferenceServer):
    """Times are sorted as text, in which 09:00:00Z comes after 09:00:00.5Z."""

    def sort_key(self, run: Run, query: Query) -> Any:
        key = super().sort_key(run, query)
        return self.timestamp(key) if isinstance(key, int) else key


@planted.strict("list.listSequences.sort", f"{ALL}&sort_order=desc")
class TiesReversedInDesc(ReferenceServer):
    """In descending order, equal runs stand in descending order of id."""

    def order_ties(self, runs: Iterable[Run], query: Query) -> list[Run]:
        return super().order_ties(runs, query)[:: -1 if query.sort_order == "desc" else 1]


@planted.documented("list.listSequences.sort", f"{ALL}&sort_by=status && {ALL}&sort_by=status")
class TiesInAnyOrder(ReferenceServer):
    """Equal runs stand in another order at each request."""

    def __init__(self, fixture: Path | Document) -> None:
        super().__init__(fixture)
        self.turns = itertools.count()

    def order_ties(self, runs: Iterable[Run], query: Query) -> list[Run]:
        found = super().order_ties(runs, query)
        turn = next(self.turns) * 7 % max(1, len(found))
        return found[turn:] + found[:turn]
