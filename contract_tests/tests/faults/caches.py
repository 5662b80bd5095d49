"""Caches and indexes that are not brought up to date."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call, Query, Response
from ..reference_server.world import Document, Run
from .scripts import ALL, LOOK, SET, STOP, UNTIL_TEN

planted = Catalog("journeys")


class Remembering(ReferenceServer):
    """Keeps something beside the runs themselves."""

    def __init__(self, fixture: Path | Document) -> None:
        self.memory: dict[Any, Any] = {}
        super().__init__(fixture)


@planted.documented("journeys update.merge pause.resumes_by_itself", f"{LOOK} && {SET} && {LOOK}")
class GetCached(Remembering):
    """Get responses from a cache that no write clears."""

    def get_run(self, call: Call) -> Response:
        place = call.world.id, call.run.id
        body = self.memory.setdefault(place, super().get_run(call).body)
        return Response(200, body)


@planted.documented(
    "journeys update.merge pause.resumes_by_itself", f"{LOOK} && {UNTIL_TEN} && {LOOK} && wait PT1H && {LOOK}"
)
class GetCachedOverThePausesEnd(Remembering):
    """Get responses from a cache that every write clears and the end of a pause does not."""

    def get_run(self, call: Call) -> Response:
        return Response(200, self.memory.setdefault((call.world.id, call.run.id), super().get_run(call).body))

    def changed(self, call: Call) -> Response:
        self.memory.clear()
        return super().changed(call)


@planted.documented(
    "journeys pause.resumes_in_lists update.persists", f"{ALL}&status=ACTIVE && {STOP} && {ALL}&status=ACTIVE"
)
class ListCached(Remembering):
    """The list responses from a cache, by query, that no write clears."""

    def list_runs(self, call: Call) -> Response:
        place = call.world.id, call.key.id, call.request.query
        return Response(200, self.memory.setdefault(place, super().list_runs(call).body))


@planted.documented("journeys pause.resumes_in_lists update.persists", f"{SET} && {LOOK} && GET /sequences?size=100")
class ListShowsFirstVariables(Remembering):
    """The list shows a run's variables as they were at first."""

    def item(self, run: Run) -> dict[str, Any]:
        return super().item(run) | {"variables": self.memory.get(id(run), run.variables)}

    def update(self, call: Call) -> Response:
        self.memory.setdefault(id(call.run), deepcopy(call.run.variables))
        return super().update(call)


@planted.documented(
    "journeys list.listSequences.filter lifecycle", f"{UNTIL_TEN} && GET /sequences?status=WAITING_FOR_LEAD"
)
class FilterGoesByOldStatus(Remembering):
    """The status filter goes by the status that a run had before its last pause."""

    def pause(self, call: Call) -> Response:
        self.memory[id(call.run)] = call.run.status
        return super().pause(call)

    def resume(self, call: Call) -> Response:
        self.memory.pop(id(call.run), None)
        return super().resume(call)

    def has_status(self, run: Run, status: str) -> bool:
        old = self.memory.get(id(run)) if run.status == "WAITING_FOR_LEAD" else None
        return (old or run.status) == status


@planted.documented(
    "journeys list.listSequences.sort update.persists",
    f"{SET} && GET /sequences?sort_by=updated_at&sort_order=desc&size=100",
)
class SortGoesByOldUpdate(Remembering):
    """sort_by=updated_at goes by the first `updated_at` that it saw."""

    def update(self, call: Call) -> Response:
        self.memory.setdefault(id(call.run), call.run.updated_at)
        return super().update(call)

    def sort_key(self, run: Run, query: Query) -> Any:
        key = super().sort_key(run, query)
        return self.memory.get(id(run), key) if query.sort_by == "updated_at" else key


@planted.documented(
    "journeys list.listSequences.pages list.listSequences.filter shape.*.body",
    f"GET /sequences?status=ACTIVE && {STOP} && GET /sequences?status=ACTIVE",
)
class CountCached(Remembering):
    """`total_count` is kept from the first time that a query was asked."""

    def total(self, call: Call, matching: list[Run]) -> int:
        filters = tuple(sorted(call.query.filters.items()))
        place = call.world.id, call.key.organization_id, filters
        count: int = self.memory.setdefault(place, len(matching))
        return count
