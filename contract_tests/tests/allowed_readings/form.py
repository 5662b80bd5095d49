"""Headers, and fields that are free."""

from typing import Any

from ..reference_server.alterations import Readings
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Query, Response
from ..reference_server.world import Run

allowed = Readings()


class HeaderLess(ReferenceServer):
    """Leaves out a header."""

    left_out = ""

    def headers(self, response: Response, request_id: str) -> dict[str, str]:
        found = super().headers(response, request_id)
        return {name: value for name, value in found.items() if name != self.left_out}


@allowed.reading("GET {active}")
class NoRequestIdHeader(HeaderLess):
    """No response carries X-Request-Id."""

    left_out = "X-Request-Id"


@allowed.reading("nobody: GET {active}")
class NoWwwAuthenticate(HeaderLess):
    """A 401 carries no WWW-Authenticate."""

    left_out = "WWW-Authenticate"


@allowed.reading("DELETE {active}")
class NoAllowHeader(HeaderLess):
    """A 405 carries no Allow."""

    left_out = "Allow"


@allowed.reading("GET /sequences?size=0", strict=True)
class NoData(ReferenceServer):
    """Errors have no `data`."""

    def issue(self, error: ApiError, request_id: str) -> dict[str, Any]:
        found = super().issue(error, request_id)
        return {name: value for name, value in found.items() if name != "data"}


@allowed.reading("GET {foreign}", strict=True)
class TraceIds(ReferenceServer):
    """Errors have `trace_id` and `span_id`."""

    def issue(self, error: ApiError, request_id: str) -> dict[str, Any]:
        return super().issue(error, request_id) | {"trace_id": "4bf92f3577b34da6", "span_id": "00f067aa0ba902b7"}


@allowed.reading("GET {active} && GET /sequences", strict=True)
class ResponsesHaveGainedFields(ReferenceServer):
    """Runs and pages have fields that the contract does not know."""

    def run_object(self, run: Run) -> dict[str, Any]:
        return super().run_object(run) | {"health": {"score": 7}}

    def envelope(self, page: list[Run], total: int, query: Query) -> dict[str, Any]:
        return super().envelope(page, total, query) | {"page": query.page, "size": query.size}


@allowed.reading("GET {half_second_on} && GET {active}")
class TimesInMillisecondsWithOffset(ReferenceServer):
    """Times end in +00:00 and always have three digits of fraction at least."""

    def timestamp(self, micros: int) -> str:
        whole, _, fraction = super().timestamp(micros).rstrip("Z").partition(".")
        return f"{whole}.{fraction:0<3}+00:00"


@allowed.reading("GET {foreign}")
class ErrorsOfTwoFields(ReferenceServer):
    """Errors have `status_code` and `type` alone."""

    def issue(self, error: ApiError, request_id: str) -> dict[str, Any]:
        found = super().issue(error, request_id)
        return {name: found[name] for name in ("status_code", "type")}


@allowed.reading("GET {foreign}")
class RequestIdsInUpperCase(ReferenceServer):
    """Request ids are written in upper case."""

    def request_id(self) -> str:
        return "req_" + super().request_id().removeprefix("req_").upper()


@allowed.reading("GET {found}")
class NoVariablesAreAnEmptyObject(ReferenceServer):
    """`variables` is {} where nothing was ever set."""

    def run_object(self, run: Run) -> dict[str, Any]:
        return super().run_object(run) | {"variables": dict(run.variables or {})}
