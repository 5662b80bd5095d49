"""Updates that change something else, or nothing at all."""

import contextlib

from ..alterations import Catalogue
from ..bodies import Values
from ..control import Specimen
from ..messages import Answer, Call, Refusal
from ..writes import Variables
from .scripts import LOOK, SET

planted = Catalogue("update")


@planted.documented("update.persists", f"{SET} && {LOOK}")
class UpdateNotKept(Specimen):
    """The answer shows the update, and then it is forgotten."""

    def update(self, call: Call) -> Answer:
        before = call.run.variables, call.run.updated_at
        answer = super().update(call)
        call.run.variables, call.run.updated_at = before
        return answer


@planted.documented("update.moves_updated_at", SET)
class UpdateLeavesUpdatedAt(Specimen):
    """An update does not move `updated_at`."""

    def update(self, call: Call) -> Answer:
        call.now = call.run.updated_at
        return super().update(call)


@planted.documented("update.moves_updated_at", 'PATCH {active} {"variables": {"city": null}}')
class RemovalLeavesUpdatedAt(Specimen):
    """A removal does not move `updated_at`."""

    def update(self, call: Call) -> Answer:
        if None in call.body["variables"].values():
            call.now = call.run.updated_at
        return super().update(call)


@planted.strict("update.no_change", 'PATCH {active} {"variables": {"city": "Bern"}}')
class UnchangedMovesUpdatedAt(Specimen):
    """An update that changes nothing moves `updated_at`."""

    def is_change(self, old: Variables, new: Variables) -> bool:
        return True


@planted.documented("update.only_this_run", f"{SET} && GET {{twin}}")
class UpdateReachesRunsOfTheContact(Specimen):
    """An update changes every run of the same contact."""

    def update(self, call: Call) -> Answer:
        answer = super().update(call)
        for other in self.same_tenant(call):
            if other.contact_id == call.run.contact_id is not None and other is not call.run:
                other.variables, other.updated_at = call.run.variables, call.now
        return answer


@planted.documented("update.only_this_run", f"{SET} && GET {{colleague}}")
class UpdateTouchesRunsOfTheTemplate(Specimen):
    """An update moves `updated_at` of every run of the template."""

    def update(self, call: Call) -> Answer:
        answer = super().update(call)
        for other in self.same_tenant(call):
            if self.same_template(call.run, other):
                other.updated_at = call.now
        return answer


@planted.documented("update.keeps_status update.merge update.null_removes update.persists", SET)
class UpdateMovesCreatedAt(Specimen):
    """An update moves `created_at`."""

    def update(self, call: Call) -> Answer:
        call.run.created_at = call.now
        return super().update(call)


@planted.documented("update.keeps_status update.merge update.null_removes update.persists", SET)
class UpdateMovesStepTime(Specimen):
    """An update moves `last_step_executed_at`."""

    def update(self, call: Call) -> Answer:
        call.run.last_step_executed_at = call.now
        return super().update(call)


@planted.documented(
    "update.keeps_status update.merge update.null_removes update.persists", 'PATCH {paused} {"variables": {"a": "b"}}'
)
class UpdateEndsPause(Specimen):
    """An update of a paused run makes it ACTIVE."""

    def update(self, call: Call) -> Answer:
        if call.run.status == "WAITING_FOR_LEAD":
            self.disarm(call.run, "update")
            call.run.status = "ACTIVE"
        return super().update(call)


@planted.documented(
    "update.keeps_status update.merge update.null_removes update.persists", 'PATCH {asked} {"variables": {"a": "b"}}'
)
class UpdateAnswersTheTask(Specimen):
    """An update of a run that waits for a user makes it ACTIVE."""

    def update(self, call: Call) -> Answer:
        if call.run.status == "WAITING_FOR_USER":
            call.run.status = "ACTIVE"
        return super().update(call)


@planted.strict("update.every_status", 'PATCH {succeeded} {"variables": {"a": "b"}}')
class EndedRunNotUpdated(Specimen):
    """A run that has ended cannot be updated."""

    def update(self, call: Call) -> Answer:
        if call.run.status in self.ended:
            raise Refusal(422, "A sequence that has ended cannot be changed.")
        return super().update(call)


@planted.strict("update.every_status", 'PATCH {found} {"variables": {"a": "b"}}')
class FoundRunNotUpdated(Specimen):
    """A run that is not active yet cannot be updated."""

    def update(self, call: Call) -> Answer:
        if call.run.status == "FOUND":
            raise Refusal(422, "A sequence that is not active yet cannot be changed.")
        return super().update(call)


@planted.documented("update.refuses", f'PATCH {{active}} {{"variables": {{"a": "x", "b": 1}}}} && {LOOK}')
class RefusedUpdateKeepsTheGoodPart(Specimen):
    """An update with a bad value is refused, and its good values are set."""

    def refused(self, call: Call, refusal: Refusal, request_id: str) -> Answer:
        if (call.operation, refusal.status) == ("update", 400) and hasattr(call, "run_id"):
            # What cannot be read at all has no good part.
            with contextlib.suppress(Refusal):
                self.keep_good_part(call)
        return super().refused(call, refusal, request_id)

    def keep_good_part(self, call: Call) -> None:
        run = self.find_run(call)
        body = self.read_json(call.request.body)
        found = body.get("variables") if isinstance(body, dict) else None
        if run is not None and isinstance(found, dict):
            good: Values = {name: value for name, value in found.items() if isinstance(value, str)}
            run.variables = self.merge(run.variables, good)
