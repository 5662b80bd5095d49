"""How runs, pages and errors are written."""

import secrets
import time
from typing import Any

from .messages import ApiError, Call, Query, Response
from .timestamps import format_timestamp
from .world import Run

ULID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


class Wire:
    """The outermost layer: from values to JSON."""

    def timestamp(self, micros: int) -> str:
        return format_timestamp(micros)

    def identifier(self, text: str) -> str:
        return text.lower()

    def request_id(self) -> str:
        number = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
        return "req_" + "".join(ULID_LETTERS[number >> shift & 31] for shift in range(125, -1, -5))

    def run_object(self, run: Run) -> dict[str, Any]:
        """The ten fields [ref]."""
        step, contact, source = run.last_step_executed_at, run.contact_id, run.source_contact_list_id
        return {
            "id": self.identifier(run.id),
            "organization_id": self.identifier(run.organization_id),
            "contact_id": None if contact is None else self.identifier(contact),
            "sequence_template_id": self.identifier(run.sequence_template_id),
            "status": run.status,
            "variables": None if run.variables is None else dict(run.variables),
            "source_contact_list_id": None if source is None else self.identifier(source),
            "last_step_executed_at": None if step is None else self.timestamp(step),
            "created_at": self.timestamp(run.created_at),
            "updated_at": self.timestamp(run.updated_at),
        }

    def item(self, run: Run) -> dict[str, Any]:
        """A run as it stands in the list."""
        return self.run_object(run)

    def single(self, run: Run) -> dict[str, Any]:
        """A run as get responses it."""
        return self.run_object(run)

    def changed(self, call: Call) -> Response:
        """What every write responses: the run as it is now."""
        return Response(200, self.run_object(call.run))

    def envelope(self, page: list[Run], total: int, query: Query) -> dict[str, Any]:
        return {
            "items": [self.item(run) for run in page],
            "total_count": total,
            "total_pages": self.total_pages(total, query.size),
            "has_more": self.has_more(page, total, query),
        }

    def total_pages(self, total: int, size: int) -> int:
        return -(-total // size)

    def has_more(self, page: list[Run], total: int, query: Query) -> bool:
        return query.page * query.size < total

    def issue(self, error: ApiError, request_id: str) -> dict[str, Any]:
        """The one form of every error [ref]."""
        body: dict[str, Any] = {
            "status_code": error.status,
            "type": error.type,
            "message": error.message,
            "request_id": request_id,
        }
        return body | ({"data": error.data} if error.data else {})

    def error_response(self, call: Call, error: ApiError, request_id: str) -> Response:
        return Response(error.status, self.issue(error, request_id), dict(error.headers))

    def headers(self, response: Response, request_id: str) -> dict[str, str]:
        """The headers of every response, over which the response's own are laid."""
        shared = {"X-Request-Id": request_id, "Access-Control-Allow-Origin": "*"}
        if response.body is not None:
            shared["Content-Type"] = "application/json"
        return shared | {"Access-Control-Expose-Headers": "X-Request-Id, Retry-After"} | response.headers
