"""Bodies that are malformed and let through, or well-formed and rejected."""

from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Request

planted = Catalog("robustness")


@planted.strict("body.*.media_type update.body.charset", '<Content-Type: text/plain> PATCH {active} {"variables": {}}')
class AnyMediaTypeAccepted(ReferenceServer):
    """JSON is read whatever it is declared as."""

    def check_media_type(self, request: Request) -> None:
        return None


@planted.strict(
    "body.*.media_type update.body.charset",
    '<Content-Type: application/json; charset=latin-1> PATCH {active} {"variables": {}}',
)
class AnyCharsetAccepted(ReferenceServer):
    """JSON may be declared in any charset."""

    def check_media_type(self, request: Request) -> None:
        kind = request.headers.get("content-type", "")
        if not kind.lower().startswith("application/json;"):
            super().check_media_type(request)


@planted.strict(
    "body.*.media_type update.body.charset",
    '<Content-Type: application/json; charset=utf-8> PATCH {active} {"variables": {}}',
)
class CharsetRejected(ReferenceServer):
    """JSON with a charset of utf-8 is 415."""

    def check_media_type(self, request: Request) -> None:
        if ";" in request.headers.get("content-type", ""):
            raise ApiError(415, "Send application/json without parameters.")
        super().check_media_type(request)


@planted.strict("body.*.media_type update.body.charset", "<Content-Type: text/plain> PATCH {active} {}")
class OtherMediaTypeIs400(ReferenceServer):
    """Another media type is 400."""

    def check_media_type(self, request: Request) -> None:
        try:
            super().check_media_type(request)
        except ApiError as error:
            raise ApiError(400, error.message) from None


@planted.strict(
    "body.*.json body.*.byte_order_mark body.*.unknown_field update.rejects.unknown_fields",
    'PATCH {active} {"variables": {"a": "b"}, "variables": {"a": "c"}}',
)
class RepeatedKeyLastWins(ReferenceServer):
    """Of a key that is given twice the last one counts."""

    def repeated_key(self, pairs: list[tuple[str, Any]]) -> None:
        return None


@planted.strict(
    "body.*.json body.*.byte_order_mark body.*.unknown_field update.rejects.unknown_fields",
    'PATCH {active} {"variable": {}} && POST {active}/pause {"until": 1}',
)
class NearestFieldNotNamed(ReferenceServer):
    """An unknown field is rejected without naming the nearest one."""

    def unknown_field(self, name: str, known: tuple[str, ...]) -> None:
        raise ApiError(400, "There is an unknown field.")


@planted.strict(
    "body.*.json body.*.byte_order_mark body.*.unknown_field update.rejects.unknown_fields",
    'POST {active}/stop {"reason": "WIN", "scope": "CONTACT", "note": "x"}',
)
class UnknownFieldOfStopIgnored(ReferenceServer):
    """Stop, unlike the others, ignores unknown fields."""

    def unknown_field(self, name: str, known: tuple[str, ...]) -> None:
        if "scope" not in known:
            super().unknown_field(name, known)


@planted.strict("update.body.largest body.*.too_large", "PATCH {active} @huge")
class LargeBodyIs400(ReferenceServer):
    """A body over 1 MiB is 400."""

    def step_size(self, call: Call) -> None:
        try:
            super().step_size(call)
        except ApiError as error:
            raise ApiError(400, error.message) from None


@planted.strict("update.body.largest body.*.too_large", "PATCH {active} @long")
class SmallLimit(ReferenceServer):
    """A body over 64 KiB is 413."""

    largest_body = 65_536


@planted.strict("http.*.body_on_get", "GET {active} {}")
class BodyOnGetRejected(ReferenceServer):
    """A body on GET is 400."""

    def step_form(self, call: Call) -> None:
        if call.operation in ("get", "list") and call.request.body:
            raise ApiError(400, "GET takes no body.")
        super().step_form(call)


@planted.strict("body.*.byte_order_mark", "PATCH {active} @marked")
class ByteOrderMarkRead(ReferenceServer):
    """A byte order mark is skipped."""

    def read_json(self, body: bytes) -> Any:
        return super().read_json(body.removeprefix(b"\xef\xbb\xbf"))


@planted.strict("body.*.byte_order_mark", "PATCH {active} @marked")
class ByteOrderMarkNotNamed(ReferenceServer):
    """A byte order mark is 400 without being named."""

    def check_byte_order_mark(self, text: str) -> None:
        return None


@planted.strict("body.*.encoding", "<Content-Encoding: gzip> PATCH {active} {}")
class ContentEncodingIgnored(ReferenceServer):
    """Content-Encoding is ignored."""

    def check_encoding(self, request: Request) -> None:
        return None


@planted.strict("body.*.empty", "<Content-Type: text/plain> PATCH {active} @empty")
class EmptyBodyIs415(ReferenceServer):
    """An empty body that is not declared as JSON is 415."""

    def check_media_type(self, request: Request) -> None:
        if not request.body and request.method == "PATCH" and request.headers.get("content-type") != "application/json":
            raise ApiError(415, "Send application/json.")
        super().check_media_type(request)
