"""Transitions without a [doc] row, and what changes with them."""

from typing import Any

from ..alterations import Grants
from ..control import Specimen
from ..messages import Answer, Call, Refusal
from ..world import Run
from ..writes import Variables

granted = Grants()
STOP = '/stop {"reason": "WIN", "scope": "CONTACT"}'
PAUSE = '/pause {"paused_until": "2100-01-01T00:00:00Z"}'


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


@granted.freedom(f"POST {{paused}}{PAUSE}")
class PauseOfPausedRefused(OtherRows):
    """A paused run cannot be paused again."""

    refusing = (("pause", "WAITING_FOR_LEAD"),)


@granted.freedom(f"POST {{found}}{STOP}")
class StopOfFoundRefused(OtherRows):
    """A run that is not active yet cannot be stopped."""

    refusing = (("stop", "FOUND"),)


@granted.freedom(f"POST {{paused}}{STOP}")
class StopOfPausedRefused(OtherRows):
    """A paused run cannot be stopped."""

    refusing = (("stop", "WAITING_FOR_LEAD"),)


@granted.freedom(f"POST {{asked}}{STOP}")
class StopOfBlockedRefused(OtherRows):
    """A run that waits for a user cannot be stopped."""

    refusing = (("stop", "WAITING_FOR_USER"),)


@granted.freedom(f"POST {{asked}}{PAUSE}")
class PauseOfBlockedAllowed(OtherRows):
    """A run that waits for a user can be paused."""

    allowing = (("pause", "WAITING_FOR_USER"),)


@granted.freedom("POST {asked}/resume")
class ResumeOfBlockedAllowed(OtherRows):
    """A run that waits for a user can be resumed."""

    allowing = (("resume", "WAITING_FOR_USER"),)


@granted.freedom("POST {active}/resume")
class ResumeOfActiveAllowed(OtherRows):
    """Resume of an ACTIVE run is 200."""

    allowing = (("resume", "ACTIVE"),)


@granted.freedom(f"POST {{stopped}}{STOP}")
class StopOfStoppedAllowed(OtherRows):
    """Stop of a stopped run is 200."""

    allowing = (("stop", "STOPPED_EARLY"),)


@granted.freedom('POST {active}/stop {"reason": "WIN", "scope": "COMPANY"} && GET /sequences?status=STOPPED_EARLY')
class CompanyStopsOnlyActiveSiblings(Specimen):
    """A COMPANY stop stops the siblings that are ACTIVE."""

    def can_be_sibling(self, other: Run) -> bool:
        return other.status == "ACTIVE"


@granted.freedom('PATCH {active} {"variables": {"city": null, "greeting": null}}')
class NoVariablesAreNull(Specimen):
    """When the last variable goes, `variables` is null."""

    def merge(self, old: Variables, changes: dict[str, str | None]) -> Variables:
        return super().merge(old, changes) or None


@granted.freedom('PATCH {succeeded} {"variables": {"a": "b"}}')
class EndedRunsAreFrozen(Specimen):
    """A run that has ended cannot be updated."""

    def update(self, call: Call) -> Answer:
        if call.run.status in self.ended:
            raise Refusal(422, "A sequence that has ended cannot be changed.")
        return super().update(call)


@granted.freedom('POST {active}/stop {"reason": "LOSE"} && POST {twin}/stop {"scope": "CONTACT"}')
class ReasonAndScopeOptional(Specimen):
    """`reason` is LOSE and `scope` CONTACT unless they are given."""

    def read_fields(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        defaults = {"reason": "LOSE", "scope": "CONTACT"} if call.operation == "stop" else {}
        return super().read_fields(call, defaults | body)
