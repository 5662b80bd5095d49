"""Refusals with another status."""

from ..alterations import Grants
from ..control import Specimen
from ..messages import Answer, Call, Refusal

granted = Grants()


class OtherStatus(Specimen):
    """Answers some refusals with another status; the type follows it."""

    def refused(self, call: Call, refusal: Refusal, request_id: str) -> Answer:
        refusal.status = self.restated(call, refusal)
        return super().refused(call, refusal, request_id)

    def restated(self, call: Call, refusal: Refusal) -> int:
        raise NotImplementedError


@granted.freedom("GET /sequences/nonsense")
class MalformedIdIs404(OtherStatus):
    """A malformed run id is 404."""

    def restated(self, call: Call, refusal: Refusal) -> int:
        return 404 if refusal.data.get("field") == "sequence_id" else refusal.status


@granted.freedom("GET /sequences/nonsense")
class MalformedIdIs422(OtherStatus):
    """A malformed run id is 422."""

    def restated(self, call: Call, refusal: Refusal) -> int:
        malformed = refusal.status == 400 and refusal.data.get("field") == "sequence_id"
        return 422 if malformed else refusal.status


@granted.freedom('GET /sequences?size=0 && PATCH {active} {"variables": {"a": 1}}')
class RefuseWith422(OtherStatus):
    """A bad value is 422."""

    def restated(self, call: Call, refusal: Refusal) -> int:
        return 422 if refusal.status == 400 else refusal.status


@granted.freedom("POST {active}/resume")
class RefusalsOfTransitionsAre409(OtherStatus):
    """A transition that is not allowed is 409."""

    def restated(self, call: Call, refusal: Refusal) -> int:
        return 409 if "event" in refusal.data else refusal.status


@granted.freedom("POST {active}/resume")
class RefusalsOfTransitionsAre400(OtherStatus):
    """A transition that is not allowed is 400."""

    def restated(self, call: Call, refusal: Refusal) -> int:
        return 400 if "event" in refusal.data else refusal.status
