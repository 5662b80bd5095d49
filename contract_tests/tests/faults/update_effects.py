"""Updates that change something else, or nothing at all."""

import contextlib

from ..reference_server.alterations import Catalog
from ..reference_server.bodies import Values
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Response
from ..reference_server.writes import Variables
from .scripts import LOOK, SET

planted = Catalog("update")


@planted.documented("update.persists", f"{SET} && {LOOK}")
class UpdateNotKept(ReferenceServer):
    """The response shows the update, and then it is forgotten."""

    def update(self, call: Call) -> Response:
        before = call.run.variables, call.run.updated_at
        response = super().update(call)
        call.run.variables, call.run.updated_at = before
        return response


@planted.documented("update.moves_updated_at", SET)
class UpdateLeavesUpdatedAt(ReferenceServer):
    """An update does not move `updated_at`."""

    def update(self, call: Call) -> Response:
        call.now = call.run.updated_at
        return super().update(call)


@planted.documented("update.moves_updated_at", 'PATCH {active} {"variables": {"city": null}}')
class RemovalLeavesUpdatedAt(ReferenceServer):
    """A removal does not move `updated_at`."""

    def update(self, call: Call) -> Response:
        if None in call.body["variables"].values():
            call.now = call.run.updated_at
        return super().update(call)


@planted.strict("update.no_change", 'PATCH {active} {"variables": {"city": "Bern"}}')
class UnchangedMovesUpdatedAt(ReferenceServer):
    """An update that changes nothing moves `updated_at`."""

    def is_change(self, old: Variables, new: Variables) -> bool:
        return True


@planted.documented("update.only_this_run", f"{SET} && GET {{twin}}")
class UpdateReachesRunsOfTheContact(ReferenceServer):
    """An update changes every run of the same contact."""

    def update(self, call: Call) -> Response:
        response = super().update(call)
        for other in self.same_tenant(call):
            if other.contact_id == call.run.contact_id is not None and other is not call.run:
                other.variables, other.updated_at = call.run.variables, call.now
        return response


@planted.documented("update.only_this_run", f"{SET} && GET {{colleague}}")
class UpdateTouchesRunsOfTheTemplate(ReferenceServer):
    """An update moves `updated_at` of every run of the template."""

    def update(self, call: Call) -> Response:
        response = super().update(call)
        for other in self.same_tenant(call):
            if self.same_template(call.run, other):
                other.updated_at = call.now
        return response


@planted.documented("update.keeps_status update.merge update.null_removes update.persists", SET)
class UpdateMovesCreatedAt(ReferenceServer):
    """An update moves `created_at`."""

    def update(self, call: Call) -> Response:
        call.run.created_at = call.now
        return super().update(call)


@planted.documented("update.keeps_status update.merge update.null_removes update.persists", SET)
class UpdateMovesStepTime(ReferenceServer):
    """An update moves `last_step_executed_at`."""

    def update(self, call: Call) -> Response:
        call.run.last_step_executed_at = call.now
        return super().update(call)


@planted.documented(
    "update.keeps_status update.merge update.null_removes update.persists", 'PATCH {paused} {"variables": {"a": "b"}}'
)
class UpdateEndsPause(ReferenceServer):
    """An update of a paused run makes it ACTIVE."""

    def update(self, call: Call) -> Response:
        if call.run.status == "WAITING_FOR_LEAD":
            self.disarm(call.run, "update")
            call.run.status = "ACTIVE"
        return super().update(call)


@planted.documented(
    "update.keeps_status update.merge update.null_removes update.persists", 'PATCH {asked} {"variables": {"a": "b"}}'
)
class UpdateRespondsTheTask(ReferenceServer):
    """An update of a run that waits for a user makes it ACTIVE."""

    def update(self, call: Call) -> Response:
        if call.run.status == "WAITING_FOR_USER":
            call.run.status = "ACTIVE"
        return super().update(call)


@planted.strict("update.every_status", 'PATCH {succeeded} {"variables": {"a": "b"}}')
class EndedRunNotUpdated(ReferenceServer):
    """A run that has ended cannot be updated."""

    def update(self, call: Call) -> Response:
        if call.run.status in self.ended:
            raise ApiError(422, "A sequence that has ended cannot be changed.")
        return super().update(call)


@planted.strict("update.every_status", 'PATCH {found} {"variables": {"a": "b"}}')
class FoundRunNotUpdated(ReferenceServer):
    """A run that is not active yet cannot be updated."""

    def update(self, call: Call) -> Response:
        if call.run.status == "FOUND":
            raise ApiError(422, "A sequence that is not active yet cannot be changed.")
        return super().update(call)


@planted.documented("update.rejects", f'PATCH {{active}} {{"variables": {{"a": "x", "b": 1}}}} && {LOOK}')
class RejectedUpdateKeepsTheGoodPart(ReferenceServer):
    """An update with a bad value is rejected, and its good values are set."""

    def error_response(self, call: Call, error: ApiError, request_id: str) -> Response:
        if (call.operation, error.status) == ("update", 400) and hasattr(call, "run_id"):
            # What cannot be read at all has no good part.
            with contextlib.suppress(ApiError):
                self.keep_good_part(call)
        return super().error_response(call, error, request_id)

    def keep_good_part(self, call: Call) -> None:
        run = self.find_run(call)
        body = self.read_json(call.request.body)
        found = body.get("variables") if isinstance(body, dict) else None
        if run is not None and isinstance(found, dict):
            good: Values = {name: value for name, value in found.items() if isinstance(value, str)}
            run.variables = self.merge(run.variables, good)
