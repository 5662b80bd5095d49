"""Transitions that change too much or too little."""

from typing import Any, ClassVar

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call, Response
from ..reference_server.world import Run
from .scripts import ALL, request

planted = Catalog("lifecycle")


class Untouched(ReferenceServer):
    """Lets an event change a run without moving `updated_at`."""

    still: str = ""

    def change(self, run: Run, at: int, event: str, **fields: Any) -> None:
        super().change(run, run.updated_at if event == self.still else at, event, **fields)


@planted.documented("lifecycle", request("pause", "active"))
class PauseLeavesUpdatedAt(Untouched):
    """A pause does not move `updated_at`."""

    still = "pause"


@planted.documented("lifecycle", request("resume", "paused"))
class ResumeLeavesUpdatedAt(Untouched):
    """A resume does not move `updated_at`."""

    still = "resume"


@planted.documented("lifecycle", request("stop", "active"))
class StopLeavesUpdatedAt(Untouched):
    """A stop does not move `updated_at`."""

    still = "stop"


class Careless(ReferenceServer):
    """Changes another field along with the status."""

    careless_event: str = ""
    lost: ClassVar[dict[str, Any]] = {}

    def change(self, run: Run, at: int, event: str, **fields: Any) -> None:
        also = self.lost if event == self.careless_event else {}
        super().change(run, at, event, **fields, **also)


@planted.documented("lifecycle", request("pause", "active"))
class PauseLosesVariables(Careless):
    """A pause sets `variables` to null."""

    careless_event, lost = "pause", {"variables": None}


@planted.documented("lifecycle", request("resume", "paused"))
class ResumeLosesStepTime(Careless):
    """A resume sets `last_step_executed_at` to null."""

    careless_event, lost = "resume", {"last_step_executed_at": None}


@planted.documented("lifecycle", request("stop", "active"))
class StopLosesVariables(Careless):
    """A stop empties `variables`."""

    careless_event, lost = "stop", {"variables": {}}


@planted.documented("lifecycle", request("stop", "active"))
class StopLosesContactList(Careless):
    """A stop sets `source_contact_list_id` to null."""

    careless_event, lost = "stop", {"source_contact_list_id": None}


@planted.documented("lifecycle", request("stop", "active"))
class StopLosesContact(Careless):
    """A stop sets `contact_id` to null."""

    careless_event, lost = "stop", {"contact_id": None}


@planted.documented("pause.only_this_run", f"{request('pause', 'active')} && {ALL}")
class PauseHoldsTheContact(ReferenceServer):
    """A pause holds the other ACTIVE runs of the contact too."""

    def pause(self, call: Call) -> Response:
        contact_id = call.run.contact_id
        for other in call.world.runs.values():
            if other.contact_id == contact_id is not None and other.status == "ACTIVE" and other is not call.run:
                self.arm(other, call.body["paused_until"])
                self.change(other, call.now, "pause", status="WAITING_FOR_LEAD")
        return super().pause(call)
