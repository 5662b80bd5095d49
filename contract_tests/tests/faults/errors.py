"""Errors of the wrong form, and headers."""

from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Response

planted = Catalog("shape")
Body = dict[str, Any]
UNKNOWN = "GET /sequences/00000000-0000-4000-8000-000000000000"
ERRORS = f"{UNKNOWN} && nobody: GET /sequences && ro: POST {{active}}/resume && POST {{active}}/resume"


@planted.documented("shape.issue.status_code", ERRORS)
class StatusCodeAlways400(ReferenceServer):
    """`status_code` says 400, whatever the HTTP status."""

    def issue(self, error: ApiError, request_id: str) -> Body:
        return super().issue(error, request_id) | {"status_code": 400}


@planted.documented("shape.issue.form shape.json", ERRORS)
class StatusCodeAsText(ReferenceServer):
    """`status_code` is text."""

    def issue(self, error: ApiError, request_id: str) -> Body:
        return super().issue(error, request_id) | {"status_code": str(error.status)}


@planted.strict("shape.issue.form shape.json", ERRORS)
class ErrorWithoutRequestId(ReferenceServer):
    """Errors lack `request_id`."""

    def issue(self, error: ApiError, request_id: str) -> Body:
        body = super().issue(error, request_id)
        del body["request_id"]
        return body


@planted.documented("shape.issue.form shape.json", ERRORS)
class ErrorWrapped(ReferenceServer):
    """Errors stand under `error`."""

    def issue(self, error: ApiError, request_id: str) -> Body:
        return {"error": super().issue(error, request_id)}


@planted.documented("shape.issue.form shape.json", ERRORS)
class ErrorAsProblem(ReferenceServer):
    """Errors are problem+json."""

    def error_response(self, call: Call, error: ApiError, request_id: str) -> Response:
        body = {"type": "about:blank", "title": error.type, "status": error.status, "detail": error.message}
        return Response(error.status, body, {**error.headers, "Content-Type": "application/problem+json"})


@planted.strict("shape.issue.form shape.json", "POST {stopped}/resume")
class MessageEmpty(ReferenceServer):
    """A 422 says nothing: `message` is null."""

    def issue(self, error: ApiError, request_id: str) -> Body:
        body = super().issue(error, request_id)
        return body | ({"message": None} if error.status == 422 else {})


@planted.documented("shape.issue.form shape.json", UNKNOWN)
class DataAsText(ReferenceServer):
    """`data` is text."""

    def issue(self, error: ApiError, request_id: str) -> Body:
        return super().issue(error, request_id) | {"data": str(error.data)}


@planted.documented("shape.issue.form shape.json", UNKNOWN)
class UnknownRunInHtml(ReferenceServer):
    """An unknown run gets a response in HTML."""

    def error_response(self, call: Call, error: ApiError, request_id: str) -> Response:
        if error.status != 404 or not call.operation:
            return super().error_response(call, error, request_id)
        return Response(404, b"<html><h1>Not Found</h1></html>", {"Content-Type": "text/html; charset=utf-8"})


class OtherType(ReferenceServer):
    """Gives the errors of one status another type."""

    of_status = 0
    other_type = ""

    def issue(self, error: ApiError, request_id: str) -> Body:
        body = super().issue(error, request_id)
        return body | ({"type": self.other_type} if error.status == self.of_status else {})


@planted.documented("shape.issue.type", UNKNOWN)
class NotFoundOfTypeValidation(OtherType):
    """A 404 is a ValidationIssue."""

    of_status, other_type = 404, "ValidationIssue"


@planted.documented("shape.issue.type", "ro: POST {active}/resume")
class ForbiddenOfOwnType(OtherType):
    """A 403 is a ForbiddenIssue."""

    of_status, other_type = 403, "ForbiddenIssue"


@planted.documented("shape.issue.type", "nobody: GET /sequences")
class UnauthorizedOfTypeBusiness(OtherType):
    """A 401 is a BusinessIssue."""

    of_status, other_type = 401, "BusinessIssue"


@planted.documented("shape.issue.type", "POST {stopped}/resume")
class BusinessOfTypeCommit(OtherType):
    """A 422 is a CommitIssue."""

    of_status, other_type = 422, "CommitIssue"


@planted.strict("shape.issue.type", "POST {stopped}/resume")
class NotAllowedOfTypeValidation(OtherType):
    """A 422 for the state of a run is a ValidationIssue."""

    of_status, other_type = 422, "ValidationIssue"


@planted.documented("shape.issue.type", "GET /sequences?size=0")
class ValidationOfTypeInternal(OtherType):
    """A 400 is an InternalIssue."""

    of_status, other_type = 400, "InternalIssue"


@planted.documented("shape.issue.request_id", ERRORS)
class RequestIdNoUlid(ReferenceServer):
    """`request_id` is hexadecimal."""

    def request_id(self) -> str:
        return f"req_{int.from_bytes(super().request_id().encode()) % 16**32:032x}"


@planted.strict("shape.issue.request_id", f"{UNKNOWN} && {UNKNOWN} && GET {{active}}")
class RequestIdConstant(ReferenceServer):
    """`request_id` and its header are always the same."""

    def request_id(self) -> str:
        return "req_01JQ5Z7Y6E8VJ2T4K9M3N5P7R1"


@planted.strict("shape.header.request_id", UNKNOWN)
class RequestIdHeaderUnlikeBody(ReferenceServer):
    """X-Request-Id is another id than the body's."""

    def headers(self, response: Response, request_id: str) -> dict[str, str]:
        return super().headers(response, self.request_id())


@planted.strict("shape.header.request_id", "GET {active}")
class RequestIdHeaderOnErrorsOnly(ReferenceServer):
    """A good response carries no X-Request-Id."""

    def headers(self, response: Response, request_id: str) -> dict[str, str]:
        found = super().headers(response, request_id)
        return {name: value for name, value in found.items() if response.status >= 400 or name != "X-Request-Id"}


@planted.strict("shape.json", "GET {active}")
class JsonDeclaredAsText(ReferenceServer):
    """Good responses are declared text/plain."""

    def headers(self, response: Response, request_id: str) -> dict[str, str]:
        found = super().headers(response, request_id)
        return found | ({"Content-Type": "text/plain"} if response.status == 200 else {})


@planted.strict("shape.header.authenticate", "<Authorization: Bearer topo_unknown> GET /sequences")
class UnknownKeyWithoutChallenge(ReferenceServer):
    """An unknown key, unlike a missing one, gets a response without WWW-Authenticate."""

    def error_response(self, call: Call, error: ApiError, request_id: str) -> Response:
        if error.status == 401 and "authorization" in call.request.headers:
            error.headers = {}
        return super().error_response(call, error, request_id)


@planted.strict("shape.issue.request_id shape.header.request_id", UNKNOWN)
class RequestIdInUpperCase(ReferenceServer):
    """Request ids are written in upper case."""

    def request_id(self) -> str:
        return "req_" + super().request_id().removeprefix("req_").upper()
