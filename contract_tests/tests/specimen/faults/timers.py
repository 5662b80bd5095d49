"""Pauses that end never, early, late, or only for some; and what `paused_until` may be."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from ..alterations import Catalogue
from ..control import Specimen
from ..instants import SECOND, parse_instant
from ..messages import Answer, Call, Refusal
from ..timers import Fired
from ..world import Document, Run, World

planted = Catalogue("lifecycle")
HOUR = 3_600 * SECOND


def pause(until: str, name: str = "active") -> str:
    return f'POST {{{name}}}/pause {{"paused_until": "{until}"}}'


TEN = pause("2026-03-02T10:00:00Z")
LOOK = "GET {active}"
NOON = pause("2026-03-02T12:00:00Z")
RESUME = "POST {active}/resume"
STOP = 'POST {active}/stop {"reason": "WIN", "scope": "CONTACT"}'
OVER = f"{TEN} && wait PT1H && {LOOK}"


@planted.documented("pause.resumes_by_itself", f"{OVER} && wait P400D && {LOOK}")
class PauseNeverEnds(Specimen):
    """A pause never ends by itself."""

    def is_due(self, at: int, now: int) -> bool:
        return False


@planted.documented("pause.not_early", f"{TEN} && {LOOK}")
class PauseEndsAtOnce(Specimen):
    """A pause has ended by the next request."""

    def is_due(self, at: int, now: int) -> bool:
        return True


@planted.documented("pause.not_early", f"{TEN} && wait PT30M && {LOOK}")
class PauseEndsHalfway(Specimen):
    """A pause ends after half its time."""

    def arm(self, run: Run, until: int) -> None:
        now = next(world for world in self.worlds.values() if world.runs.get(run.id) is run).clock.now()
        super().arm(run, now + (until - now) // 2)


@planted.documented("pause.not_early", f"{pause('2026-03-02T10:00:59Z')} && wait PT1H && {LOOK}")
class PauseEndsAtTheFullMinute(Specimen):
    """A pause ends at the beginning of its last minute."""

    def arm(self, run: Run, until: int) -> None:
        super().arm(run, until // (60 * SECOND) * 60 * SECOND)


@planted.documented("pause.not_early", f"{pause('2026-03-02T10:00:00.9Z')} && wait PT1H && {LOOK}")
class PauseForgetsFraction(Specimen):
    """A pause ends at the beginning of its last second."""

    def arm(self, run: Run, until: int) -> None:
        super().arm(run, until // SECOND * SECOND)


@planted.documented("pause.resumes_by_itself", f"{OVER} && wait PT59M && {LOOK} && wait PT1M && {LOOK}")
class PauseEndsAnHourLate(Specimen):
    """A pause ends an hour late."""

    def is_due(self, at: int, now: int) -> bool:
        return at + HOUR <= now


@planted.documented("pause.resumes_by_itself", f"{OVER} && wait P1D && {LOOK}")
class PauseEndsAtMidnight(Specimen):
    """A pause lasts to the end of its last day."""

    def is_due(self, at: int, now: int) -> bool:
        return (at // (24 * HOUR) + 1) * 24 * HOUR <= now


@planted.strict("pause.at_the_instant", OVER)
class PauseEndsAfterItsInstant(Specimen):
    """At the instant itself a run is still paused."""

    def is_due(self, at: int, now: int) -> bool:
        return at < now


class OtherInstant(Specimen):
    """Reads `paused_until` in its own way."""

    def read_until(self, call: Call, value: Any) -> int:
        until = super().read_until(call, value)
        return self.misread(value, until)

    def misread(self, text: str, until: int) -> int:
        raise NotImplementedError


@planted.documented("pause.offset", f"{pause('2026-03-02T08:00:00-02:00')} && wait PT1H && {LOOK}")
class PauseIgnoresOffset(OtherInstant):
    """A pause takes a local time for UTC."""

    def misread(self, text: str, until: int) -> int:
        return int(parse_instant(text[:19] + "Z"))


@planted.documented("pause.offset", f"{pause('2026-03-02T12:00:00+02:00')} && wait PT1H && {LOOK}")
class PauseTurnsOffsetRound(OtherInstant):
    """A pause applies the offset with the wrong sign."""

    def misread(self, text: str, until: int) -> int:
        return int(parse_instant(text[:-6] + text[-6:].translate(str.maketrans("+-", "-+"))))


class SettlesIn(Specimen):
    """Ends pauses in some requests only."""

    settling: tuple[str, ...] = ()

    def settle(self, world: World, operation: str) -> tuple[int, list[Fired]]:
        return super().settle(world, operation) if operation in self.settling else (world.clock.now(), [])


@planted.documented("pause.visible_everywhere", f"{TEN} && wait PT1H && GET /sequences?size=100")
class PauseEndsInGetOnly(SettlesIn):
    """A pause that is over ends when somebody gets a run."""

    settling = ("get",)


@planted.documented("pause.visible_everywhere", OVER)
class PauseEndsInListOnly(SettlesIn):
    """A pause that is over ends when somebody lists runs."""

    settling = ("list",)


@planted.documented("pause.visible_everywhere", f"{TEN} && wait PT1H && GET /sequences?status=WAITING_FOR_LEAD")
class FilterTakesPauseForUnended(Specimen):
    """The status filter, unlike the items, goes by the status from before the end of a pause."""

    def fire(self, run: Run, at: int) -> list[Fired]:
        fired = super().fire(run, at)
        self.indexed_as_paused.update((run.id, run.updated_at) for _ in fired)
        return fired

    def has_status(self, run: Run, status: str) -> bool:
        stale = (run.id, run.updated_at) in self.indexed_as_paused
        return status == "WAITING_FOR_LEAD" if stale else super().has_status(run, status)

    def __init__(self, fixture: Path | Document) -> None:
        self.indexed_as_paused: set[tuple[str, int]] = set()
        super().__init__(fixture)


@planted.documented("pause.visible_everywhere", f"{TEN} && wait PT1H && GET /sequences?sort_by=updated_at&size=100")
class WakeLeavesUpdatedAt(Specimen):
    """The end of a pause does not move `updated_at`."""

    def wake_instant(self, run: Run, at: int) -> int:
        return run.updated_at


@planted.strict("pause.at_the_instant", f"{TEN} && wait PT2H && {LOOK}")
class WakeAtFirstSight(Specimen):
    """`updated_at` after a pause is when somebody first looked."""

    def settle(self, world: World, operation: str) -> tuple[int, list[Fired]]:
        self.seen_at = world.clock.now()
        return super().settle(world, operation)

    def wake_instant(self, run: Run, at: int) -> int:
        return self.seen_at


class Surviving(Specimen):
    """A timer survives what should end it."""

    survives: str = ""

    def disarm(self, run: Run, event: str) -> None:
        if event != self.survives:
            super().disarm(run, event)


@planted.documented("pause.timer.resume", f"{TEN} && {RESUME} && {NOON} && wait PT1H && {LOOK}")
class TimerSurvivesResume(Surviving):
    """A timer survives a resume, and ends the next pause."""

    survives = "resume"

    def arm(self, run: Run, until: int) -> None:
        run.timers.append(until)


@planted.strict("pause.timer.pause", f"{TEN} && {pause('2026-03-02T12:00:00Z')} && wait PT1H && {LOOK}")
class TimerSurvivesPause(Surviving):
    """A second pause ends when the first would have."""

    survives = "pause"


@planted.documented("pause.timer.stop", f"{TEN} && {STOP} && wait PT1H && {LOOK}")
class TimerSurvivesStop(Surviving):
    """A timer survives a stop, and makes the run ACTIVE again."""

    survives = "stop"

    def wakes(self, run: Run) -> bool:
        return super().wakes(run) or run.status == "STOPPED_EARLY"


@planted.strict("pause.again", f"{pause('2026-03-02T12:00:00Z')} && {TEN} && wait PT1H && {LOOK}")
class SecondPauseOnlyProlongs(Specimen):
    """A second pause that ends earlier changes nothing."""

    def arm(self, run: Run, until: int) -> None:
        super().arm(run, max([until, *run.timers]))


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


@planted.documented("pause.future", pause("2020-01-01T00:00:00Z"))
class PastAccepted(Specimen):
    """A pause until an instant in the past is 200."""

    def is_future(self, until: int, now: int) -> bool:
        return True


@planted.strict("pause.future", pause("2026-03-02T09:00:00Z"))
class NowAccepted(Specimen):
    """A pause until now is 200."""

    def is_future(self, until: int, now: int) -> bool:
        return until >= now


@planted.documented("pause.future", pause("2026-03-02T08:30:00Z"))
class LastHourAccepted(Specimen):
    """A pause until an instant of the last hour is 200."""

    def is_future(self, until: int, now: int) -> bool:
        return until > now - HOUR


@planted.documented("pause.future", pause("2026-03-02T09:00:05Z"))
class NextMinuteRefused(Specimen):
    """A pause of less than a minute is refused."""

    def is_future(self, until: int, now: int) -> bool:
        return until > now + 60 * SECOND


@planted.documented("pause.future", pause("2027-03-02T09:00:00Z"))
class NextYearRefused(Specimen):
    """A pause of more than ninety days is refused."""

    def is_future(self, until: int, now: int) -> bool:
        return super().is_future(until, now) and until < now + 90 * 24 * HOUR


@planted.documented("pause.future", pause("2039-01-01T00:00:00Z"))
class BreaksFrom2038(Specimen):
    """A pause beyond the year 2038 is 500."""

    def arm(self, run: Run, until: int) -> None:
        (until // SECOND).to_bytes(4, signed=True)
        super().arm(run, until)


@planted.strict("pause.malformed", pause("2030-01-01T00:00:00"))
class PauseWithoutOffsetAccepted(LenientPause):
    """`paused_until` may lack its offset."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return isinstance(value, str) and len(value) == 19


@planted.strict("pause.malformed", pause("2030-01-01"))
class PauseUntilDateAccepted(LenientPause):
    """`paused_until` may be a date."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return isinstance(value, str) and len(value) == 10


@planted.documented("pause.malformed", pause("tomorrow"))
class PauseUntilWordAccepted(LenientPause):
    """`paused_until` may be any text."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return isinstance(value, str) and value.isalpha()


@planted.documented("pause.malformed", 'POST {active}/pause {"paused_until": 1893456000}')
class PauseUntilNumberAccepted(LenientPause):
    """`paused_until` may be a number."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return isinstance(value, int)


@planted.documented("pause.malformed", 'POST {active}/pause {"paused_until": null}')
class PauseUntilNullAccepted(LenientPause):
    """`paused_until` may be null."""

    def is_let_through(self, call: Call, value: Any) -> bool:
        return value is None


@planted.documented("pause.required", "POST {active}/pause {}")
class PauseWithoutInstantAccepted(Specimen):
    """`paused_until` may be missing."""

    def read_fields(self, call: Call, body: dict[str, Any]) -> dict[str, Any]:
        if call.operation == "pause" and not body:
            return {"paused_until": call.now + HOUR}
        return super().read_fields(call, body)


@planted.documented("pause.refusal_changes_nothing", f"{pause('2020-01-01T00:00:00Z')} && {LOOK}")
class PastPausesAllTheSame(Specimen):
    """A pause until the past is refused, and the run is paused."""

    def refused(self, call: Call, refusal: Refusal, request_id: str) -> Answer:
        past = refusal.data.get("problem") == "not in the future"
        run = self.find_run(call) if past else None
        if run is not None and run.status == "ACTIVE":
            run.status, run.updated_at = "WAITING_FOR_LEAD", call.now
        return super().refused(call, refusal, request_id)


@planted.documented("resume.body", "POST {paused}/resume")
class ResumeNeedsABody(Specimen):
    """Resume without a body is 400."""

    def read_body(self, call: Call) -> dict[str, Any]:
        if call.operation == "resume" and not call.request.body:
            raise Refusal(400, "A body is required.")
        return super().read_body(call)


@planted.strict("resume.body", "POST {paused}/resume {}")
class ResumeRefusesAnyBody(Specimen):
    """Resume with {} is 400."""

    def read_body(self, call: Call) -> dict[str, Any]:
        if call.operation == "resume" and call.request.body:
            raise Refusal(400, "Resume takes no body.")
        return super().read_body(call)


@planted.strict("resume.body", "POST {paused}/resume []")
class ResumeTakesAList(Specimen):
    """Resume with a list is 200."""

    def read_body(self, call: Call) -> dict[str, Any]:
        return {} if call.request.body.startswith(b"[") and call.operation == "resume" else super().read_body(call)


@planted.strict("pause.instants", pause("2030-06-30T23:59:60z"))
class PauseRefusesLeapSecond(Specimen):
    """`paused_until` with second 60 is refused."""

    def read_instant(self, field: str, text: str) -> Fraction:
        if field == "paused_until" and text[17:19] == "60":
            raise ValueError("not an RFC 3339 date-time")
        return super().read_instant(field, text)
