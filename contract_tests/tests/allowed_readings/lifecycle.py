"""Transitions without a [doc] row, and what changes with them."""

from typing import Any

from ..reference_server.alterations import Readings
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Response
from ..reference_server.world import Run
from ..reference_server.writes import Variables

allowed = Readings()
STOP = '/stop {"reason": "WIN", "scope": "CONTACT"}'
PAUSE = '/pause {"paused_until": "2100-01-01T00:00:00Z"}'


class OtherRows(ReferenceServer):
    """Rejects transitions that no [doc] row demands, or allows some that no row has."""

    rejecting: tuple[tuple[str, str], ...] = ()
    allowing: tuple[tuple[str, str], ...] = ()

    def require(self, call: Call, event: str) -> None:
        row = event, call.run.status
        if row in self.rejecting:
            self.reject_event(call, event)
        if row not in self.allowing:
            super().require(call, event)


@allowed.reading(f"POST {{paused}}{PAUSE}")
class PauseOfPausedRejected(OtherRows):
    """A paused run cannot be paused again."""

    rejecting = (("pause", "WAITING_FOR_LEAD"),)


@allowed.reading(f"POST {{found}}{STOP}")
class StopOfFoundRejected(OtherRows):
    """A run that is not active yet cannot be stopped."""

    rejecting = (("stop", "FOUND"),)


@allowed.reading(f"POST {{paused}}{STOP}")
class StopOfPausedRejected(OtherRows):
    """A paused run cannot be stopped."""

    rejecting = (("stop", "WAITING_FOR_LEAD"),)


@allowed.reading(f"POST {{asked}}{STOP}")
class StopOfBlockedRejected(OtherRows):
    """A run that waits for a user cannot be stopped."""

    rejecting = (("stop", "WAITING_FOR_USER"),)


@allowed.reading(f"POST {{asked}}{PAUSE}")
class PauseOfBlockedAllowed(OtherRows):
    """A run that waits for a user can be paused."""

    allowing = (("pause", "WAITING_FOR_USER"),)


@allowed.reading("POST {asked}/resume")
class ResumeOfBlockedAllowed(OtherRows):
    """A run that waits for a user can be resumed."""

    allowing = (("resume", "WAITING_FOR_USER"),)


@allowed.reading("POST {active}/resume")
class ResumeOfActiveAllowed(OtherRows):
    """Resume of an ACTIVE run is 200."""

    allowing = (("resume", "ACTIVE"),)


@allowed.reading(f"POST {{stopped}}{STOP}")
class StopOfStoppedAllowed(OtherRows):
    """Stop of a stopped run is 200."""

    allowing = (("stop", "STOPPED_EARLY"),)


@allowed.reading('POST {active}/stop {"reason": "WIN", "scope": "COMPANY"} && GET /sequences?status=STOPPED_EARLY')
class CompanyStopsOnlyActiveSiblings(ReferenceServer):
    """A COMPANY stop stops the siblings that are ACTIVE."""

    def can_be_sibling(self, other: Run) -> bool:
        return other.status == "ACTIVE"


@allowed.reading('PATCH {active} {"variables": {"city": null, "greeting": null}}')
class NoVariablesAreNull(ReferenceServer):
    """When the last variable goes, `variables` is null."""

    def merge(self, old: Variables, changes: dict[str, str | None]) -> Variables:
        return super().merge(old, changes) or None


@allowed.reading('PATCH {succeeded} {"variables": {"a": "b"}}')
class EndedRunsAreFrozen(ReferenceServer):
    """A run that has ended cannot be updated."""

    def update(self, call: Call) -> Response:
        if call.run.status in self.ended:
            raise ApiError(422, "A sequence that has ended cannot be changed.")
        return super().update(call)


@allowed.reading('POST {active}/stop {"reason": "LOSE"} && POST {twin}/stop {"scope": "CONTACT"}')
class ReasonAndScopeOptional(ReferenceServer):
    """`reason` is LOSE and `scope` CONTACT unless they are given."""

    def read_fields(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        defaults = {"reason": "LOSE", "scope": "CONTACT"} if call.operation == "stop" else {}
        return super().read_fields(call, defaults | body)
