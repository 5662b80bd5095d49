"""Faults that show only after several steps."""

from collections.abc import Iterable
from copy import deepcopy

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Response
from ..reference_server.world import Run
from .caches import Remembering
from .scripts import COMPANY, LOOK, OTHER, REMOVE, RESUME, SET, STOP, UNTIL_NOON, UNTIL_TEN

planted = Catalog("journeys")


@planted.documented("journeys update.keeps_status stop.for_good", f"{STOP} && GET /sequences?size=100")
class StoppedRunsLeaveTheList(Remembering):
    """A run that was stopped through the API is listed no more."""

    def end(self, call: Call, run: Run) -> None:
        super().end(call, run)
        self.memory[id(run)] = True

    def visible(self, call: Call) -> Iterable[Run]:
        return (run for run in super().visible(call) if id(run) not in self.memory)


@planted.documented("journeys update.keeps_status stop.for_good", f"{STOP} && {LOOK}")
class StoppedRunsAreNotFound(Remembering):
    """A run that was stopped through the API is 404."""

    def end(self, call: Call, run: Run) -> None:
        super().end(call, run)
        self.memory[id(run)] = True

    def get_run(self, call: Call) -> Response:
        return super().get_run(call) if id(call.run) not in self.memory else Response(200, self.no_run(call))


@planted.documented("journeys update.keeps_status stop.for_good", f"{STOP} && {SET} && {LOOK}")
class UpdateRevivesStopped(ReferenceServer):
    """An update of a stopped run makes it ACTIVE again."""

    def update(self, call: Call) -> Response:
        if call.run.status == "STOPPED_EARLY":
            self.change(call.run, call.now, "update", status="ACTIVE")
        return super().update(call)


@planted.documented(
    "journeys pause.update_while_paused update.persists", f"{UNTIL_TEN} && {SET} && wait PT1H && {LOOK}"
)
class UpdateDropsTimer(ReferenceServer):
    """A paused run that is updated never wakes."""

    def update(self, call: Call) -> Response:
        self.disarm(call.run, "update")
        return super().update(call)


@planted.documented(
    "journeys pause.update_while_paused update.persists", f"{SET} && {UNTIL_TEN} && {OTHER} && {RESUME} && {LOOK}"
)
class ResumeRestoresVariables(Remembering):
    """A resume brings back the variables from before the pause."""

    def pause(self, call: Call) -> Response:
        self.memory[id(call.run)] = deepcopy(call.run.variables)
        return super().pause(call)

    def resume(self, call: Call) -> Response:
        self.require(call, "resume")
        call.run.variables = self.memory.get(id(call.run), call.run.variables)
        return super().resume(call)


@planted.documented("journeys stop.keeps_variables", f"{SET} && {STOP} && {LOOK}")
class StopForgetsUpdates(Remembering):
    """A stop brings back the variables from before the first update."""

    def update(self, call: Call) -> Response:
        self.memory.setdefault(id(call.run), deepcopy(call.run.variables))
        return super().update(call)

    def end(self, call: Call, run: Run) -> None:
        super().end(call, run)
        run.variables = self.memory.get(id(run), run.variables)


@planted.documented("journeys update.merge", f"{SET} && {OTHER} && {LOOK}")
class SecondUpdateForgetsFirst(Remembering):
    """A second update starts from the variables of before the first."""

    def update(self, call: Call) -> Response:
        first = self.memory.setdefault(id(call.run), deepcopy(call.run.variables))
        call.run.variables = deepcopy(first)
        return super().update(call)


@planted.documented("journeys update.persists", f"{REMOVE} && {UNTIL_TEN} && {LOOK}")
class RemovedKeyComesBack(Remembering):
    """A key that was removed comes back with a pause."""

    def update(self, call: Call) -> Response:
        removed = {name for name, value in call.body["variables"].items() if value is None}
        gone = {name: value for name, value in (call.run.variables or {}).items() if name in removed}
        self.memory.setdefault(id(call.run), {}).update(gone)
        return super().update(call)

    def pause(self, call: Call) -> Response:
        self.require(call, "pause")
        call.run.variables = {**self.memory.get(id(call.run), {}), **(call.run.variables or {})} or call.run.variables
        return super().pause(call)


@planted.documented("journeys pause.resumes resume.once", f"{UNTIL_TEN} && {RESUME} && {UNTIL_NOON}")
class PauseOnlyOnce(Remembering):
    """A run that was paused and resumed cannot be paused again."""

    def resume(self, call: Call) -> Response:
        response = super().resume(call)
        self.memory[id(call.run)] = True
        return response

    def pause(self, call: Call) -> Response:
        if id(call.run) in self.memory:
            raise ApiError(422, "A sequence is paused once.")
        return super().pause(call)


@planted.documented("journeys pause.resumes resume.once", f"{UNTIL_TEN} && wait PT1H && {LOOK} && {UNTIL_NOON}")
class PauseAfterWakeRejected(Remembering):
    """A run whose pause ended by itself cannot be paused again."""

    def wake_time(self, run: Run, at: int) -> int:
        self.memory[id(run)] = True
        return super().wake_time(run, at)

    def pause(self, call: Call) -> Response:
        if id(call.run) in self.memory:
            raise ApiError(422, "A sequence is paused once.")
        return super().pause(call)


@planted.strict("journeys pause.resumes resume.once", f"{UNTIL_TEN} && {UNTIL_NOON} && {RESUME}")
class ResumeRejectedAfterSecondPause(Remembering):
    """A run that was paused twice needs to be resumed twice."""

    def pause(self, call: Call) -> Response:
        response = super().pause(call)
        self.memory[id(call.run)] = self.memory.get(id(call.run), 0) + 1
        return response

    def resume(self, call: Call) -> Response:
        self.require(call, "resume")
        depth = self.memory.pop(id(call.run), 1)
        if depth > 1:
            self.memory[id(call.run)] = depth - 1
            raise ApiError(422, "A sequence that was paused twice is paused still.")
        return super().resume(call)


@planted.documented("journeys resume.after_wake", f"{UNTIL_TEN} && wait PT1H && {LOOK} && {RESUME}")
class ResumeAfterWakeBreaks(ReferenceServer):
    """Resume of a run whose pause ended by itself is 500."""

    def reject_event(self, call: Call, event: str) -> None:
        if event == "resume" and call.run.status == "ACTIVE" and self.was_paused(call.run):
            raise LookupError("no timer")
        super().reject_event(call, event)

    def was_paused(self, run: Run) -> bool:
        return bool(getattr(run, "paused_before", False))

    def pause(self, call: Call) -> Response:
        response = super().pause(call)
        vars(call.run)["paused_before"] = True
        return response


@planted.documented("journeys lifecycle.resume", f"{UNTIL_TEN} && wait PT30M && {RESUME}")
class ResumeTurnsUpdatedAtBack(Remembering):
    """A resume sets `updated_at` to what it was before the pause."""

    def pause(self, call: Call) -> Response:
        self.memory[id(call.run)] = call.run.updated_at
        return super().pause(call)

    def resume(self, call: Call) -> Response:
        call.now = self.memory.get(id(call.run), call.now)
        return super().resume(call)


@planted.documented("journeys stop.company", f"{UNTIL_TEN} && {RESUME} && {COMPANY} && GET {{colleague}}")
class CompanyStopForgetsPausedBefore(Remembering):
    """A COMPANY stop of a run that was once paused leaves out the siblings."""

    def pause(self, call: Call) -> Response:
        self.memory[id(call.run)] = True
        return super().pause(call)

    def also_stopped(self, call: Call) -> Iterable[Run]:
        return [] if id(call.run) in self.memory else super().also_stopped(call)
