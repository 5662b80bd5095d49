"""Stops: reason, scope, and what is left behind."""

from collections.abc import Iterable

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call
from ..reference_server.world import Run
from .scripts import ALL, COMPANY, stop

planted = Catalog("stop")


CONTACT = f"{stop('LOSE', 'CONTACT')} && {ALL}"
EFFECT = f"{COMPANY} && {ALL}"


@planted.documented("stop.contact.exactly_one", CONTACT)
class ContactStopTakesSiblings(ReferenceServer):
    """A CONTACT stop stops the siblings as well."""

    def also_stopped(self, call: Call) -> Iterable[Run]:
        return self.siblings(call)


@planted.documented("stop.contact.exactly_one", CONTACT)
class ContactStopTakesRunsOfTheContact(ReferenceServer):
    """A CONTACT stop stops every run of the contact."""

    def also_stopped(self, call: Call) -> Iterable[Run]:
        if call.body["scope"] == "COMPANY":
            return super().also_stopped(call)
        own = [run for run in self.same_tenant(call) if run.contact_id == call.run.contact_id is not None]
        return [run for run in own if run is not call.run and run.status not in self.ended]


@planted.documented("stop.company.stops_active_siblings stop.company.every_sibling", EFFECT)
class CompanyStopTakesOne(ReferenceServer):
    """A COMPANY stop stops the named run alone."""

    def also_stopped(self, call: Call) -> Iterable[Run]:
        return []


@planted.documented(
    "stop.company.stops_active_siblings stop.company.every_sibling", f"{stop('LOSE', 'COMPANY')} && {ALL}"
)
class CompanyStopOnlyWhenWon(ReferenceServer):
    """A COMPANY stop with the reason LOSE stops the named run alone."""

    def also_stopped(self, call: Call) -> Iterable[Run]:
        return super().also_stopped(call) if call.body["reason"] == "WIN" else []


class FewSiblings(ReferenceServer):
    """Stops some of the siblings."""

    def also_stopped(self, call: Call) -> Iterable[Run]:
        return self.chosen(call, list(super().also_stopped(call)))

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        raise NotImplementedError


@planted.documented("stop.company.stops_active_siblings stop.company.every_sibling", EFFECT)
class CompanyStopTakesTwo(FewSiblings):
    """A COMPANY stop stops one sibling at most."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return siblings[:1]


@planted.documented("stop.company.stops_active_siblings stop.company.every_sibling", EFFECT)
class CompanyStopTakesAPage(FewSiblings):
    """A COMPANY stop stops ten siblings at most."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return siblings[:10]


@planted.documented("stop.company.stops_active_siblings stop.company.every_sibling", EFFECT)
class CompanyStopTakesYoungerOnes(FewSiblings):
    """A COMPANY stop leaves out siblings that were created before the named run."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return [run for run in siblings if run.created_at > call.run.created_at]


@planted.documented("stop.company.stops_active_siblings stop.company.every_sibling", EFFECT)
class CompanyStopNeedsSameContactList(FewSiblings):
    """A COMPANY stop leaves out siblings from another contact list."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return [run for run in siblings if run.source_contact_list_id == call.run.source_contact_list_id]


@planted.strict("stop.company.all_not_ended", EFFECT)
class CompanyStopLeavesOutBlocked(FewSiblings):
    """A COMPANY stop leaves out siblings that wait for a user."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return [run for run in siblings if run.status != "WAITING_FOR_USER"]


@planted.strict("stop.company.all_not_ended", EFFECT)
class CompanyStopLeavesOutFound(FewSiblings):
    """A COMPANY stop leaves out siblings that are not active yet."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return [run for run in siblings if run.status != "FOUND"]


@planted.strict("stop.company.all_not_ended", EFFECT)
class CompanyStopLeavesOutPaused(FewSiblings):
    """A COMPANY stop leaves out paused siblings."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return [run for run in siblings if run.status != "WAITING_FOR_LEAD"]


@planted.strict("stop.company.all_not_ended", f"{stop('WIN', 'COMPANY', 'colleague_paused')} && {ALL}")
class CompanyStopOfPausedTakesOne(FewSiblings):
    """A COMPANY stop of a paused run leaves out the siblings."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return siblings if call.run.status == "ACTIVE" else []
