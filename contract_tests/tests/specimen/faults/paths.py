"""Paths and methods."""

from ..alterations import Catalogue
from ..control import Specimen
from ..messages import Answer, Call, Refusal

planted = Catalogue("shape")


@planted.strict("http.unknown_path http.trailing_slash http.options shape.json", "GET /sequences/ && GET {active}/")
class TrailingSlashServed(Specimen):
    """A trailing slash is as good as none."""

    def route(self, call: Call) -> dict[str, str]:
        path, _, query = call.request.target.partition("?")
        call.request.target = path.rstrip("/") + (f"?{query}" if query else "")
        return super().route(call)


@planted.strict("http.unknown_path http.trailing_slash http.options shape.json", "GET /sequences/ && GET {active}/")
class TrailingSlashRedirected(Specimen):
    """A trailing slash is answered by a redirect."""

    def respond(self, call: Call) -> Answer:
        if call.request.path.endswith("/"):
            return Answer(307, headers={"Location": call.request.path.rstrip("/")})
        return super().respond(call)


@planted.strict(
    "http.unknown_path http.trailing_slash http.options shape.json", "GET /sequence && GET {active}/history"
)
class UnknownPathInHtml(Specimen):
    """An unknown path is answered in HTML."""

    def refused(self, call: Call, refusal: Refusal, request_id: str) -> Answer:
        if refusal.status != 404 or call.operation:
            return super().refused(call, refusal, request_id)
        return Answer(404, b"<html><h1>Not Found</h1></html>", {"Content-Type": "text/html; charset=utf-8"})


@planted.strict("http.unknown_path http.trailing_slash http.options shape.json", "nobody: GET /sequence")
class UnknownPathNeedsKey(Specimen):
    """An unknown path is 401 without a key."""

    def unknown_path(self, call: Call) -> dict[str, str]:
        self.find_key(call)
        return super().unknown_path(call)


@planted.strict("http.method", "DELETE {active}")
class WrongMethodIsNotFound(Specimen):
    """A wrong method is 404."""

    def wrong_method(self, call: Call, allow: str) -> None:
        self.unknown_path(call)


@planted.strict("http.method", "DELETE {active}")
class WrongMethodWithoutAllow(Specimen):
    """A 405 carries no Allow."""

    def wrong_method(self, call: Call, allow: str) -> None:
        raise Refusal(405, "This method is not answered here.")


@planted.strict("http.method", "nobody: DELETE {active}")
class WrongMethodNeedsKey(Specimen):
    """A wrong method is 401 without a key."""

    def wrong_method(self, call: Call, allow: str) -> None:
        self.find_key(call)
        super().wrong_method(call, allow)


@planted.strict("http.head", "HEAD {active} && HEAD /sequences")
class HeadNotAnswered(Specimen):
    """HEAD is 405."""

    def route(self, call: Call) -> dict[str, str]:
        methods = super().route(call)
        if call.request.method == "HEAD":
            self.wrong_method(call, self.allow(methods))
        return methods


@planted.strict("http.options", "nobody: OPTIONS {active} && OPTIONS {active}")
class OptionsNeedsKey(Specimen):
    """OPTIONS is 401 without a key."""

    def options(self, call: Call, allow: str) -> Answer:
        self.find_key(call)
        return super().options(call, allow)


@planted.strict("http.options", "nobody: OPTIONS {active}")
class OptionsWithBody(Specimen):
    """OPTIONS answers 200 and a body."""

    def options(self, call: Call, allow: str) -> Answer:
        return Answer(200, {"allow": allow}, super().options(call, allow).headers)


@planted.strict("http.options", "nobody: OPTIONS {active} && nobody: OPTIONS /sequences")
class AllowOnOptionsSaysEverything(Specimen):
    """OPTIONS allows methods that are answered 405."""

    def options(self, call: Call, allow: str) -> Answer:
        return super().options(call, "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")


@planted.strict("http.accept", "<Accept: text/html> GET {active}")
class AcceptObeyed(Specimen):
    """A client that accepts no JSON is refused."""

    def respond(self, call: Call) -> Answer:
        accepted = call.request.headers.get("accept", "*/*")
        if "*/*" not in accepted and "json" not in accepted:
            raise Refusal(400, "This server answers JSON only.", field="Accept")
        return super().respond(call)
