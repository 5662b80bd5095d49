"""Responds with of the wrong form."""

from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Query
from ..reference_server.timestamps import format_timestamp
from ..reference_server.world import Run

planted = Catalog("shape")
Body = dict[str, Any]


def without(body: Body, name: str) -> Body:
    return {key: value for key, value in body.items() if key != name}


@planted.documented("shape.*.body", "GET {found}")
class StepTimeLeftOutWhenNull(ReferenceServer):
    """A run that executed no step lacks `last_step_executed_at`."""

    def run_object(self, run: Run) -> Body:
        body = super().run_object(run)
        return without(body, "last_step_executed_at") if run.last_step_executed_at is None else body


@planted.documented("shape.*.body", "GET {active}")
class OrganizationLeftOut(ReferenceServer):
    """Runs lack `organization_id`."""

    def run_object(self, run: Run) -> Body:
        return without(super().run_object(run), "organization_id")


@planted.documented("shape.*.body", "GET {found}")
class ListIdLeftOutWhenNull(ReferenceServer):
    """`source_contact_list_id` is left out instead of null."""

    def run_object(self, run: Run) -> Body:
        body = super().run_object(run)
        return without(body, "source_contact_list_id") if run.source_contact_list_id is None else body


@planted.documented("shape.*.body", "GET {active}")
class CreatedAtWithoutZone(ReferenceServer):
    """`created_at` is written without an offset."""

    def run_object(self, run: Run) -> Body:
        return super().run_object(run) | {"created_at": format_timestamp(run.created_at).rstrip("Z")}


@planted.documented("shape.*.body", "GET {active}")
class UpdatedAtAsNumber(ReferenceServer):
    """`updated_at` is a number of seconds."""

    def run_object(self, run: Run) -> Body:
        return super().run_object(run) | {"updated_at": run.updated_at // 1_000_000}


@planted.documented("shape.*.body", "GET {active}")
class StepTimeWithSpace(ReferenceServer):
    """`last_step_executed_at` has a space between date and time."""

    def run_object(self, run: Run) -> Body:
        body = super().run_object(run)
        return body | {"last_step_executed_at": (body["last_step_executed_at"] or "").replace("T", " ") or None}


@planted.documented("shape.*.body", "GET {active}")
class StatusInLowerCase(ReferenceServer):
    """Statuses are written in lower case."""

    def run_object(self, run: Run) -> Body:
        return super().run_object(run) | {"status": run.status.lower()}


@planted.documented("shape.*.body", "GET {completed}")
class CompletedUnderAnotherName(ReferenceServer):
    """COMPLETED is written FINISHED, a status that does not exist."""

    def run_object(self, run: Run) -> Body:
        body = super().run_object(run)
        return body | {"status": "FINISHED"} if run.status == "COMPLETED" else body


@planted.documented("shape.*.body", "GET {deleted}")
class DeletedContactAsEmptyText(ReferenceServer):
    """A deleted contact's `contact_id` is "" instead of null."""

    def run_object(self, run: Run) -> Body:
        return super().run_object(run) | {"contact_id": run.contact_id or ""}


@planted.documented("shape.*.body", "GET {active}")
class VariablesAsPairs(ReferenceServer):
    """`variables` is a list of name and value."""

    def run_object(self, run: Run) -> Body:
        pairs = None if run.variables is None else [{"name": key, "value": run.variables[key]} for key in run.variables]
        return super().run_object(run) | {"variables": pairs}


@planted.documented("get.*.same_as_list", "GET {found}")
class GetShowsNoVariablesAsEmpty(ReferenceServer):
    """Get shows null variables as {}; the list shows null."""

    def single(self, run: Run) -> Body:
        return super().single(run) | {"variables": run.variables or {}}


@planted.documented("get.*.same_as_list", "GET /sequences?sort_by=updated_at&sort_order=desc&size=5")
class ListHidesVariables(ReferenceServer):
    """The list shows every run's variables as null."""

    def item(self, run: Run) -> Body:
        return super().item(run) | {"variables": None}


@planted.documented("get.*.same_as_list", "GET {half_second_on}")
class GetCutsCreatedAtToSeconds(ReferenceServer):
    """Get cuts `created_at` to whole seconds; the list shows the fraction."""

    def single(self, run: Run) -> Body:
        return super().single(run) | {"created_at": format_timestamp(run.created_at // 1_000_000 * 1_000_000)}


@planted.documented("shape.*.body", "GET {active}")
class GetWrapsTheRun(ReferenceServer):
    """Get responses {"data": run}."""

    def single(self, run: Run) -> Body:
        return {"data": super().single(run)}


@planted.documented("shape.*.body list.listSequences.pages.nothing", "GET /sequences")
class ItemsCalledData(ReferenceServer):
    """The page's runs stand under `data`."""

    def envelope(self, page: list[Run], total: int, query: Query) -> Body:
        body = super().envelope(page, total, query)
        return without(body, "items") | {"data": body["items"]}


@planted.documented("shape.*.body list.listSequences.pages.nothing", "GET /sequences")
class HasMoreAsText(ReferenceServer):
    """`has_more` is "true" or "false"."""

    def envelope(self, page: list[Run], total: int, query: Query) -> Body:
        body = super().envelope(page, total, query)
        return body | {"has_more": str(body["has_more"]).lower()}


@planted.documented("shape.*.body list.listSequences.pages.nothing", "GET /sequences")
class TotalCountAsText(ReferenceServer):
    """`total_count` is text."""

    def envelope(self, page: list[Run], total: int, query: Query) -> Body:
        return super().envelope(page, total, query) | {"total_count": str(total)}


@planted.documented("shape.*.body list.listSequences.pages.nothing", "GET /sequences?status=FOUND&page=9")
class ItemsNullWhenEmpty(ReferenceServer):
    """An empty page has `items` null."""

    def envelope(self, page: list[Run], total: int, query: Query) -> Body:
        return super().envelope(page, total, query) | ({} if page else {"items": None})


@planted.strict("shape.*.timestamps", "GET {active}")
class TimesWithNumericOffset(ReferenceServer):
    """Times end in +00:00."""

    def timestamp(self, micros: int) -> str:
        return super().timestamp(micros).replace("Z", "+00:00")


@planted.strict("shape.*.timestamps", "GET {active}")
class TimesInLocalTime(ReferenceServer):
    """Times are written at an offset of two hours."""

    def timestamp(self, micros: int) -> str:
        return super().timestamp(micros + 7_200_000_000).replace("Z", "+02:00")


@planted.strict("shape.*.timestamps", "GET {active}")
class TimesWithZeroFraction(ReferenceServer):
    """A fraction of zero is written out."""

    def timestamp(self, micros: int) -> str:
        text = super().timestamp(micros)
        return text if "." in text else text.replace("Z", ".000Z")


@planted.strict("shape.*.timestamps", "GET {half_second_on}")
class TimesInNanoseconds(ReferenceServer):
    """A fraction has nine digits."""

    def timestamp(self, micros: int) -> str:
        whole, _, fraction = super().timestamp(micros).rstrip("Z").partition(".")
        return f"{whole}.{fraction:0<9}Z" if fraction else f"{whole}Z"


@planted.strict("shape.*.uuids", "GET {active}")
class UuidsInUpperCase(ReferenceServer):
    """UUIDs are written in upper case."""

    def identifier(self, text: str) -> str:
        return text.upper()
