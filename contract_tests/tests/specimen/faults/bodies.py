"""Bodies that are malformed and let through, or well-formed and refused."""

from typing import Any

from ..alterations import Catalogue
from ..control import Specimen
from ..messages import Call, Refusal, Request

planted = Catalogue("robustness")


@planted.strict("*.body.media_type update.body.charset", '<Content-Type: text/plain> PATCH {active} {"variables": {}}')
class AnyMediaTypeAccepted(Specimen):
    """JSON is read whatever it is declared as."""

    def check_media_type(self, request: Request, *, required: bool) -> None:
        return None


@planted.strict(
    "*.body.media_type update.body.charset",
    '<Content-Type: application/json; charset=latin-1> PATCH {active} {"variables": {}}',
)
class AnyCharsetAccepted(Specimen):
    """JSON may be declared in any charset."""

    def check_media_type(self, request: Request, *, required: bool) -> None:
        kind = request.headers.get("content-type", "")
        if not kind.lower().startswith("application/json;"):
            super().check_media_type(request, required=required)


@planted.strict(
    "*.body.media_type update.body.charset",
    '<Content-Type: application/json; charset=utf-8> PATCH {active} {"variables": {}}',
)
class CharsetRefused(Specimen):
    """JSON with a charset of utf-8 is 415."""

    def check_media_type(self, request: Request, *, required: bool) -> None:
        if ";" in request.headers.get("content-type", ""):
            raise Refusal(415, "Send application/json without parameters.")
        super().check_media_type(request, required=required)


@planted.strict("*.body.media_type update.body.charset", "<Content-Type: text/plain> PATCH {active} {}")
class OtherMediaTypeIs400(Specimen):
    """Another media type is 400."""

    def check_media_type(self, request: Request, *, required: bool) -> None:
        try:
            super().check_media_type(request, required=required)
        except Refusal as refusal:
            raise Refusal(400, refusal.message) from None


@planted.strict("*.body.json *.unknown_field", 'PATCH {active} {"variables": {"a": "b"}, "variables": {"a": "c"}}')
class RepeatedKeyLastWins(Specimen):
    """Of a key that stands twice the last one counts."""

    def repeated_key(self, pairs: list[tuple[str, Any]]) -> None:
        return None


@planted.strict("*.body.json *.unknown_field", 'PATCH {active} {"variable": {}} && POST {active}/pause {"until": 1}')
class NearestFieldNotNamed(Specimen):
    """An unknown field is refused without naming the nearest one."""

    def unknown_field(self, name: str, known: tuple[str, ...]) -> None:
        raise Refusal(400, "There is an unknown field.")


@planted.strict("*.body.json *.unknown_field", 'POST {active}/stop {"reason": "WIN", "scope": "CONTACT", "note": "x"}')
class UnknownFieldOfStopIgnored(Specimen):
    """Stop, unlike the others, ignores unknown fields."""

    def unknown_field(self, name: str, known: tuple[str, ...]) -> None:
        if "scope" not in known:
            super().unknown_field(name, known)


@planted.strict("update.body.largest *.body.too_large", "PATCH {active} @huge")
class LargeBodyIs400(Specimen):
    """A body over 1 MiB is 400."""

    def step_size(self, call: Call) -> None:
        try:
            super().step_size(call)
        except Refusal as refusal:
            raise Refusal(400, refusal.message) from None


@planted.strict("update.body.largest *.body.too_large", "PATCH {active} @long")
class SmallLimit(Specimen):
    """A body over 64 KiB is 413."""

    largest_body = 65_536


@planted.strict("http.body_on_get", "GET {active} {}")
class BodyOnGetRefused(Specimen):
    """A body on GET is 400."""

    def step_form(self, call: Call) -> None:
        if call.operation in ("get", "list") and call.request.body:
            raise Refusal(400, "GET takes no body.")
        super().step_form(call)
