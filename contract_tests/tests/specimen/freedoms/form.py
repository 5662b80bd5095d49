"""Headers, and fields that are free."""

from typing import Any

from ..alterations import Grants
from ..control import Specimen
from ..messages import Answer, Query, Refusal
from ..world import Run

granted = Grants()


class HeaderLess(Specimen):
    """Leaves out a header."""

    left_out = ""

    def headers(self, answer: Answer, request_id: str) -> dict[str, str]:
        found = super().headers(answer, request_id)
        return {name: value for name, value in found.items() if name != self.left_out}


@granted.freedom("GET {active}")
class NoRequestIdHeader(HeaderLess):
    """No answer carries X-Request-Id."""

    left_out = "X-Request-Id"


@granted.freedom("nobody: GET {active}")
class NoWwwAuthenticate(HeaderLess):
    """A 401 carries no WWW-Authenticate."""

    left_out = "WWW-Authenticate"


@granted.freedom("DELETE {active}")
class NoAllowHeader(HeaderLess):
    """A 405 carries no Allow."""

    left_out = "Allow"


@granted.freedom("GET /sequences?size=0", strict=True)
class NoData(Specimen):
    """Refusals have no `data`."""

    def issue(self, refusal: Refusal, request_id: str) -> dict[str, Any]:
        found = super().issue(refusal, request_id)
        return {name: value for name, value in found.items() if name != "data"}


@granted.freedom("GET {foreign}", strict=True)
class TraceIds(Specimen):
    """Refusals have `trace_id` and `span_id`."""

    def issue(self, refusal: Refusal, request_id: str) -> dict[str, Any]:
        return super().issue(refusal, request_id) | {"trace_id": "4bf92f3577b34da6", "span_id": "00f067aa0ba902b7"}


@granted.freedom("GET {active} && GET /sequences", strict=True)
class ResponsesHaveGainedFields(Specimen):
    """Runs and pages have fields that the contract does not know."""

    def run_object(self, run: Run) -> dict[str, Any]:
        return super().run_object(run) | {"health": {"score": 7}}

    def envelope(self, page: list[Run], total: int, query: Query) -> dict[str, Any]:
        return super().envelope(page, total, query) | {"page": query.page, "size": query.size}


@granted.freedom("GET {half_second_on} && GET {active}")
class InstantsInMillisecondsWithOffset(Specimen):
    """Instants end in +00:00 and always have three digits of fraction at least."""

    def instant(self, micros: int) -> str:
        whole, _, fraction = super().instant(micros).rstrip("Z").partition(".")
        return f"{whole}.{fraction:0<3}+00:00"
