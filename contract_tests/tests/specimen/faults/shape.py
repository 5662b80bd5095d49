"""Answers of the wrong form."""

from typing import Any

from ..alterations import Catalogue
from ..control import Specimen
from ..instants import format_instant
from ..messages import Query
from ..world import Run

planted = Catalogue("shape")
Body = dict[str, Any]


def without(body: Body, name: str) -> Body:
    return {key: value for key, value in body.items() if key != name}


@planted.documented("shape.run", "GET {found}")
class StepTimeLeftOutWhenNull(Specimen):
    """A run that executed no step lacks `last_step_executed_at`."""

    def run_object(self, run: Run) -> Body:
        body = super().run_object(run)
        return without(body, "last_step_executed_at") if run.last_step_executed_at is None else body


@planted.documented("shape.run", "GET {active}")
class OrganizationLeftOut(Specimen):
    """Runs lack `organization_id`."""

    def run_object(self, run: Run) -> Body:
        return without(super().run_object(run), "organization_id")


@planted.documented("shape.run", "GET {found}")
class ListIdLeftOutWhenNull(Specimen):
    """`source_contact_list_id` is left out instead of null."""

    def run_object(self, run: Run) -> Body:
        body = super().run_object(run)
        return without(body, "source_contact_list_id") if run.source_contact_list_id is None else body


@planted.documented("shape.run", "GET {active}")
class CreatedAtWithoutZone(Specimen):
    """`created_at` is written without an offset."""

    def run_object(self, run: Run) -> Body:
        return super().run_object(run) | {"created_at": format_instant(run.created_at).rstrip("Z")}


@planted.documented("shape.run", "GET {active}")
class UpdatedAtAsNumber(Specimen):
    """`updated_at` is a number of seconds."""

    def run_object(self, run: Run) -> Body:
        return super().run_object(run) | {"updated_at": run.updated_at // 1_000_000}


@planted.documented("shape.run", "GET {active}")
class StepTimeWithSpace(Specimen):
    """`last_step_executed_at` has a space between date and time."""

    def run_object(self, run: Run) -> Body:
        body = super().run_object(run)
        return body | {"last_step_executed_at": (body["last_step_executed_at"] or "").replace("T", " ") or None}


@planted.documented("shape.run", "GET {active}")
class StatusInLowerCase(Specimen):
    """Statuses are written in lower case."""

    def run_object(self, run: Run) -> Body:
        return super().run_object(run) | {"status": run.status.lower()}


@planted.documented("shape.run", "GET {completed}")
class CompletedUnderAnotherName(Specimen):
    """COMPLETED is written FINISHED, a status of no one's."""

    def run_object(self, run: Run) -> Body:
        body = super().run_object(run)
        return body | {"status": "FINISHED"} if run.status == "COMPLETED" else body


@planted.documented("shape.run", "GET {deleted}")
class DeletedContactAsEmptyText(Specimen):
    """A deleted contact's `contact_id` is "" instead of null."""

    def run_object(self, run: Run) -> Body:
        return super().run_object(run) | {"contact_id": run.contact_id or ""}


@planted.documented("shape.run", "GET {active}")
class VariablesAsPairs(Specimen):
    """`variables` is a list of name and value."""

    def run_object(self, run: Run) -> Body:
        pairs = None if run.variables is None else [{"name": key, "value": run.variables[key]} for key in run.variables]
        return super().run_object(run) | {"variables": pairs}


@planted.documented("get.same_as_list", "GET {found}")
class GetShowsNoVariablesAsEmpty(Specimen):
    """Get shows null variables as {}; the list shows null."""

    def single(self, run: Run) -> Body:
        return super().single(run) | {"variables": run.variables or {}}


@planted.documented("get.same_as_list", "GET /sequences?sort_by=updated_at&sort_order=desc&size=5")
class ListHidesVariables(Specimen):
    """The list shows every run's variables as null."""

    def item(self, run: Run) -> Body:
        return super().item(run) | {"variables": None}


@planted.documented("get.same_as_list", "GET {half_second_on}")
class GetCutsCreatedAtToSeconds(Specimen):
    """Get cuts `created_at` to whole seconds; the list shows the fraction."""

    def single(self, run: Run) -> Body:
        return super().single(run) | {"created_at": format_instant(run.created_at // 1_000_000 * 1_000_000)}


@planted.documented("shape.run", "GET {active}")
class GetWrapsTheRun(Specimen):
    """Get answers {"data": run}."""

    def single(self, run: Run) -> Body:
        return {"data": super().single(run)}


@planted.documented("shape.page list.pages.nothing", "GET /sequences")
class ItemsCalledData(Specimen):
    """The page's runs stand under `data`."""

    def envelope(self, page: list[Run], total: int, query: Query) -> Body:
        body = super().envelope(page, total, query)
        return without(body, "items") | {"data": body["items"]}


@planted.documented("shape.page list.pages.nothing", "GET /sequences")
class HasMoreAsText(Specimen):
    """`has_more` is "true" or "false"."""

    def envelope(self, page: list[Run], total: int, query: Query) -> Body:
        body = super().envelope(page, total, query)
        return body | {"has_more": str(body["has_more"]).lower()}


@planted.documented("shape.page list.pages.nothing", "GET /sequences")
class TotalCountAsText(Specimen):
    """`total_count` is text."""

    def envelope(self, page: list[Run], total: int, query: Query) -> Body:
        return super().envelope(page, total, query) | {"total_count": str(total)}


@planted.documented("shape.page list.pages.nothing", "GET /sequences?status=FOUND&page=9")
class ItemsNullWhenEmpty(Specimen):
    """An empty page has `items` null."""

    def envelope(self, page: list[Run], total: int, query: Query) -> Body:
        return super().envelope(page, total, query) | ({} if page else {"items": None})


@planted.strict("shape.run.instants", "GET {active}")
class InstantsWithNumericOffset(Specimen):
    """Instants end in +00:00."""

    def instant(self, micros: int) -> str:
        return super().instant(micros).replace("Z", "+00:00")


@planted.strict("shape.run.instants", "GET {active}")
class InstantsInLocalTime(Specimen):
    """Instants are written at an offset of two hours."""

    def instant(self, micros: int) -> str:
        return super().instant(micros + 7_200_000_000).replace("Z", "+02:00")


@planted.strict("shape.run.instants", "GET {active}")
class InstantsWithZeroFraction(Specimen):
    """A fraction of zero is written out."""

    def instant(self, micros: int) -> str:
        text = super().instant(micros)
        return text if "." in text else text.replace("Z", ".000Z")


@planted.strict("shape.run.instants", "GET {half_second_on}")
class InstantsInNanoseconds(Specimen):
    """A fraction has nine digits."""

    def instant(self, micros: int) -> str:
        whole, _, fraction = super().instant(micros).rstrip("Z").partition(".")
        return f"{whole}.{fraction:0<9}Z" if fraction else f"{whole}Z"


@planted.strict("shape.run.uuids", "GET {active}")
class UuidsInUpperCase(Specimen):
    """UUIDs are written in upper case."""

    def identifier(self, text: str) -> str:
        return text.upper()
