"""Values of `paused_until`, and bodies of pause and resume: bad ones let through, good ones rejected."""

from fractions import Fraction
from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Response
from ..reference_server.timestamps import SECOND
from ..reference_server.world import Run
from .scripts import LOOK, pause

planted = Catalog("lifecycle")
HOUR = 3_600 * SECOND


class LenientPause(ReferenceServer):
    """Lets through some bad `paused_until`."""

    def read_until(self, call: Call, value: Any) -> int:
        try:
            return super().read_until(call, value)
        except ApiError:
            if not self.is_let_through(call, value):
                raise
            return call.now + HOUR

    def is_let_through(self, call: Call, value: Any) -> bool:
        raise NotImplementedError


@planted.documented(
    "pause.rejects.past pause.rejects.just_past pause.rejects.now pause.accepts", pause("2020-01-01T00:00:00Z")
)
class PastAccepted(ReferenceServer):
    """A pause until a time in the past is 200."""

    def is_future(self, until: int, now: int) -> bool:
        return True


@planted.strict(
    "pause.rejects.past pause.rejects.just_past pause.rejects.now pause.accepts", pause("2026-03-02T09:00:00Z")
)
class NowAccepted(ReferenceServer):
    """A pause until now is 200."""

    def is_future(self, until: int, now: int) -> bool:
        return until >= now


@planted.documented(
    "pause.rejects.past pause.rejects.just_past pause.rejects.now pause.accepts", pause("2026-03-02T08:30:00Z")
)
class LastHourAccepted(ReferenceServer):
    """A pause until a time of the last hour is 200."""

    def is_future(self, until: int, now: int) -> bool:
        return until > now - HOUR


@planted.documented(
    "pause.rejects.past pause.rejects.just_past pause.rejects.now pause.accepts", pause("2026-03-02T09:00:05Z")
)
class NextMinuteRejected(ReferenceServer):
    """A pause of less than a minute is rejected."""

    def is_future(self, until: int, now: int) -> bool:
        return until > now + 60 * SECOND


@planted.documented(
    "pause.rejects.past pause.rejects.just_past pause.rejects.now pause.accepts", pause("2027-03-02T09:00:00Z")
)
class NextYearRejected(ReferenceServer):
    """A pause of more than ninety days is rejected."""

    def is_future(self, until: int, now: int) -> bool:
        return super().is_future(until, now) and until < now + 90 * 24 * HOUR


@planted.documented(
    "pause.rejects.past pause.rejects.just_past pause.rejects.now pause.accepts", pause("2039-01-01T00:00:00Z")
)
class BreaksFrom2038(ReferenceServer):
    """A pause beyond the year 2038 is 500."""

    def arm(self, run: Run, until: int) -> None:
        (until // SECOND).to_bytes(4, signed=True)
        super().arm(run, until)


@planted.strict("pause.rejects", pause("2030-01-01T00:00:00"))
class PauseWithoutOffsetAccepted(LenientPause):
    """`paused_until` may lack its offset."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return isinstance(value, str) and len(value) == 19


@planted.strict("pause.rejects", pause("2030-01-01"))
class PauseUntilDateAccepted(LenientPause):
    """`paused_until` may be a date."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return isinstance(value, str) and len(value) == 10


@planted.documented("pause.rejects", pause("tomorrow"))
class PauseUntilWordAccepted(LenientPause):
    """`paused_until` may be any text."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return isinstance(value, str) and value.isalpha()


@planted.documented("pause.rejects", 'POST {active}/pause {"paused_until": 1893456000}')
class PauseUntilNumberAccepted(LenientPause):
    """`paused_until` may be a number."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return isinstance(value, int)


@planted.documented("pause.rejects", 'POST {active}/pause {"paused_until": null}')
class PauseUntilNullAccepted(LenientPause):
    """`paused_until` may be null."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return value is None


@planted.documented("pause.rejects.missing", "POST {active}/pause {}")
class PauseWithoutTimeAccepted(ReferenceServer):
    """`paused_until` may be missing."""

    def read_fields(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if call.operation == "pause" and not body:
            return {"paused_until": call.now + HOUR}
        return super().read_fields(call, body)


@planted.documented("pause.rejects", f"{pause('2020-01-01T00:00:00Z')} && {LOOK}")
class PastPausesAllTheSame(ReferenceServer):
    """A pause until the past is rejected, and the run is paused."""

    def error_response(self, call: Call, error: ApiError, request_id: str) -> Response:
        past = error.data.get("problem") == "not in the future"
        run = self.find_run(call) if past else None
        if run is not None and run.status == "ACTIVE":
            run.status, run.updated_at = "WAITING_FOR_LEAD", call.now
        return super().error_response(call, error, request_id)


@planted.documented("resume.body resume.no_body", "POST {paused}/resume")
class ResumeNeedsABody(ReferenceServer):
    """Resume without a body is 400."""

    def read_body(self, call: Call) -> dict[str, Any]:
        if call.operation == "resume" and not call.request.body:
            raise ApiError(400, "A body is required.")
        return super().read_body(call)


@planted.strict("resume.body resume.no_body", "POST {paused}/resume {}")
class ResumeRejectsAnyBody(ReferenceServer):
    """Resume with {} is 400."""

    def read_body(self, call: Call) -> dict[str, Any]:
        if call.operation == "resume" and call.request.body:
            raise ApiError(400, "Resume takes no body.")
        return super().read_body(call)


@planted.strict("resume.body resume.no_body", "POST {paused}/resume []")
class ResumeTakesAList(ReferenceServer):
    """Resume with a list is 200."""

    def read_body(self, call: Call) -> dict[str, Any]:
        return {} if call.request.body.startswith(b"[") and call.operation == "resume" else super().read_body(call)


@planted.strict("pause.accepts.forms", pause("2030-06-30T23:59:60z"))
class PauseRejectsLeapSecond(ReferenceServer):
    """`paused_until` with second 60 is rejected."""

    def read_timestamp(self, field: str, text: str) -> Fraction:
        if field == "paused_until" and text[17:19] == "60":
            raise ValueError("not an RFC 3339 date-time")
        return super().read_timestamp(field, text)
