"""Writes that return something else than the changed run."""

from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call, Response

planted = Catalog("shape")
Body = dict[str, Any]


@planted.documented("update.merge shape.", 'PATCH {active} {"variables": {"a": "b"}}')
class UpdateRespondsNothing(ReferenceServer):
    """Update responses 204."""

    def update(self, call: Call) -> Response:
        super().update(call)
        return Response(204)


@planted.documented("update.merge shape.", 'PATCH {active} {"variables": {"a": "b"}}')
class UpdateRespondsOldRun(ReferenceServer):
    """Update responses the run as it was before."""

    def update(self, call: Call) -> Response:
        before = self.changed(call)
        super().update(call)
        return before


@planted.documented("lifecycle.pause shape.", 'POST {active}/pause {"paused_until": "2100-01-01T00:00:00Z"}')
class PauseRespondsCreated(ReferenceServer):
    """Pause responses 201."""

    def pause(self, call: Call) -> Response:
        return Response(201, super().pause(call).body)


@planted.documented("lifecycle.pause shape.", 'POST {active}/pause {"paused_until": "2100-01-01T00:00:00Z"}')
class PauseRespondsOldRun(ReferenceServer):
    """Pause responses the run as it was before."""

    def pause(self, call: Call) -> Response:
        before = self.changed(call)
        super().pause(call)
        return before


@planted.documented("lifecycle.resume shape.", "POST {paused}/resume")
class ResumeRespondsAList(ReferenceServer):
    """Resume responses a list that holds the run."""

    def resume(self, call: Call) -> Response:
        return Response(200, [super().resume(call).body])


@planted.documented(
    "lifecycle.stop stop.company.stops_active_siblings shape.", 'POST {tied}/stop {"reason": "WIN", "scope": "CONTACT"}'
)
class StopRespondsOk(ReferenceServer):
    """Stop responses {"ok": true}."""

    def stop(self, call: Call) -> Response:
        super().stop(call)
        return Response(200, {"ok": True})


@planted.documented(
    "lifecycle.stop stop.company.stops_active_siblings shape.", 'POST {tied}/stop {"reason": "WIN", "scope": "CONTACT"}'
)
class StopRespondsAccepted(ReferenceServer):
    """Stop responses 202."""

    def stop(self, call: Call) -> Response:
        return Response(202, super().stop(call).body)


@planted.documented(
    "lifecycle.stop stop.company.stops_active_siblings shape.",
    'POST {active}/stop {"reason": "WIN", "scope": "COMPANY"}',
)
class StopRespondsASibling(ReferenceServer):
    """A COMPANY stop responses the last run stopped instead of the named one."""

    def stop(self, call: Call) -> Response:
        self.require(call, "stop")
        last = [call.run, *self.also_stopped(call)][-1]
        super().stop(call)
        return Response(200, self.run_object(last))
