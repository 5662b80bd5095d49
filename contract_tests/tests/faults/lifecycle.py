"""Transitions that should be rejected and are not, or the reverse, or lead elsewhere."""

from typing import Any, ClassVar

from ..reference_server.alterations import Altering, Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Response
from ..reference_server.world import Run
from .scripts import request

planted = Catalog("lifecycle")

ROWS = ReferenceServer.allowed


def allowing(event: str, *statuses: str) -> Altering:
    class Allowing(ReferenceServer):
        allowed: ClassVar[dict[str, tuple[str, ...]]] = {**ROWS, event: (*ROWS[event], *statuses)}

    return Allowing


# Event, status it may wrongly start from, run of the probe world, profile. A run that has ended does not go on [doc].
for event, status, run_name, profile in (
    ("pause", "FOUND", "found", "strict"),
    ("pause", "REFUSED", "rejected", "documented"),
    ("pause", "WAITING_FOR_USER", "asked", "strict"),
    ("pause", "SUCCEEDED", "succeeded", "documented"),
    ("pause", "STOPPED_EARLY", "stopped", "documented"),
    ("resume", "FOUND", "found", "strict"),
    ("resume", "WAITING_FOR_USER", "asked", "strict"),
    ("resume", "COMPLETED", "completed", "documented"),
    ("resume", "FAILED", "failed", "documented"),
    ("resume", "STOPPED_EARLY", "stopped", "documented"),
    ("stop", "REFUSED", "rejected", "strict"),
    ("stop", "SUCCEEDED", "succeeded", "strict"),
    ("stop", "FAILED", "failed", "strict"),
):
    planted.add(
        f"{event}_of_{status.lower()}",
        f"A run that is {status} can be ended." if event == "stop" else f"The event {event} starts from {status}, too.",
        *(profile, f"lifecycle.{event}", request(event, run_name), allowing(event, status)),
    )


def rejecting(event: str, status: str) -> Altering:
    class Refusing(ReferenceServer):
        def require(self, call: Call, wanted: str) -> None:
            if (wanted, call.run.status) == (event, status):
                raise ApiError(422, f"A sequence that is {status} cannot {event}.")
            super().require(call, wanted)

    return Refusing


for event, status, run_name, profile in (
    ("pause", "ACTIVE", "active", "documented"),
    ("resume", "WAITING_FOR_LEAD", "paused", "documented"),
    ("stop", "ACTIVE", "active", "documented"),
    ("stop", "WAITING_FOR_USER", "asked", "strict"),
):
    planted.add(
        f"{event}_of_{status.lower()}_rejected",
        f"A run that is {status} cannot {event}.",
        *(profile, f"lifecycle.{event}", request(event, run_name), rejecting(event, status)),
    )


def leading_to(wanted: str, status: str) -> Altering:
    class Leading(ReferenceServer):
        def change(self, run: Run, at: int, event: str, **fields: Any) -> None:
            super().change(run, at, event, **fields)
            if event == wanted:
                run.status = status

    return Leading


for event, status, run_name in (
    ("pause", "WAITING_FOR_USER", "active"),
    ("pause", "ACTIVE", "active"),
    ("resume", "WAITING_FOR_USER", "paused"),
    ("resume", "FOUND", "paused"),
    ("stop", "COMPLETED", "active"),
    ("stop", "FAILED", "active"),
):
    planted.add(
        f"{event}_leads_to_{status.lower()}",
        f"After {event} a run is {status}.",
        *("documented", f"lifecycle.{event}", request(event, run_name), leading_to(event, status)),
    )


class NoOperation(ReferenceServer):
    """Responds with 200 and does nothing, where it should reject."""

    idle_event = ""

    def reject_event(self, call: Call, event: str) -> None:
        if event != self.idle_event:
            super().reject_event(call, event)

    def require(self, call: Call, event: str) -> None:
        super().require(call, event)
        call.body["idle"] = call.run.status not in self.allowed[event]

    def pause(self, call: Call) -> Response:
        self.require(call, "pause")
        return self.changed(call) if call.body["idle"] else super().pause(call)

    def resume(self, call: Call) -> Response:
        self.require(call, "resume")
        return self.changed(call) if call.body["idle"] else super().resume(call)

    def stop(self, call: Call) -> Response:
        self.require(call, "stop")
        return self.changed(call) if call.body["idle"] else super().stop(call)


@planted.strict("lifecycle.resume", "POST {active}/resume && POST {stopped}/resume")
class ResumeOfOthersDoesNothing(NoOperation):
    """Resume of a run that is not paused is 200 and changes nothing."""

    idle_event = "resume"


@planted.strict("lifecycle.stop", request("stop", "stopped") + " && " + request("stop", "failed"))
class StopOfEndedDoesNothing(NoOperation):
    """Stop of a run that has ended is 200 and changes nothing."""

    idle_event = "stop"


@planted.strict("lifecycle.pause", request("pause", "asked") + " && " + request("pause", "failed"))
class PauseOfOthersDoesNothing(NoOperation):
    """Pause from any other status is 200 and changes nothing."""

    idle_event = "pause"


def changing_despite(event: str, status: str, *, moves: bool) -> Altering:
    """Rejects a transition as it should, and leaves a trace."""

    class Trace(ReferenceServer):
        def reject_event(self, call: Call, wanted: str) -> None:
            if wanted == event:
                call.run.status = status or call.run.status
                call.run.updated_at = call.now if moves else call.run.updated_at
            super().reject_event(call, wanted)

    return Trace


for name, summary, event, status, moves, run_name in (
    ("rejected_pause_pauses", "A rejected pause pauses the run.", "pause", "WAITING_FOR_LEAD", False, "asked"),
    ("rejected_resume_resumes", "A rejected resume makes the run ACTIVE.", "resume", "ACTIVE", False, "asked"),
    ("rejected_stop_stops", "A rejected stop ends the run.", "stop", "STOPPED_EARLY", False, "failed"),
    ("rejected_pause_moves_updated_at", "A rejected pause moves `updated_at`.", "pause", "", True, "asked"),
    ("rejected_resume_moves_updated_at", "A rejected resume moves `updated_at`.", "resume", "", True, "active"),
    ("rejected_stop_moves_updated_at", "A rejected stop moves `updated_at`.", "stop", "", True, "failed"),
):
    probe = f"{request(event, run_name)} && GET {{{run_name}}}"
    trace = changing_despite(event, status, moves=moves)
    planted.add(name, summary, "documented", "lifecycle", probe, trace)
