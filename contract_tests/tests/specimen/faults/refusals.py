"""Refusals of the wrong form, and headers."""

from typing import Any

from ..alterations import Catalogue
from ..control import Specimen
from ..messages import Answer, Call, Refusal

planted = Catalogue("shape")
Body = dict[str, Any]
UNKNOWN = "GET /sequences/00000000-0000-4000-8000-000000000000"
REFUSALS = f"{UNKNOWN} && nobody: GET /sequences && ro: POST {{active}}/resume && POST {{active}}/resume"


@planted.documented("shape.issue.status_code", REFUSALS)
class StatusCodeAlways400(Specimen):
    """`status_code` says 400, whatever the HTTP status."""

    def issue(self, refusal: Refusal, request_id: str) -> Body:
        return super().issue(refusal, request_id) | {"status_code": 400}


@planted.documented("shape.issue.form shape.json", REFUSALS)
class StatusCodeAsText(Specimen):
    """`status_code` is text."""

    def issue(self, refusal: Refusal, request_id: str) -> Body:
        return super().issue(refusal, request_id) | {"status_code": str(refusal.status)}


@planted.documented("shape.issue.form shape.json", REFUSALS)
class RefusalWithoutRequestId(Specimen):
    """Refusals lack `request_id`."""

    def issue(self, refusal: Refusal, request_id: str) -> Body:
        body = super().issue(refusal, request_id)
        del body["request_id"]
        return body


@planted.documented("shape.issue.form shape.json", REFUSALS)
class RefusalWrapped(Specimen):
    """Refusals stand under `error`."""

    def issue(self, refusal: Refusal, request_id: str) -> Body:
        return {"error": super().issue(refusal, request_id)}


@planted.documented("shape.issue.form shape.json", REFUSALS)
class RefusalAsProblem(Specimen):
    """Refusals are problem+json."""

    def refused(self, call: Call, refusal: Refusal, request_id: str) -> Answer:
        body = {"type": "about:blank", "title": refusal.type, "status": refusal.status, "detail": refusal.message}
        return Answer(refusal.status, body, {**refusal.headers, "Content-Type": "application/problem+json"})


@planted.documented("shape.issue.form shape.json", "POST {stopped}/resume")
class MessageEmpty(Specimen):
    """A 422 says nothing: `message` is null."""

    def issue(self, refusal: Refusal, request_id: str) -> Body:
        body = super().issue(refusal, request_id)
        return body | ({"message": None} if refusal.status == 422 else {})


@planted.documented("shape.issue.form shape.json", UNKNOWN)
class DataAsText(Specimen):
    """`data` is text."""

    def issue(self, refusal: Refusal, request_id: str) -> Body:
        return super().issue(refusal, request_id) | {"data": str(refusal.data)}


@planted.documented("shape.issue.form shape.json", UNKNOWN)
class UnknownRunInHtml(Specimen):
    """An unknown run is answered in HTML."""

    def refused(self, call: Call, refusal: Refusal, request_id: str) -> Answer:
        if refusal.status != 404 or not call.operation:
            return super().refused(call, refusal, request_id)
        return Answer(404, b"<html><h1>Not Found</h1></html>", {"Content-Type": "text/html; charset=utf-8"})


class OtherType(Specimen):
    """Gives the refusals of one status another type."""

    of_status = 0
    other_type = ""

    def issue(self, refusal: Refusal, request_id: str) -> Body:
        body = super().issue(refusal, request_id)
        return body | ({"type": self.other_type} if refusal.status == self.of_status else {})


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


@planted.documented("shape.issue.type", "GET /sequences?size=0")
class ValidationOfTypeInternal(OtherType):
    """A 400 is an InternalIssue."""

    of_status, other_type = 400, "InternalIssue"


@planted.documented("shape.issue.request_id", REFUSALS)
class RequestIdNoUlid(Specimen):
    """`request_id` is hexadecimal in lower case."""

    def request_id(self) -> str:
        return f"req_{int.from_bytes(super().request_id().encode()) % 16**32:032x}"


@planted.strict("shape.issue.request_id.unique", f"{UNKNOWN} && {UNKNOWN} && GET {{active}}")
class RequestIdConstant(Specimen):
    """`request_id` and its header are always the same."""

    def request_id(self) -> str:
        return "req_01JQ5Z7Y6E8VJ2T4K9M3N5P7R1"


@planted.strict("shape.header.request_id", UNKNOWN)
class RequestIdHeaderUnlikeBody(Specimen):
    """X-Request-Id is another id than the body's."""

    def headers(self, answer: Answer, request_id: str) -> dict[str, str]:
        return super().headers(answer, self.request_id())


@planted.strict("shape.header.request_id", "GET {active}")
class RequestIdHeaderOnRefusalsOnly(Specimen):
    """A good answer carries no X-Request-Id."""

    def headers(self, answer: Answer, request_id: str) -> dict[str, str]:
        found = super().headers(answer, request_id)
        return {name: value for name, value in found.items() if answer.status >= 400 or name != "X-Request-Id"}


@planted.strict("shape.json", "GET {active}")
class JsonDeclaredAsText(Specimen):
    """Good answers are declared text/plain."""

    def headers(self, answer: Answer, request_id: str) -> dict[str, str]:
        found = super().headers(answer, request_id)
        return found | ({"Content-Type": "text/plain"} if answer.status == 200 else {})


@planted.strict("shape.header.authenticate", "<Authorization: Bearer topo_unknown> GET /sequences")
class UnknownKeyWithoutChallenge(Specimen):
    """An unknown key, unlike a missing one, is answered without WWW-Authenticate."""

    def refused(self, call: Call, refusal: Refusal, request_id: str) -> Answer:
        if refusal.status == 401 and "authorization" in call.request.headers:
            refusal.headers = {}
        return super().refused(call, refusal, request_id)
