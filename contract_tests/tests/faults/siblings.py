"""COMPANY stops that reach too far or not far enough: what counts as the same company, template, tenant."""

from collections.abc import Iterable

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call
from ..reference_server.world import Run
from .scripts import ALL, COMPANY, stop

planted = Catalog("stop")


def domains(call: Call, other: Run) -> tuple[str | None, str | None]:
    """The two companies' domains."""
    return tuple(call.world.company_of(run).get("company_domain") for run in (call.run, other))  # type: ignore[return-value]


@planted.documented("stop.company.same_template_only", f"{COMPANY} && {ALL}")
class OtherTemplatesStopped(ReferenceServer):
    """A COMPANY stop stops the company's runs of every template."""

    def same_template(self, run: Run, other: Run) -> bool:
        return True


@planted.documented("stop.company.same_company_only", f"{COMPANY} && {ALL}")
class OtherCompaniesStopped(ReferenceServer):
    """A COMPANY stop stops every run of the template."""

    def same_company(self, call: Call, other: Run) -> bool:
        return True


@planted.documented("stop.company.same_company_only", f"{COMPANY} && {ALL}")
class WholeOrganizationStopped(ReferenceServer):
    """A COMPANY stop stops every run of the organization."""

    def same_company(self, call: Call, other: Run) -> bool:
        return True

    def same_template(self, run: Run, other: Run) -> bool:
        return True


@planted.documented("stop.company.same_organization_only", f"{COMPANY} && other: GET {{foreign}}")
class OtherOrganizationsStopped(ReferenceServer):
    """A COMPANY stop stops the company's runs in other organizations, whose templates are others, too."""

    def same_tenant(self, call: Call) -> Iterable[Run]:
        return call.world.runs.values()

    def same_template(self, run: Run, other: Run) -> bool:
        return super().same_template(run, other) or run.organization_id != other.organization_id


@planted.documented("stop.company.finished_unchanged", f"{COMPANY} && {ALL}")
class EndedSiblingsStopped(ReferenceServer):
    """A COMPANY stop makes siblings that have ended STOPPED_EARLY."""

    def can_be_sibling(self, other: Run) -> bool:
        return True


@planted.documented("stop.company.finished_unchanged", f"{COMPANY} && {ALL}")
class EndedSiblingsMoved(ReferenceServer):
    """A COMPANY stop moves `updated_at` of siblings that have ended."""

    def can_be_sibling(self, other: Run) -> bool:
        return True

    def end(self, call: Call, run: Run) -> None:
        status = run.status
        super().end(call, run)
        run.status = status if status in self.ended else run.status


@planted.strict(
    "stop.company.no_siblings stop.company.same_company_only", f"{stop('WIN', 'COMPANY', 'alone')} && {ALL}"
)
class NoCompanyIsACompany(ReferenceServer):
    """Contacts without a company count as colleagues of each other."""

    def same_company(self, call: Call, other: Run) -> bool:
        known = call.run.contact_id is not None and other.contact_id is not None
        return super().same_company(call, other) or (known and domains(call, other) == (None, None))


@planted.strict("stop.company.no_siblings", f"{stop('WIN', 'COMPANY', 'deleted')} && {ALL}")
class DeletedContactsAreColleagues(ReferenceServer):
    """Deleted contacts count as colleagues of each other."""

    def same_company(self, call: Call, other: Run) -> bool:
        return super().same_company(call, other) or (call.run.contact_id is None and other.contact_id is None)


@planted.documented("stop.company.no_siblings", f"{stop('WIN', 'COMPANY', 'deleted')}")
class DeletedContactBreaksCompanyStop(ReferenceServer):
    """A COMPANY stop of a run whose contact was deleted is 500."""

    def also_stopped(self, call: Call) -> Iterable[Run]:
        return super().also_stopped(call) if call.world.contacts[call.run.contact_id or ""] else []


@planted.documented("stop.company.same_company_only", f"{COMPANY} && {ALL}")
class DomainByItsBeginning(ReferenceServer):
    """Domains that begin alike are the same company: acme.example and acme.example.org."""

    def same_company(self, call: Call, other: Run) -> bool:
        own, its = domains(call, other)
        return own is not None and its is not None and its.startswith(own)


@planted.documented("stop.company.same_company_only", f"{COMPANY} && {ALL}")
class DomainByItsEnd(ReferenceServer):
    """Domains that end alike are the same company: acme.example and shop.acme.example."""

    def same_company(self, call: Call, other: Run) -> bool:
        own, its = domains(call, other)
        return own is not None and its is not None and its.endswith(own)


@planted.documented("stop.company.same_company_only", f"{COMPANY} && {ALL}")
class CompanyByItsName(ReferenceServer):
    """Companies of the same name are the same."""

    def same_company(self, call: Call, other: Run) -> bool:
        names = {call.world.company_of(run).get("company_name") for run in (call.run, other)}
        return len(names) == 1 and None not in names


@planted.documented("stop.company.stops_active_siblings stop.company.every_sibling", f"{COMPANY} && {ALL}")
class CompanyByItsContact(ReferenceServer):
    """Only runs of the same contact are siblings."""

    def same_company(self, call: Call, other: Run) -> bool:
        return call.run.contact_id == other.contact_id


@planted.documented(
    "stop.company.stops_active_siblings stop.company.every_sibling", f"{stop('WIN', 'COMPANY', 'colleague')} && {ALL}"
)
class SiblingsOfTheContactSpared(ReferenceServer):
    """A COMPANY stop leaves the contact's own other runs alone."""

    def same_company(self, call: Call, other: Run) -> bool:
        return super().same_company(call, other) and call.run.contact_id != other.contact_id
