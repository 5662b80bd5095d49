"""Errors with another status."""

from ..reference_server.alterations import Readings
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Request, Response

allowed = Readings()


class OtherStatus(ReferenceServer):
    """Responds with some errors with another status; the type follows it."""

    def error_response(self, call: Call, error: ApiError, request_id: str) -> Response:
        error.status = self.restated(call, error)
        return super().error_response(call, error, request_id)

    def restated(self, call: Call, error: ApiError) -> int:
        raise NotImplementedError


@allowed.reading("GET /sequences/nonsense")
class MalformedIdIs404(OtherStatus):
    """A malformed run id is 404."""

    def restated(self, call: Call, error: ApiError) -> int:
        return 404 if error.data.get("field") == "sequence_id" else error.status


@allowed.reading("GET /sequences/nonsense")
class MalformedIdIs422(OtherStatus):
    """A malformed run id is 422."""

    def restated(self, call: Call, error: ApiError) -> int:
        malformed = error.status == 400 and error.data.get("field") == "sequence_id"
        return 422 if malformed else error.status


@allowed.reading('GET /sequences?size=0 && PATCH {active} {"variables": {"a": 1}}')
class RejectWith422(OtherStatus):
    """A bad value is 422."""

    def restated(self, call: Call, error: ApiError) -> int:
        return 422 if error.status == 400 else error.status


@allowed.reading("POST {active}/resume")
class ErrorsOfTransitionsAre409(OtherStatus):
    """A transition that is not allowed is 409."""

    def restated(self, call: Call, error: ApiError) -> int:
        return 409 if "event" in error.data else error.status


@allowed.reading("POST {active}/resume")
class ErrorsOfTransitionsAre400(OtherStatus):
    """A transition that is not allowed is 400."""

    def restated(self, call: Call, error: ApiError) -> int:
        return 400 if "event" in error.data else error.status


@allowed.reading(f"GET /sequences?status={'x' * 9000}")
class LongTargetsDoNotReachTheApplication(ReferenceServer):
    """A target that is longer than usual is 431 without a body: the server's library refuses it."""

    def handle(self, request: Request) -> Response:
        return Response(431) if len(request.target) > 8000 else super().handle(request)
