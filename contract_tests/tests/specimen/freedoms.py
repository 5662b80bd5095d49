"""The freedoms of profile `documented`: each is a reading that the documents allow and profile `strict` does not.

Where two of them cannot go together (an unknown id cannot be both 404 and 422), the one that stands first wins.
"""

from collections.abc import Callable, Iterable
from typing import Any

from .alterations import Altering, Freedom, snake
from .control import Specimen
from .listing import STATUSES
from .messages import Answer, Call, Query, Refusal
from .world import Run
from .writes import Variables

ALL: list[Freedom] = []
STOP = '/stop {"reason": "WIN", "scope": "CONTACT"}'
PAUSE = '/pause {"paused_until": "2100-01-01T00:00:00Z"}'


def free(probe: str) -> Callable[[Altering], Altering]:
    def enter(alters: Altering) -> Altering:
        ALL.append(Freedom(snake(alters.__name__), (alters.__doc__ or "").strip(), probe, alters))
        return alters

    return enter


class OtherStatus(Specimen):
    """Answers some refusals with another status; the type follows it."""

    def refused(self, call: Call, refusal: Refusal, request_id: str) -> Answer:
        refusal.status = self.restated(call, refusal)
        return super().refused(call, refusal, request_id)

    def restated(self, call: Call, refusal: Refusal) -> int:
        raise NotImplementedError


@free("GET /sequences/nonsense")
class MalformedIdIs404(OtherStatus):
    """A malformed run id is 404."""

    def restated(self, call: Call, refusal: Refusal) -> int:
        return 404 if refusal.data.get("field") == "sequence_id" else refusal.status


@free("GET /sequences/nonsense")
class MalformedIdIs422(OtherStatus):
    """A malformed run id is 422."""

    def restated(self, call: Call, refusal: Refusal) -> int:
        malformed = refusal.status == 400 and refusal.data.get("field") == "sequence_id"
        return 422 if malformed else refusal.status


@free('GET /sequences?size=0 && PATCH {active} {"variables": {"a": 1}}')
class RefuseWith422(OtherStatus):
    """A bad value is 422."""

    def restated(self, call: Call, refusal: Refusal) -> int:
        return 422 if refusal.status == 400 else refusal.status


@free("POST {active}/resume")
class RefusalsOfTransitionsAre409(OtherStatus):
    """A transition that is not allowed is 409."""

    def restated(self, call: Call, refusal: Refusal) -> int:
        return 409 if "event" in refusal.data else refusal.status


@free("POST {active}/resume")
class RefusalsOfTransitionsAre400(OtherStatus):
    """A transition that is not allowed is 400."""

    def restated(self, call: Call, refusal: Refusal) -> int:
        return 400 if "event" in refusal.data else refusal.status


class OtherRows(Specimen):
    """Refuses transitions that no [doc] row demands, or allows some that no row has."""

    refusing: tuple[tuple[str, str], ...] = ()
    allowing: tuple[tuple[str, str], ...] = ()

    def require(self, call: Call, event: str) -> None:
        row = event, call.run.status
        if row in self.refusing:
            self.refuse_event(call, event)
        if row not in self.allowing:
            super().require(call, event)


@free(f"POST {{paused}}{PAUSE}")
class PauseOfPausedRefused(OtherRows):
    """A paused run cannot be paused again."""

    refusing = (("pause", "WAITING_FOR_LEAD"),)


@free(f"POST {{found}}{STOP}")
class StopOfFoundRefused(OtherRows):
    """A run that is not active yet cannot be stopped."""

    refusing = (("stop", "FOUND"),)


@free(f"POST {{paused}}{STOP}")
class StopOfPausedRefused(OtherRows):
    """A paused run cannot be stopped."""

    refusing = (("stop", "WAITING_FOR_LEAD"),)


@free(f"POST {{asked}}{STOP}")
class StopOfBlockedRefused(OtherRows):
    """A run that waits for a user cannot be stopped."""

    refusing = (("stop", "WAITING_FOR_USER"),)


@free(f"POST {{asked}}{PAUSE}")
class PauseOfBlockedAllowed(OtherRows):
    """A run that waits for a user can be paused."""

    allowing = (("pause", "WAITING_FOR_USER"),)


@free("POST {asked}/resume")
class ResumeOfBlockedAllowed(OtherRows):
    """A run that waits for a user can be resumed."""

    allowing = (("resume", "WAITING_FOR_USER"),)


@free("POST {active}/resume")
class ResumeOfActiveAllowed(OtherRows):
    """Resume of an ACTIVE run is 200."""

    allowing = (("resume", "ACTIVE"),)


@free(f"POST {{stopped}}{STOP}")
class StopOfStoppedAllowed(OtherRows):
    """Stop of a stopped run is 200."""

    allowing = (("stop", "STOPPED_EARLY"),)


@free('POST {active}/stop {"reason": "WIN", "scope": "COMPANY"} && GET /sequences?status=STOPPED_EARLY')
class CompanyStopsOnlyActiveSiblings(Specimen):
    """A COMPANY stop stops the siblings that are ACTIVE."""

    def can_be_sibling(self, other: Run) -> bool:
        return other.status == "ACTIVE"


@free("GET /sequences?sort_by=status&size=100")
class StatusSortedByLifecycleOrder(Specimen):
    """sort_by=status sorts by the order of the nine in the documents."""

    def sort_key(self, run: Run, query: Query) -> Any:
        return STATUSES.index(run.status) if query.sort_by == "status" else super().sort_key(run, query)


@free("GET /sequences?sort_by=status&size=100")
class TiesByReverseId(Specimen):
    """Equal runs stand in descending order of id."""

    def order_ties(self, runs: Iterable[Run], query: Query) -> list[Run]:
        return super().order_ties(runs, query)[::-1]


@free("GET /sequences?created_at_after=2099-01-01T00:00:00Z")
class TotalPagesOfNothingIs1(Specimen):
    """Without a match, `total_pages` is 1."""

    def total_pages(self, total: int, size: int) -> int:
        return max(1, super().total_pages(total, size))


@free("GET /sequences?page_size=5 && GET {active}?x=1")
class UnknownParametersIgnored(Specimen):
    """Unknown query parameters are ignored."""

    def unknown_parameter(self, name: str, value: str, known: tuple[str, ...]) -> None:
        return None


@free('PATCH {active} {"variables": {}, "note": "x"} && POST {paused}/resume {"note": "x"}')
class UnknownBodyFieldsIgnored(Specimen):
    """Unknown fields of a body are ignored."""

    def unknown_field(self, name: str, known: tuple[str, ...]) -> None:
        return None


@free('PUT {active} {"variables": {"a": "b"}} && PATCH {active} {"variables": {"a": "b"}}')
class UpdateByPut(Specimen):
    """Update is a PUT."""

    update_method = "PUT"


class HeaderLess(Specimen):
    """Leaves out a header."""

    left_out = ""

    def headers(self, answer: Answer, request_id: str) -> dict[str, str]:
        found = super().headers(answer, request_id)
        return {name: value for name, value in found.items() if name != self.left_out}


@free("GET {active}")
class NoRequestIdHeader(HeaderLess):
    """No answer carries X-Request-Id."""

    left_out = "X-Request-Id"


@free("nobody: GET {active}")
class NoWwwAuthenticate(HeaderLess):
    """A 401 carries no WWW-Authenticate."""

    left_out = "WWW-Authenticate"


@free("DELETE {active}")
class NoAllowHeader(HeaderLess):
    """A 405 carries no Allow."""

    left_out = "Allow"


@free("GET /sequences?size=0")
class NoData(Specimen):
    """Refusals have no `data`."""

    def issue(self, refusal: Refusal, request_id: str) -> dict[str, Any]:
        found = super().issue(refusal, request_id)
        return {name: value for name, value in found.items() if name != "data"}


@free("GET {foreign}")
class TraceIds(Specimen):
    """Refusals have `trace_id` and `span_id`."""

    def issue(self, refusal: Refusal, request_id: str) -> dict[str, Any]:
        return super().issue(refusal, request_id) | {"trace_id": "4bf92f3577b34da6", "span_id": "00f067aa0ba902b7"}


@free("GET {active} && GET /sequences")
class ResponsesHaveGainedFields(Specimen):
    """Runs and pages have fields that the contract does not know."""

    def run_object(self, run: Run) -> dict[str, Any]:
        return super().run_object(run) | {"health": {"score": 7}}

    def envelope(self, page: list[Run], total: int, query: Query) -> dict[str, Any]:
        return super().envelope(page, total, query) | {"page": query.page, "size": query.size}


@free("GET /sequences?page=99")
class PastTheEndIs400(Specimen):
    """A page past the end is 400."""

    def list_runs(self, call: Call) -> Answer:
        answer = super().list_runs(call)
        if call.query.page > max(1, answer.body["total_pages"]):
            raise Refusal(400, "There is no such page.", field="page")
        return answer


@free("GET {half_second_on} && GET {active}")
class InstantsInMillisecondsWithOffset(Specimen):
    """Instants end in +00:00 and always have three digits of fraction at least."""

    def instant(self, micros: int) -> str:
        whole, _, fraction = super().instant(micros).rstrip("Z").partition(".")
        return f"{whole}.{fraction:0<3}+00:00"


@free("GET {active}/ && GET /nothing")
class UnknownPathsInHtml(Specimen):
    """An unknown path is answered in HTML."""

    def refused(self, call: Call, refusal: Refusal, request_id: str) -> Answer:
        if refusal.status != 404 or call.operation:
            return super().refused(call, refusal, request_id)
        return Answer(404, b"<html><h1>Not Found</h1></html>", {"Content-Type": "text/html"})


@free('PATCH {active} {"variables": {"city": null, "greeting": null}}')
class NoVariablesAreNull(Specimen):
    """When the last variable goes, `variables` is null."""

    def merge(self, old: Variables, changes: dict[str, str | None]) -> Variables:
        return super().merge(old, changes) or None


@free('PATCH {succeeded} {"variables": {"a": "b"}}')
class EndedRunsAreFrozen(Specimen):
    """A run that has ended cannot be updated."""

    def update(self, call: Call) -> Answer:
        if call.run.status in self.ended:
            raise Refusal(422, "A sequence that has ended cannot be changed.")
        return super().update(call)


@free('POST {active}/stop {"reason": "LOSE"} && POST {twin}/stop {"scope": "CONTACT"}')
class ReasonAndScopeOptional(Specimen):
    """`reason` is LOSE and `scope` CONTACT unless they are given."""

    def read_fields(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        defaults = {"reason": "LOSE", "scope": "CONTACT"} if call.operation == "stop" else {}
        return super().read_fields(call, defaults | body)
