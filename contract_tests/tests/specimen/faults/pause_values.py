"""Values of `paused_until`, and bodies of pause and resume: bad ones let through, good ones refused."""

from fractions import Fraction
from typing import Any

from ..alterations import Catalogue
from ..control import Specimen
from ..instants import SECOND
from ..messages import Answer, Call, Refusal
from ..world import Run
from .scripts import LOOK, pause

planted = Catalogue("lifecycle")
HOUR = 3_600 * SECOND


class LenientPause(Specimen):
    """Lets through some bad `paused_until`."""

    def read_until(self, call: Call, value: Any) -> int:
        try:
            return super().read_until(call, value)
        except Refusal:
            if not self.is_let_through(call, value):
                raise
            return call.now + HOUR

    def is_let_through(self, call: Call, value: Any) -> bool:
        raise NotImplementedError


@planted.documented(
    "pause.refuses.past pause.refuses.just_past pause.refuses.now pause.accepts", pause("2020-01-01T00:00:00Z")
)
class PastAccepted(Specimen):
    """A pause until an instant in the past is 200."""

    def is_future(self, until: int, now: int) -> bool:
        return True


@planted.strict(
    "pause.refuses.past pause.refuses.just_past pause.refuses.now pause.accepts", pause("2026-03-02T09:00:00Z")
)
class NowAccepted(Specimen):
    """A pause until now is 200."""

    def is_future(self, until: int, now: int) -> bool:
        return until >= now


@planted.documented(
    "pause.refuses.past pause.refuses.just_past pause.refuses.now pause.accepts", pause("2026-03-02T08:30:00Z")
)
class LastHourAccepted(Specimen):
    """A pause until an instant of the last hour is 200."""

    def is_future(self, until: int, now: int) -> bool:
        return until > now - HOUR


@planted.documented(
    "pause.refuses.past pause.refuses.just_past pause.refuses.now pause.accepts", pause("2026-03-02T09:00:05Z")
)
class NextMinuteRefused(Specimen):
    """A pause of less than a minute is refused."""

    def is_future(self, until: int, now: int) -> bool:
        return until > now + 60 * SECOND


@planted.documented(
    "pause.refuses.past pause.refuses.just_past pause.refuses.now pause.accepts", pause("2027-03-02T09:00:00Z")
)
class NextYearRefused(Specimen):
    """A pause of more than ninety days is refused."""

    def is_future(self, until: int, now: int) -> bool:
        return super().is_future(until, now) and until < now + 90 * 24 * HOUR


@planted.documented(
    "pause.refuses.past pause.refuses.just_past pause.refuses.now pause.accepts", pause("2039-01-01T00:00:00Z")
)
class BreaksFrom2038(Specimen):
    """A pause beyond the year 2038 is 500."""

    def arm(self, run: Run, until: int) -> None:
        (until // SECOND).to_bytes(4, signed=True)
        super().arm(run, until)


@planted.strict("pause.refuses", pause("2030-01-01T00:00:00"))
class PauseWithoutOffsetAccepted(LenientPause):
    """`paused_until` may lack its offset."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return isinstance(value, str) and len(value) == 19


@planted.strict("pause.refuses", pause("2030-01-01"))
class PauseUntilDateAccepted(LenientPause):
    """`paused_until` may be a date."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return isinstance(value, str) and len(value) == 10


@planted.documented("pause.refuses", pause("tomorrow"))
class PauseUntilWordAccepted(LenientPause):
    """`paused_until` may be any text."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return isinstance(value, str) and value.isalpha()


@planted.documented("pause.refuses", 'POST {active}/pause {"paused_until": 1893456000}')
class PauseUntilNumberAccepted(LenientPause):
    """`paused_until` may be a number."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return isinstance(value, int)


@planted.documented("pause.refuses", 'POST {active}/pause {"paused_until": null}')
class PauseUntilNullAccepted(LenientPause):
    """`paused_until` may be null."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return value is None


@planted.documented("pause.refuses.missing", "POST {active}/pause {}")
class PauseWithoutInstantAccepted(Specimen):
    """`paused_until` may be missing."""

    def read_fields(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if call.operation == "pause" and not body:
            return {"paused_until": call.now + HOUR}
        return super().read_fields(call, body)


@planted.documented("pause.refuses", f"{pause('2020-01-01T00:00:00Z')} && {LOOK}")
class PastPausesAllTheSame(Specimen):
    """A pause until the past is refused, and the run is paused."""

    def refused(self, call: Call, refusal: Refusal, request_id: str) -> Answer:
        past = refusal.data.get("problem") == "not in the future"
        run = self.find_run(call) if past else None
        if run is not None and run.status == "ACTIVE":
            run.status, run.updated_at = "WAITING_FOR_LEAD", call.now
        return super().refused(call, refusal, request_id)


@planted.documented("resume.body resume.no_body", "POST {paused}/resume")
class ResumeNeedsABody(Specimen):
    """Resume without a body is 400."""

    def read_body(self, call: Call) -> dict[str, Any]:
        if call.operation == "resume" and not call.request.body:
            raise Refusal(400, "A body is required.")
        return super().read_body(call)


@planted.strict("resume.body resume.no_body", "POST {paused}/resume {}")
class ResumeRefusesAnyBody(Specimen):
    """Resume with {} is 400."""

    def read_body(self, call: Call) -> dict[str, Any]:
        if call.operation == "resume" and call.request.body:
            raise Refusal(400, "Resume takes no body.")
        return super().read_body(call)


@planted.strict("resume.body resume.no_body", "POST {paused}/resume []")
class ResumeTakesAList(Specimen):
    """Resume with a list is 200."""

    def read_body(self, call: Call) -> dict[str, Any]:
        return {} if call.request.body.startswith(b"[") and call.operation == "resume" else super().read_body(call)


@planted.strict("pause.accepts.forms", pause("2030-06-30T23:59:60z"))
class PauseRefusesLeapSecond(Specimen):
    """`paused_until` with second 60 is refused."""

    def read_instant(self, field: str, text: str) -> Fraction:
        if field == "paused_until" and text[17:19] == "60":
            raise ValueError("not an RFC 3339 date-time")
        return super().read_instant(field, text)
