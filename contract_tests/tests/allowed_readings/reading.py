"""The list, parameters and paths."""

from collections.abc import Iterable
from typing import Any

from ..reference_server.alterations import Readings
from ..reference_server.control import ReferenceServer
from ..reference_server.listing import STATUSES
from ..reference_server.messages import ApiError, Call, Query, Response
from ..reference_server.world import Key, Run

allowed = Readings()


@allowed.reading("GET /sequences?sort_by=status&size=100")
class StatusSortedByLifecycleOrder(ReferenceServer):
    """sort_by=status sorts by the order of the nine in the documents."""

    def sort_key(self, run: Run, query: Query) -> Any:
        return STATUSES.index(run.status) if query.sort_by == "status" else super().sort_key(run, query)


@allowed.reading("GET /sequences?sort_by=status&size=100")
class TiesByReverseId(ReferenceServer):
    """Equal runs stand in descending order of id."""

    def order_ties(self, runs: Iterable[Run], query: Query) -> list[Run]:
        return super().order_ties(runs, query)[::-1]


@allowed.reading("GET /sequences?created_at_after=2099-01-01T00:00:00Z")
class TotalPagesOfNothingIs1(ReferenceServer):
    """Without a match, `total_pages` is 1."""

    def total_pages(self, total: int, size: int) -> int:
        return max(1, super().total_pages(total, size))


@allowed.reading("GET /sequences?page_size=5 && GET {active}?x=1")
class UnknownParametersIgnored(ReferenceServer):
    """Unknown query parameters are ignored."""

    def unknown_parameter(self, name: str, value: str, known: tuple[str, ...]) -> None:
        return None


@allowed.reading('PATCH {active} {"variables": {}, "note": "x"} && POST {paused}/resume {"note": "x"}')
class UnknownBodyFieldsIgnored(ReferenceServer):
    """Unknown fields of a body are ignored."""

    def unknown_field(self, name: str, known: tuple[str, ...]) -> None:
        return None


@allowed.reading('PUT {active} {"variables": {"a": "b"}} && PATCH {active} {"variables": {"a": "b"}}')
class UpdateByPut(ReferenceServer):
    """Update is a PUT."""

    update_method = "PUT"


@allowed.reading("GET /sequences?page=99")
class PastTheEndIs400(ReferenceServer):
    """A page past the end is 400."""

    def list_runs(self, call: Call) -> Response:
        response = super().list_runs(call)
        if call.query.page > max(1, response.body["total_pages"]):
            raise ApiError(400, "There is no such page.", field="page")
        return response


@allowed.reading("GET {active}/ && GET /nothing")
class UnknownPathsInHtml(ReferenceServer):
    """An unknown path gets a response in HTML."""

    def error_response(self, call: Call, error: ApiError, request_id: str) -> Response:
        if error.status != 404 or call.operation:
            return super().error_response(call, error, request_id)
        return Response(404, b"<html><h1>Not Found</h1></html>", {"Content-Type": "text/html"})


@allowed.reading("<Authorization: Bearer topo_probe_readwrite, Bearer topo_probe_readwrite> GET {active}")
class FirstOfTwoHeadersCounts(ReferenceServer):
    """Of two headers Authorization the first one counts."""

    def find_key(self, call: Call) -> Key:
        headers = call.request.headers
        headers["authorization"] = headers.get("authorization", "").split(", ")[0]
        return super().find_key(call)


@allowed.reading("GET /contacts?sort_by=email&size=100")
class NullEmailsComeLast(ReferenceServer):
    """Contacts without an e-mail address come after all others."""

    def record_key(self, record: dict[str, Any], name: str) -> Any:
        return record.get(name) is None, record.get(name) or ""
