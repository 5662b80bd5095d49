"""Pauses that end never, early, late, or only for some."""

from pathlib import Path
from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call
from ..reference_server.timers import FiredTimer
from ..reference_server.timestamps import SECOND, parse_timestamp
from ..reference_server.world import Document, Run, World
from .scripts import LOOK, RESUME, STOP, UNTIL_NOON, UNTIL_TEN, pause

planted = Catalog("lifecycle")
HOUR = 3_600 * SECOND


OVER = f"{UNTIL_TEN} && wait PT1H && {LOOK}"


@planted.documented("pause.resumes_by_itself", f"{OVER} && wait P400D && {LOOK}")
class PauseNeverEnds(ReferenceServer):
    """A pause never ends by itself."""

    def is_due(self, at: int, now: int) -> bool:
        return False


@planted.documented("pause.not_early", f"{UNTIL_TEN} && {LOOK}")
class PauseEndsAtOnce(ReferenceServer):
    """A pause has ended by the next request."""

    def is_due(self, at: int, now: int) -> bool:
        return True


@planted.documented("pause.not_early", f"{UNTIL_TEN} && wait PT30M && {LOOK}")
class PauseEndsHalfway(ReferenceServer):
    """A pause ends after half its time."""

    def arm(self, run: Run, until: int) -> None:
        now = next(world for world in self.worlds.values() if world.runs.get(run.id) is run).clock.now()
        super().arm(run, now + (until - now) // 2)


@planted.documented("pause.not_early", f"{pause('2026-03-02T10:00:59Z')} && wait PT1H && {LOOK}")
class PauseEndsAtTheFullMinute(ReferenceServer):
    """A pause ends at the beginning of its last minute."""

    def arm(self, run: Run, until: int) -> None:
        super().arm(run, until // (60 * SECOND) * 60 * SECOND)


@planted.documented("pause.not_early", f"{pause('2026-03-02T10:00:00.9Z')} && wait PT1H && {LOOK}")
class PauseForgetsFraction(ReferenceServer):
    """A pause ends at the beginning of its last second."""

    def arm(self, run: Run, until: int) -> None:
        super().arm(run, until // SECOND * SECOND)


@planted.documented("pause.resumes_by_itself", f"{OVER} && wait PT59M && {LOOK} && wait PT1M && {LOOK}")
class PauseEndsAnHourLate(ReferenceServer):
    """A pause ends an hour late."""

    def is_due(self, at: int, now: int) -> bool:
        return at + HOUR <= now


@planted.documented("pause.resumes_by_itself", f"{OVER} && wait P1D && {LOOK}")
class PauseEndsAtMidnight(ReferenceServer):
    """A pause lasts to the end of its last day."""

    def is_due(self, at: int, now: int) -> bool:
        return (at // (24 * HOUR) + 1) * 24 * HOUR <= now


@planted.strict("pause.updated_by_wake", OVER)
class PauseEndsAfterItsTime(ReferenceServer):
    """At that time itself a run is still paused."""

    def is_due(self, at: int, now: int) -> bool:
        return at < now


class OtherTime(ReferenceServer):
    """Reads `paused_until` in its own way."""

    def read_until(self, call: Call, value: Any) -> int:
        until = super().read_until(call, value)
        return self.misread(value, until)

    def misread(self, text: str, until: int) -> int:
        raise NotImplementedError


@planted.documented("pause.offset_honoured", f"{pause('2026-03-02T08:00:00-02:00')} && wait PT1H && {LOOK}")
class PauseIgnoresOffset(OtherTime):
    """A pause takes a local time for UTC."""

    def misread(self, text: str, until: int) -> int:
        return int(parse_timestamp(text[:19] + "Z"))


@planted.documented("pause.offset_honoured", f"{pause('2026-03-02T12:00:00+02:00')} && wait PT1H && {LOOK}")
class PauseTurnsOffsetRound(OtherTime):
    """A pause applies the offset with the wrong sign."""

    def misread(self, text: str, until: int) -> int:
        return int(parse_timestamp(text[:-6] + text[-6:].translate(str.maketrans("+-", "-+"))))


class SettlesIn(ReferenceServer):
    """Ends pauses in some requests only."""

    settling: tuple[str, ...] = ()

    def apply_due(self, world: World, operation: str) -> tuple[int, list[FiredTimer]]:
        return super().apply_due(world, operation) if operation in self.settling else (world.clock.now(), [])


@planted.documented(
    "pause.resumes_in_lists pause.resumes_by_itself", f"{UNTIL_TEN} && wait PT1H && GET /sequences?size=100"
)
class PauseEndsInGetOnly(SettlesIn):
    """A pause that is over ends when somebody gets a run."""

    settling = ("get",)


@planted.documented("pause.resumes_in_lists pause.resumes_by_itself", OVER)
class PauseEndsInListOnly(SettlesIn):
    """A pause that is over ends when somebody lists runs."""

    settling = ("list",)


@planted.documented(
    "pause.resumes_in_lists pause.resumes_by_itself",
    f"{UNTIL_TEN} && wait PT1H && GET /sequences?status=WAITING_FOR_LEAD",
)
class FilterTakesPauseForUnended(ReferenceServer):
    """The status filter, unlike the items, goes by the status from before the end of a pause."""

    def fire(self, run: Run, at: int) -> list[FiredTimer]:
        fired = super().fire(run, at)
        self.indexed_as_paused.update((run.id, run.updated_at) for _ in fired)
        return fired

    def has_status(self, run: Run, status: str) -> bool:
        stale = (run.id, run.updated_at) in self.indexed_as_paused
        return status == "WAITING_FOR_LEAD" if stale else super().has_status(run, status)

    def __init__(self, fixture: Path | Document) -> None:
        self.indexed_as_paused: set[tuple[str, int]] = set()
        super().__init__(fixture)


@planted.documented(
    "pause.resumes_in_lists pause.resumes_by_itself",
    f"{UNTIL_TEN} && wait PT1H && GET /sequences?sort_by=updated_at&size=100",
)
class WakeLeavesUpdatedAt(ReferenceServer):
    """The end of a pause does not move `updated_at`."""

    def wake_time(self, run: Run, at: int) -> int:
        return run.updated_at


@planted.strict("pause.updated_by_wake", f"{UNTIL_TEN} && wait PT2H && {LOOK}")
class WakeAtFirstSight(ReferenceServer):
    """`updated_at` after a pause is when somebody first looked."""

    def apply_due(self, world: World, operation: str) -> tuple[int, list[FiredTimer]]:
        self.seen_at = world.clock.now()
        return super().apply_due(world, operation)

    def wake_time(self, run: Run, at: int) -> int:
        return self.seen_at


class Surviving(ReferenceServer):
    """A timer survives what should end it."""

    survives: str = ""

    def disarm(self, run: Run, event: str) -> None:
        if event != self.survives:
            super().disarm(run, event)


@planted.documented("pause.cancelled_by_resume", f"{UNTIL_TEN} && {RESUME} && {UNTIL_NOON} && wait PT1H && {LOOK}")
class TimerSurvivesResume(Surviving):
    """A timer survives a resume, and ends the next pause."""

    survives = "resume"

    def arm(self, run: Run, until: int) -> None:
        run.timers.append(until)


@planted.strict("pause.second_moves_the_time", f"{UNTIL_TEN} && {pause('2026-03-02T12:00:00Z')} && wait PT1H && {LOOK}")
class TimerSurvivesPause(Surviving):
    """A second pause ends when the first would have."""

    survives = "pause"


@planted.documented("pause.cancelled_by_stop", f"{UNTIL_TEN} && {STOP} && wait PT1H && {LOOK}")
class TimerSurvivesStop(Surviving):
    """A timer survives a stop, and makes the run ACTIVE again."""

    survives = "stop"

    def wakes(self, run: Run) -> bool:
        return super().wakes(run) or run.status == "STOPPED_EARLY"


@planted.strict("pause.second_moves_the_time", f"{pause('2026-03-02T12:00:00Z')} && {UNTIL_TEN} && wait PT1H && {LOOK}")
class SecondPauseOnlyProlongs(ReferenceServer):
    """A second pause that ends earlier changes nothing."""

    def arm(self, run: Run, until: int) -> None:
        super().arm(run, max([until, *run.timers]))
