"""Transitions that should be refused and are not, or the reverse, or lead elsewhere."""

from typing import Any, ClassVar

from ..alterations import Altering, Catalogue
from ..control import Specimen
from ..messages import Answer, Call, Refusal
from ..world import Run
from .scripts import request

planted = Catalogue("lifecycle")

ROWS = Specimen.allowed


def allowing(event: str, *statuses: str) -> Altering:
    class Allowing(Specimen):
        allowed: ClassVar[dict[str, tuple[str, ...]]] = {**ROWS, event: (*ROWS[event], *statuses)}

    return Allowing


# Event, status it may wrongly start from, run of the probe world, profile. A run that was stopped is so for good [doc].
for event, status, run_name, profile in (
    ("pause", "FOUND", "found", "strict"),
    ("pause", "REFUSED", "refused", "strict"),
    ("pause", "WAITING_FOR_USER", "asked", "strict"),
    ("pause", "SUCCEEDED", "succeeded", "strict"),
    ("pause", "STOPPED_EARLY", "stopped", "documented"),
    ("resume", "FOUND", "found", "strict"),
    ("resume", "WAITING_FOR_USER", "asked", "strict"),
    ("resume", "COMPLETED", "completed", "strict"),
    ("resume", "FAILED", "failed", "strict"),
    ("resume", "STOPPED_EARLY", "stopped", "documented"),
    ("stop", "REFUSED", "refused", "strict"),
    ("stop", "SUCCEEDED", "succeeded", "strict"),
    ("stop", "FAILED", "failed", "strict"),
):
    planted.add(
        f"{event}_of_{status.lower()}",
        f"A run that is {status} can be ended." if event == "stop" else f"The event {event} starts from {status}, too.",
        *(profile, f"lifecycle.{event}", request(event, run_name), allowing(event, status)),
    )


def refusing(event: str, status: str) -> Altering:
    class Refusing(Specimen):
        def require(self, call: Call, wanted: str) -> None:
            if (wanted, call.run.status) == (event, status):
                raise Refusal(422, f"A sequence that is {status} cannot {event}.")
            super().require(call, wanted)

    return Refusing


for event, status, run_name, profile in (
    ("pause", "ACTIVE", "active", "documented"),
    ("resume", "WAITING_FOR_LEAD", "paused", "documented"),
    ("stop", "ACTIVE", "active", "documented"),
    ("stop", "WAITING_FOR_USER", "asked", "strict"),
):
    planted.add(
        f"{event}_of_{status.lower()}_refused",
        f"A run that is {status} cannot {event}.",
        *(profile, f"lifecycle.{event}", request(event, run_name), refusing(event, status)),
    )


def leading_to(wanted: str, status: str) -> Altering:
    class Leading(Specimen):
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


class NoOperation(Specimen):
    """Answers 200 and does nothing, where it should refuse."""

    idle_event = ""

    def refuse_event(self, call: Call, event: str) -> None:
        if event != self.idle_event:
            super().refuse_event(call, event)

    def require(self, call: Call, event: str) -> None:
        super().require(call, event)
        call.body["idle"] = call.run.status not in self.allowed[event]

    def pause(self, call: Call) -> Answer:
        self.require(call, "pause")
        return self.changed(call) if call.body["idle"] else super().pause(call)

    def resume(self, call: Call) -> Answer:
        self.require(call, "resume")
        return self.changed(call) if call.body["idle"] else super().resume(call)

    def stop(self, call: Call) -> Answer:
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
    """Refuses a transition as it should, and leaves a trace."""

    class Trace(Specimen):
        def refuse_event(self, call: Call, wanted: str) -> None:
            if wanted == event:
                call.run.status = status or call.run.status
                call.run.updated_at = call.now if moves else call.run.updated_at
            super().refuse_event(call, wanted)

    return Trace


for name, summary, event, status, moves, run_name in (
    ("refused_pause_pauses", "A refused pause pauses the run.", "pause", "WAITING_FOR_LEAD", False, "asked"),
    ("refused_resume_resumes", "A refused resume makes the run ACTIVE.", "resume", "ACTIVE", False, "asked"),
    ("refused_stop_stops", "A refused stop ends the run.", "stop", "STOPPED_EARLY", False, "failed"),
    ("refused_pause_moves_updated_at", "A refused pause moves `updated_at`.", "pause", "", True, "asked"),
    ("refused_resume_moves_updated_at", "A refused resume moves `updated_at`.", "resume", "", True, "active"),
    ("refused_stop_moves_updated_at", "A refused stop moves `updated_at`.", "stop", "", True, "failed"),
):
    probe = f"{request(event, run_name)} && GET {{{run_name}}}"
    trace = changing_despite(event, status, moves=moves)
    planted.add(name, summary, "documented", "lifecycle", probe, trace)
