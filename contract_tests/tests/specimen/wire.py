"""How runs, pages and refusals are written."""

import secrets
import time
from typing import Any

from .instants import format_instant
from .messages import Answer, Call, Query, Refusal
from .world import Run

ULID_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Wire:
    """The outermost layer: from values to JSON."""

    def instant(self, micros: int) -> str:
        return format_instant(micros)

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
            "last_step_executed_at": None if step is None else self.instant(step),
            "created_at": self.instant(run.created_at),
            "updated_at": self.instant(run.updated_at),
        }

    def item(self, run: Run) -> dict[str, Any]:
        """A run as it stands in the list."""
        return self.run_object(run)

    def single(self, run: Run) -> dict[str, Any]:
        """A run as get answers it."""
        return self.run_object(run)

    def changed(self, call: Call) -> Answer:
        """What every write answers: the run as it is now."""
        return Answer(200, self.run_object(call.run))

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

    def issue(self, refusal: Refusal, request_id: str) -> dict[str, Any]:
        """The one form of every refusal [ref]."""
        body: dict[str, Any] = {
            "status_code": refusal.status,
            "type": refusal.type,
            "message": refusal.message,
            "request_id": request_id,
        }
        return body | ({"data": refusal.data} if refusal.data else {})

    def refused(self, call: Call, refusal: Refusal, request_id: str) -> Answer:
        return Answer(refusal.status, self.issue(refusal, request_id), dict(refusal.headers))

    def headers(self, answer: Answer, request_id: str) -> dict[str, str]:
        """The headers of every answer, over which the answer's own are laid."""
        shared = {"X-Request-Id": request_id, "Access-Control-Allow-Origin": "*"}
        if answer.body is not None:
            shared["Content-Type"] = "application/json"
        return shared | {"Access-Control-Expose-Headers": "X-Request-Id, Retry-After"} | answer.headers
