"""Ids of runs and templates, in their forms."""

import re
from urllib.parse import unquote

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call
from ..reference_server.world import Run

planted = Catalog("list")


@planted.strict(
    "list.listSequences.filter.sequence_template_id",
    "GET /sequences?sequence_template_id=9ACD9DE9-99F5-473B-9921-00000000000B",
)
class TemplateFilterInOneCase(ReferenceServer):
    """The filter sequence_template_id finds nothing in upper case."""

    def read_uuid(self, field: str, text: str) -> str | None:
        found = super().read_uuid(field, text)
        return text if field == "sequence_template_id" else found


@planted.strict(
    "id. id. list.listSequences.rejects shape.*.uuids",
    "GET /sequences/88C23CEA-F199-4CF0-964C-0000000000A2",
)
class RunIdInOneCase(ReferenceServer):
    """A run's id in upper case is 404."""

    def read_id(self, segment: str) -> str:
        super().read_id(segment)
        return segment


@planted.strict(
    "id. id. list.listSequences.rejects shape.*.uuids",
    "GET /sequences/%7B88c23cea-f199-4cf0-964c-0000000000a2%7D",
)
class BracedIdAccepted(ReferenceServer):
    """A run's id may stand in braces."""

    def read_id(self, segment: str) -> str:
        return super().read_id(unquote(segment).strip("{}"))


@planted.strict("id. id. list.listSequences.rejects shape.*.uuids", "GET /sequences/88c23ceaf1994cf0964c0000000000a2")
class UnhyphenatedIdAccepted(ReferenceServer):
    """A run's id may lack its hyphens."""

    def read_id(self, segment: str) -> str:
        plain = re.fullmatch(r"(.{8})(.{4})(.{4})(.{4})(.{12})", segment)
        return super().read_id("-".join(plain.groups()) if plain else segment)


@planted.documented("id.*.unknown", "GET /sequences/00000000-0000-4000-8000-000000000000")
class UnknownRunIs400(ReferenceServer):
    """An unknown run is 400."""

    def no_run(self, call: Call) -> Run:
        raise ApiError(400, "This id is unknown.")
