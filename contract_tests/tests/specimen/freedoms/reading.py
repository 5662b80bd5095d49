"""The list, parameters and paths."""

from collections.abc import Iterable
from typing import Any

from ..alterations import Grants
from ..control import Specimen
from ..listing import STATUSES
from ..messages import Answer, Call, Query, Refusal
from ..world import Run

granted = Grants()


@granted.freedom("GET /sequences?sort_by=status&size=100")
class StatusSortedByLifecycleOrder(Specimen):
    """sort_by=status sorts by the order of the nine in the documents."""

    def sort_key(self, run: Run, query: Query) -> Any:
        return STATUSES.index(run.status) if query.sort_by == "status" else super().sort_key(run, query)


@granted.freedom("GET /sequences?sort_by=status&size=100")
class TiesByReverseId(Specimen):
    """Equal runs stand in descending order of id."""

    def order_ties(self, runs: Iterable[Run], query: Query) -> list[Run]:
        return super().order_ties(runs, query)[::-1]


@granted.freedom("GET /sequences?created_at_after=2099-01-01T00:00:00Z")
class TotalPagesOfNothingIs1(Specimen):
    """Without a match, `total_pages` is 1."""

    def total_pages(self, total: int, size: int) -> int:
        return max(1, super().total_pages(total, size))


@granted.freedom("GET /sequences?page_size=5 && GET {active}?x=1")
class UnknownParametersIgnored(Specimen):
    """Unknown query parameters are ignored."""

    def unknown_parameter(self, name: str, value: str, known: tuple[str, ...]) -> None:
        return None


@granted.freedom('PATCH {active} {"variables": {}, "note": "x"} && POST {paused}/resume {"note": "x"}')
class UnknownBodyFieldsIgnored(Specimen):
    """Unknown fields of a body are ignored."""

    def unknown_field(self, name: str, known: tuple[str, ...]) -> None:
        return None


@granted.freedom('PUT {active} {"variables": {"a": "b"}} && PATCH {active} {"variables": {"a": "b"}}')
class UpdateByPut(Specimen):
    """Update is a PUT."""

    update_method = "PUT"


@granted.freedom("GET /sequences?page=99")
class PastTheEndIs400(Specimen):
    """A page past the end is 400."""

    def list_runs(self, call: Call) -> Answer:
        answer = super().list_runs(call)
        if call.query.page > max(1, answer.body["total_pages"]):
            raise Refusal(400, "There is no such page.", field="page")
        return answer


@granted.freedom("GET {active}/ && GET /nothing")
class UnknownPathsInHtml(Specimen):
    """An unknown path is answered in HTML."""

    def refused(self, call: Call, refusal: Refusal, request_id: str) -> Answer:
        if refusal.status != 404 or call.operation:
            return super().refused(call, refusal, request_id)
        return Answer(404, b"<html><h1>Not Found</h1></html>", {"Content-Type": "text/html"})
