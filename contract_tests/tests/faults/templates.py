"""Sequence templates: who may see them, filters, order, pages, and their fields."""

from collections.abc import Callable, Iterable
from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call, Query, Response
from ..reference_server.neighbours import Record, Resource
from .access import open_without_key, open_without_scope

planted = Catalog("templates")
LIST = "GET /sequence-templates?size=100"
GET = "GET /sequence-templates/{template}"
OTHERS = "access.listSequenceTemplates.other_organization access.getSequenceTemplate.other_organization"
OF_LIST = "list.listSequenceTemplates"

for name, line in (("list_sequence-templates", LIST), ("get_sequence-templates", GET)):
    words = name.replace("-", "_")
    planted.add(f"{words}_without_key", f"The operation {words} works without a key.", "documented",
                "access.*.missing_key", f"nobody: {line}", open_without_key(name))  # fmt: skip
    planted.add(f"{words}_without_scope", f"{words} takes any valid key, whatever its scopes are.", "documented",
                "scope.", f"no: {line}", open_without_scope(name))  # fmt: skip


class AlteredTemplates(ReferenceServer):
    """Does something else with templates alone."""

    @staticmethod
    def of_templates(call: Call) -> bool:
        return call.operation.endswith("sequence-templates")


@planted.documented(OTHERS, "GET /sequence-templates/{foreign_template}")
class ForeignTemplateShown(AlteredTemplates):
    """GET of another organization's template shows it."""

    def is_own_record(self, call: Call, record: Record) -> bool:
        return call.operation == "get_sequence-templates" or super().is_own_record(call, record)


@planted.documented(OTHERS, LIST)
class TemplatesOfEveryOrganization(AlteredTemplates):
    """The list shows the templates of every organization."""

    def records(self, call: Call, name: str) -> Iterable[Record]:
        return call.world.records("sequence_templates") if self.of_templates(call) else super().records(call, name)


@planted.documented(
    "templates.of_runs get.getSequenceTemplate.same_as_list", "GET /sequence-templates/{other_template}"
)
class InactiveTemplateNotFound(AlteredTemplates):
    """GET of a template that is not ACTIVE is 404."""

    def find_record(self, call: Call) -> Record:
        record = super().find_record(call)
        inactive = self.of_templates(call) and record.get("status", "ACTIVE") != "ACTIVE"
        return self.no_record(call) if inactive else record


@planted.documented("get.getSequenceTemplate.same_as_list", GET)
class StepsCountedWithTheFirst(AlteredTemplates):
    """GET counts the steps after the first one, the list counts all."""

    def get_record(self, call: Call) -> Response:
        response = super().get_record(call)
        if self.of_templates(call):
            response.body["step_count"] = max(0, response.body["step_count"] - 1)
        return response


@planted.documented("shape.listSequenceTemplates.body", LIST)
class ListOfTemplatesLeavesOutNull(AlteredTemplates):
    """The list leaves out fields of a template that are null."""

    def record_item(self, record: Record, resource: Resource) -> Record:
        shown = super().record_item(record, resource)
        kept = {name: value for name, value in shown.items() if value is not None}
        return kept if resource.section == "sequence_templates" else shown


class OtherFilter(AlteredTemplates):
    """Compares one filter of templates in another way."""

    filtered = ""

    def fits(self, record: Record, name: str, value: Any, resource: Resource) -> bool:
        if resource.section == "sequence_templates" and name == self.filtered:
            return self.compares(record, value)
        return super().fits(record, name, value, resource)

    def compares(self, record: Record, value: Any) -> bool:
        raise NotImplementedError


def filtering(name: str, compares: Callable[[Record, Any], bool]) -> type[ReferenceServer]:
    return type("Filtering", (OtherFilter,), {"filtered": name, "compares": lambda self, *of: compares(*of)})


for fault, summary, filtered, rules, query, comparison in (
    ("template_name_ignored", "The filter name is ignored.", "name", f"{OF_LIST}.filter.name templates.name",
     "name=Nobody", lambda record, value: True),
    ("template_name_finds_parts", "The filter name finds parts of names.", "name", "templates.name",
     "name=utrea", lambda record, value: value in (record.get("name") or "")),
    ("template_status_ignored", "The filter status is ignored.", "status", f"{OF_LIST}.filter",
     "status=ARCHIVED", lambda record, value: True),
    ("templates_after_inclusive", "created_at_after keeps the time itself.", "created_at_after",
     f"{OF_LIST}.bound.created_at_after {OF_LIST}.between", "created_at_after=2026-03-01T16:20:00Z",
     lambda record, value: record["created_at"] >= value),
    ("templates_before_ignored", "created_at_before is ignored.", "created_at_before",
     f"{OF_LIST}.bound.created_at_before", "created_at_before=2001-01-01T00:00:00Z", lambda record, value: True),
):  # fmt: skip
    planted.add(fault, summary, "documented", rules, f"{LIST}&{query}", filtering(filtered, comparison))


@planted.strict("templates.name", f"{LIST}&name=OUTREACH")
class TemplateNameHeedsNoCase(OtherFilter):
    """The filter name finds names in any case."""

    filtered = "name"

    def compares(self, record: Record, value: Any) -> bool:
        return bool(value.lower() == (record.get("name") or "").lower())


@planted.documented(f"{OF_LIST}.sort {OF_LIST}.pages", f"{LIST}&sort_by=name&sort_order=desc")
class TemplatesByNameIgnoreDesc(AlteredTemplates):
    """sort_by=name sorts upwards alone."""

    def descending(self, query: Query) -> bool:
        return query.sort_by != "name" and super().descending(query)


@planted.documented(f"{OF_LIST}.sort.updated_at", f"{LIST}&sort_by=updated_at")
class TemplatesByUpdateSortedByCreation(AlteredTemplates):
    """sort_by=updated_at sorts templates by created_at."""

    def record_key(self, record: Record, name: str) -> Any:
        other = name == "updated_at" and "steps" in record
        return super().record_key(record, "created_at" if other else name)


@planted.documented(
    f"{OF_LIST}.pages {OF_LIST}.filter shape.listSequenceTemplates.body", "GET /sequence-templates?size=1"
)
class TemplatesOfThePageCounted(AlteredTemplates):
    """total_count counts the templates of the page."""

    def list_records(self, call: Call) -> Response:
        response = super().list_records(call)
        if self.of_templates(call):
            response.body["total_count"] = len(response.body["items"])
        return response
