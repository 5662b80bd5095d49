"""Paths and methods."""

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Response

planted = Catalog("shape")


@planted.strict(
    "http.*.unknown_path http.*.trailing_slash http.*.options shape.json", "GET /sequences/ && GET {active}/"
)
class TrailingSlashServed(ReferenceServer):
    """A trailing slash is as good as none."""

    def route(self, call: Call) -> dict[str, str]:
        path, _, query = call.request.target.partition("?")
        call.request.target = path.rstrip("/") + (f"?{query}" if query else "")
        return super().route(call)


@planted.strict(
    "http.*.unknown_path http.*.trailing_slash http.*.options shape.json", "GET /sequences/ && GET {active}/"
)
class TrailingSlashRedirected(ReferenceServer):
    """A trailing slash gets a response by a redirect."""

    def dispatch(self, call: Call) -> Response:
        if call.request.path.endswith("/"):
            return Response(307, headers={"Location": call.request.path.rstrip("/")})
        return super().dispatch(call)


@planted.strict(
    "http.*.unknown_path http.*.trailing_slash http.*.options shape.json shape.issue.form",
    "GET /sequence && GET {active}/history",
)
class UnknownPathInHtml(ReferenceServer):
    """An unknown path gets a response in HTML."""

    def error_response(self, call: Call, error: ApiError, request_id: str) -> Response:
        if error.status != 404 or call.operation:
            return super().error_response(call, error, request_id)
        return Response(404, b"<html><h1>Not Found</h1></html>", {"Content-Type": "text/html; charset=utf-8"})


@planted.strict("http.*.unknown_path http.*.trailing_slash http.*.options shape.json", "nobody: GET /sequence")
class UnknownPathNeedsKey(ReferenceServer):
    """An unknown path is 401 without a key."""

    def unknown_path(self, call: Call) -> dict[str, str]:
        self.find_key(call)
        return super().unknown_path(call)


@planted.strict("http.*.method", "DELETE {active}")
class WrongMethodIsNotFound(ReferenceServer):
    """A wrong method is 404."""

    def wrong_method(self, call: Call, allow: str) -> None:
        self.unknown_path(call)


@planted.strict("http.*.method", "DELETE {active}")
class WrongMethodWithoutAllow(ReferenceServer):
    """A 405 carries no Allow."""

    def wrong_method(self, call: Call, allow: str) -> None:
        raise ApiError(405, "This method is not available here.")


@planted.strict("http.*.method", "nobody: DELETE {active}")
class WrongMethodNeedsKey(ReferenceServer):
    """A wrong method is 401 without a key."""

    def wrong_method(self, call: Call, allow: str) -> None:
        self.find_key(call)
        super().wrong_method(call, allow)


@planted.strict("http.*.head", "HEAD {active} && HEAD /sequences")
class HeadNotResponded(ReferenceServer):
    """HEAD is 405."""

    def route(self, call: Call) -> dict[str, str]:
        methods = super().route(call)
        if call.request.method == "HEAD":
            self.wrong_method(call, self.allow(methods))
        return methods


@planted.strict("http.*.options", "nobody: OPTIONS {active} && OPTIONS {active}")
class OptionsNeedsKey(ReferenceServer):
    """OPTIONS is 401 without a key."""

    def options(self, call: Call, allow: str) -> Response:
        self.find_key(call)
        return super().options(call, allow)


@planted.strict("http.*.options", "nobody: OPTIONS {active}")
class OptionsWithBody(ReferenceServer):
    """OPTIONS responses 200 and a body."""

    def options(self, call: Call, allow: str) -> Response:
        return Response(200, {"allow": allow}, super().options(call, allow).headers)


@planted.strict("http.*.options", "nobody: OPTIONS {active} && nobody: OPTIONS /sequences")
class AllowOnOptionsSaysEverything(ReferenceServer):
    """OPTIONS allows methods that get a response 405."""

    def options(self, call: Call, allow: str) -> Response:
        return super().options(call, "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")


@planted.strict("http.*.accept", "<Accept: text/html> GET {active}")
class AcceptObeyed(ReferenceServer):
    """A client that accepts no JSON is rejected."""

    def dispatch(self, call: Call) -> Response:
        accepted = call.request.headers.get("accept", "*/*")
        if "*/*" not in accepted and "json" not in accepted:
            raise ApiError(400, "This server responds with JSON only.", field="Accept")
        return super().dispatch(call)
