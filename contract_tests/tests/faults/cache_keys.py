"""A cache of the list, emptied by every write, whose key leaves out a part of the question."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ..reference_server.alterations import Altering, Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call, Response
from ..reference_server.world import Document, Run

planted = Catalog("stale")


class Caching(ReferenceServer):
    """Keeps lists by what was asked, but for one part."""

    left_out = ""

    def __init__(self, fixture: Path | Document) -> None:
        self.cache: dict[Any, Any] = {}
        super().__init__(fixture)

    def change(self, run: Run, at: int, event: str, **fields: Any) -> None:
        super().change(run, at, event, **fields)
        self.cache.clear()

    def list_runs(self, call: Call) -> Response:
        asked = {name: value for name, value in parse_qsl(call.request.query) if name != self.left_out}
        whose = "" if self.left_out == "organization" else call.key.organization_id
        place = call.world.id, whose, urlencode(sorted(asked.items()))
        return Response(200, self.cache.setdefault(place, super().list_runs(call).body))


def caching(left_out: str) -> Altering:
    return type("CachingLists", (Caching,), {"left_out": left_out})


# The part that is left out, the rules that name it, and two questions that differ in it alone.
for part, rules, probe in (
    ("status", "list.listSequences", "GET /sequences?status=FOUND && GET /sequences?status=FAILED"),
    ("sequence_template_id", "list.listSequences",
     "GET /sequences?sequence_template_id={template} && GET /sequences?sequence_template_id={other_template}"),
    ("created_at_after", "list.listSequences",
     "GET /sequences?created_at_after=2026-03-02T08:00:00Z && GET /sequences?created_at_after=2020-03-02T08:00:00Z"),
    ("created_at_before", "list.listSequences",
     "GET /sequences?created_at_before=2026-03-02T08:00:00Z && GET /sequences?created_at_before=2020-03-02T08:00:00Z"),
    ("sort_by", "list.listSequences", "GET /sequences?sort_by=status && GET /sequences?sort_by=updated_at"),
    ("sort_order", "list.listSequences", "GET /sequences?sort_order=asc && GET /sequences?sort_order=desc"),
    ("page", "list.listSequences", "GET /sequences?page=1 && GET /sequences?page=2"),
    ("size", "list.listSequences", "GET /sequences?size=3 && GET /sequences?size=4"),
    ("organization", "access.listSequences race.keys", "GET /sequences && other: GET /sequences"),
):  # fmt: skip
    planted.add(
        f"cache_key_without_{part}", f"Lists come from a cache whose key leaves out the {part}.", "documented", rules,
        probe, caching(part),
    )  # fmt: skip
