"""Writes that answer something else than the changed run."""

from typing import Any

from ..alterations import Catalogue
from ..control import Specimen
from ..messages import Answer, Call

planted = Catalogue("shape")
Body = dict[str, Any]


@planted.documented("update.merge shape", 'PATCH {active} {"variables": {"a": "b"}}')
class UpdateAnswersNothing(Specimen):
    """Update answers 204."""

    def update(self, call: Call) -> Answer:
        super().update(call)
        return Answer(204)


@planted.documented("update.merge shape", 'PATCH {active} {"variables": {"a": "b"}}')
class UpdateAnswersOldRun(Specimen):
    """Update answers the run as it was before."""

    def update(self, call: Call) -> Answer:
        before = self.changed(call)
        super().update(call)
        return before


@planted.documented("lifecycle.pause shape", 'POST {active}/pause {"paused_until": "2100-01-01T00:00:00Z"}')
class PauseAnswersCreated(Specimen):
    """Pause answers 201."""

    def pause(self, call: Call) -> Answer:
        return Answer(201, super().pause(call).body)


@planted.documented("lifecycle.pause shape", 'POST {active}/pause {"paused_until": "2100-01-01T00:00:00Z"}')
class PauseAnswersOldRun(Specimen):
    """Pause answers the run as it was before."""

    def pause(self, call: Call) -> Answer:
        before = self.changed(call)
        super().pause(call)
        return before


@planted.documented("lifecycle.resume shape", "POST {paused}/resume")
class ResumeAnswersAList(Specimen):
    """Resume answers a list that holds the run."""

    def resume(self, call: Call) -> Answer:
        return Answer(200, [super().resume(call).body])


@planted.documented(
    "lifecycle.stop stop.company.stops_active_siblings shape", 'POST {tied}/stop {"reason": "WIN", "scope": "CONTACT"}'
)
class StopAnswersOk(Specimen):
    """Stop answers {"ok": true}."""

    def stop(self, call: Call) -> Answer:
        super().stop(call)
        return Answer(200, {"ok": True})


@planted.documented(
    "lifecycle.stop stop.company.stops_active_siblings shape", 'POST {tied}/stop {"reason": "WIN", "scope": "CONTACT"}'
)
class StopAnswersAccepted(Specimen):
    """Stop answers 202."""

    def stop(self, call: Call) -> Answer:
        return Answer(202, super().stop(call).body)


@planted.documented(
    "lifecycle.stop stop.company.stops_active_siblings shape",
    'POST {active}/stop {"reason": "WIN", "scope": "COMPANY"}',
)
class StopAnswersASibling(Specimen):
    """A COMPANY stop answers the last run stopped instead of the named one."""

    def stop(self, call: Call) -> Answer:
        self.require(call, "stop")
        last = [call.run, *self.also_stopped(call)][-1]
        super().stop(call)
        return Answer(200, self.run_object(last))
