"""Stops: reason, scope, and what is left behind."""

from collections.abc import Iterable
from typing import Any

from ..alterations import Catalogue
from ..control import Specimen
from ..messages import Answer, Call
from ..world import Run

planted = Catalogue("stop")
ALL = "GET /sequences?size=100"


def stop(reason: str, scope: str, name: str = "active") -> str:
    return f'POST {{{name}}}/stop {{"reason": "{reason}", "scope": "{scope}"}}'


CONTACT = f"{stop('LOSE', 'CONTACT')} && {ALL}"
COMPANY = f"{stop('WIN', 'COMPANY')} && {ALL}"


@planted.documented("stop.contact.only_this_run", CONTACT)
class ContactStopTakesSiblings(Specimen):
    """A CONTACT stop stops the siblings as well."""

    def also_stopped(self, call: Call) -> Iterable[Run]:
        return self.siblings(call)


@planted.documented("stop.contact.only_this_run", CONTACT)
class ContactStopTakesRunsOfTheContact(Specimen):
    """A CONTACT stop stops every run of the contact."""

    def also_stopped(self, call: Call) -> Iterable[Run]:
        if call.body["scope"] == "COMPANY":
            return super().also_stopped(call)
        own = [run for run in self.same_tenant(call) if run.contact_id == call.run.contact_id is not None]
        return [run for run in own if run is not call.run and run.status not in self.ended]


@planted.documented("stop.company.all_siblings", COMPANY)
class CompanyStopTakesOne(Specimen):
    """A COMPANY stop stops the named run alone."""

    def also_stopped(self, call: Call) -> Iterable[Run]:
        return []


@planted.documented("stop.company.all_siblings", f"{stop('LOSE', 'COMPANY')} && {ALL}")
class CompanyStopOnlyWhenWon(Specimen):
    """A COMPANY stop with the reason LOSE stops the named run alone."""

    def also_stopped(self, call: Call) -> Iterable[Run]:
        return super().also_stopped(call) if call.body["reason"] == "WIN" else []


class FewSiblings(Specimen):
    """Stops some of the siblings."""

    def also_stopped(self, call: Call) -> Iterable[Run]:
        return self.chosen(call, list(super().also_stopped(call)))

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        raise NotImplementedError


@planted.documented("stop.company.all_siblings", COMPANY)
class CompanyStopTakesTwo(FewSiblings):
    """A COMPANY stop stops one sibling at most."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return siblings[:1]


@planted.documented("stop.company.all_siblings", COMPANY)
class CompanyStopTakesAPage(FewSiblings):
    """A COMPANY stop stops ten siblings at most."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return siblings[:10]


@planted.documented("stop.company.all_siblings", COMPANY)
class CompanyStopTakesYoungerOnes(FewSiblings):
    """A COMPANY stop spares siblings that were created before the named run."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return [run for run in siblings if run.created_at > call.run.created_at]


@planted.documented("stop.company.all_siblings", COMPANY)
class CompanyStopNeedsSameContactList(FewSiblings):
    """A COMPANY stop spares siblings from another contact list."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return [run for run in siblings if run.source_contact_list_id == call.run.source_contact_list_id]


@planted.strict("stop.company.not_ended", COMPANY)
class CompanyStopSparesBlocked(FewSiblings):
    """A COMPANY stop spares siblings that wait for a user."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return [run for run in siblings if run.status != "WAITING_FOR_USER"]


@planted.strict("stop.company.not_ended", COMPANY)
class CompanyStopSparesFound(FewSiblings):
    """A COMPANY stop spares siblings that are not active yet."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return [run for run in siblings if run.status != "FOUND"]


@planted.strict("stop.company.not_ended", COMPANY)
class CompanyStopSparesPaused(FewSiblings):
    """A COMPANY stop spares paused siblings."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return [run for run in siblings if run.status != "WAITING_FOR_LEAD"]


@planted.strict("stop.company.not_ended", f"{stop('WIN', 'COMPANY', 'colleague_paused')} && {ALL}")
class CompanyStopOfPausedTakesOne(FewSiblings):
    """A COMPANY stop of a paused run spares the siblings."""

    def chosen(self, call: Call, siblings: list[Run]) -> list[Run]:
        return siblings if call.run.status == "ACTIVE" else []


class Ending(Specimen):
    """Ends a run or its siblings in another way."""

    def end(self, call: Call, run: Run) -> None:
        if run is call.run:
            self.end_named(call, run)
        else:
            self.end_sibling(call, run)

    def end_named(self, call: Call, run: Run) -> None:
        super().end(call, run)

    def end_sibling(self, call: Call, run: Run) -> None:
        super().end(call, run)


@planted.documented("stop.company.named_run", COMPANY)
class CompanyStopForgetsNamedRun(Ending):
    """A COMPANY stop stops the siblings and not the named run."""

    def end_named(self, call: Call, run: Run) -> None:
        if call.body["scope"] != "COMPANY":
            super().end_named(call, run)


@planted.documented("stop.company.updated_at", COMPANY)
class SiblingsLeaveUpdatedAt(Ending):
    """A COMPANY stop does not move the siblings' `updated_at`."""

    def end_sibling(self, call: Call, run: Run) -> None:
        before = run.updated_at
        super().end_sibling(call, run)
        run.updated_at = before


@planted.strict("stop.company.one_instant", COMPANY)
class SiblingsStopLater(Ending):
    """A COMPANY stop ends each sibling a little later than the one before."""

    def end_sibling(self, call: Call, run: Run) -> None:
        call.now += 1_000
        super().end_sibling(call, run)


@planted.documented("stop.company.status", COMPANY)
class SiblingsCompleted(Ending):
    """A COMPANY stop makes the siblings COMPLETED."""

    def end_sibling(self, call: Call, run: Run) -> None:
        super().end_sibling(call, run)
        run.status = "COMPLETED"


@planted.documented("stop.company.status", COMPANY)
class SiblingsPaused(Ending):
    """A COMPANY stop merely pauses the siblings."""

    def end_sibling(self, call: Call, run: Run) -> None:
        super().end_sibling(call, run)
        run.status = "WAITING_FOR_LEAD"


@planted.documented("stop.company.only_status", COMPANY)
class SiblingsLoseVariables(Ending):
    """A COMPANY stop gives the siblings the named run's variables."""

    def end_sibling(self, call: Call, run: Run) -> None:
        super().end_sibling(call, run)
        run.variables = call.run.variables


@planted.strict("stop.company.for_good", f"{COMPANY} && wait P2D && GET {{colleague_paused}}")
class PausedSiblingWakes(Ending):
    """A paused sibling becomes ACTIVE when its pause would have ended."""

    def end_sibling(self, call: Call, run: Run) -> None:
        timers = list(run.timers)
        super().end_sibling(call, run)
        run.timers = timers

    def wakes(self, run: Run) -> bool:
        return super().wakes(run) or run.status == "STOPPED_EARLY"


@planted.documented("stop.reason", f"{stop('WIN', 'CONTACT')} && GET {{active}}")
class WonRunsSucceed(Ending):
    """A stop with the reason WIN ends in SUCCEEDED."""

    def end_named(self, call: Call, run: Run) -> None:
        super().end_named(call, run)
        run.status = "SUCCEEDED" if call.body["reason"] == "WIN" else run.status


@planted.documented("stop.reason", f"{stop('LOSE', 'CONTACT')} && GET {{active}}")
class LostRunsAreRefused(Ending):
    """A stop with the reason LOSE ends in REFUSED."""

    def end_named(self, call: Call, run: Run) -> None:
        super().end_named(call, run)
        run.status = "REFUSED" if call.body["reason"] == "LOSE" else run.status


@planted.documented("stop.persists", f"{stop('WIN', 'CONTACT')} && GET {{active}}")
class StopNotKept(Specimen):
    """The answer shows the stop, and then it is forgotten."""

    def stop(self, call: Call) -> Answer:
        before = vars(call.run).copy()
        answer = super().stop(call)
        vars(call.run).update(before)
        return answer


@planted.documented("stop.refusal_changes_nothing", f"{stop('WIN', 'COMPANY', 'colleague_done')} && {ALL}")
class RefusedCompanyStopStopsSiblings(Specimen):
    """A COMPANY stop of a run that has ended is refused, and its siblings are stopped."""

    def refuse_event(self, call: Call, event: str) -> None:
        for run in self.also_stopped(call) if event == "stop" else ():
            self.end(call, run)
        super().refuse_event(call, event)


class LenientStop(Specimen):
    """Completes a malformed body."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def read_fields(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        return super().read_fields(call, self.completed(body) if call.operation == "stop" else body)


@planted.strict("stop.required", 'POST {active}/stop {"scope": "CONTACT"}')
class ReasonMayBeMissing(LenientStop):
    """`reason` may be missing."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"reason": "LOSE", **body}


@planted.strict("stop.required", 'POST {active}/stop {"reason": "LOSE"}')
class ScopeMayBeMissing(LenientStop):
    """`scope` may be missing."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"scope": "CONTACT", **body}


@planted.documented("stop.reason.refused", stop("DRAW", "CONTACT"))
class UnknownReasonAccepted(LenientStop):
    """`reason` may be any word in capitals."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        reason = body.get("reason")
        return body | ({"reason": "LOSE"} if isinstance(reason, str) and reason.isupper() else {})


@planted.documented("stop.reason.refused", stop("lose", "CONTACT"))
class ReasonInAnyCase(LenientStop):
    """`reason` may be in lower case."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        reason = body.get("reason")
        return body | ({"reason": reason.upper()} if isinstance(reason, str) else {})


@planted.documented("stop.reason.refused", 'POST {active}/stop {"reason": null, "scope": "CONTACT"}')
class ReasonMayBeNull(LenientStop):
    """`reason` may be null."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | ({"reason": "LOSE"} if "reason" in body and body["reason"] is None else {})


@planted.documented("stop.scope.refused", stop("LOSE", "TEMPLATE"))
class UnknownScopeIsContact(LenientStop):
    """An unknown scope is taken for CONTACT."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        scope = body.get("scope")
        known = not isinstance(scope, str) or not scope.isupper() or scope in self.scopes
        return body if known else body | {"scope": "CONTACT"}


@planted.documented("stop.scope.refused", stop("LOSE", "contact"))
class ScopeInAnyCase(LenientStop):
    """`scope` may be in lower case."""

    def completed(self, body: dict[str, Any]) -> dict[str, Any]:
        scope = body.get("scope")
        return body | ({"scope": scope.upper()} if isinstance(scope, str) else {})


@planted.documented("stop.reason", f"{stop('WIN', 'CONTACT')}")
class WinNotKnown(Specimen):
    """The reason WIN is refused; WON is known."""

    reasons = ("WON", "LOSE")
