"""Pauses that end rightly one by one, and not when there are several."""

from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call
from ..reference_server.timers import FiredTimer
from ..reference_server.timestamps import SECOND
from ..reference_server.world import Run, World
from .scripts import LOOK, RESUME, UNTIL_NOON, UNTIL_TEN, pause

planted = Catalog("lifecycle")
DAY = 86_400 * SECOND
BOTH = f"{UNTIL_TEN} && {pause('2026-03-02T10:00:00Z', 'twin')} && wait PT1H && {LOOK} && GET {{twin}}"
SOONER = f"{pause('2026-03-02T09:30:00Z')} && {pause('2026-03-02T10:00:00Z', 'twin')}"
NAMED_BY = "pause.several_at_once"


class Several(ReferenceServer):
    """Sees all timers of a world together, as pairs of time and run."""

    def timers(self, world: World) -> list[tuple[int, Run]]:
        return sorted(
            ((at, run) for run in world.runs.values() for at in run.timers), key=lambda pair: (pair[0], pair[1].id)
        )

    def world_of(self, run: Run) -> World:
        return next(world for world in self.worlds.values() if world.runs.get(run.id) is run)


@planted.documented(
    NAMED_BY,
    f"{UNTIL_TEN} && {pause('2026-03-02T10:00:00Z', 'twin')} && wait PT1H && GET /sequences?status=WAITING_FOR_LEAD",
)
class OnePauseEndsPerRequest(Several):
    """Of several pauses that are over one ends at each request."""

    def apply_due(self, world: World, operation: str) -> tuple[int, list[FiredTimer]]:
        now = world.clock.now()
        due = [(at, run) for at, run in self.timers(world) if self.is_due(at, now)]
        return now, [fired for at, run in due[:1] for fired in self.fire(run, at)]


@planted.documented(NAMED_BY, BOTH)
class PausesOfOneTimeEndOnce(Several):
    """Of pauses that end at the same time one ends."""

    def arm(self, run: Run, until: int) -> None:
        super().arm(run, until)
        for at, other in self.timers(self.world_of(run)):
            if at == until and other is not run:
                other.timers.clear()


@planted.documented(NAMED_BY, f"{UNTIL_TEN} && {pause('2026-03-02T12:00:00Z', 'twin')} && wait PT1H && GET {{twin}}")
class PausesEndTogether(Several):
    """When one pause ends all end."""

    def apply_due(self, world: World, operation: str) -> tuple[int, list[FiredTimer]]:
        now, fired = super().apply_due(world, operation)
        return now, fired + [more for at, run in self.timers(world) if fired for more in self.fire(run, at)]


@planted.documented(NAMED_BY, f"{UNTIL_NOON} && {pause('2026-03-02T10:00:00Z', 'twin')} && wait PT1H && GET {{twin}}")
class PausesEndInOrderOfBeginning(Several):
    """A pause ends no earlier than those that began before it in its template."""

    def apply_due(self, world: World, operation: str) -> tuple[int, list[FiredTimer]]:
        now = world.clock.now()
        waiting: list[tuple[int, Run]] = []
        begun = sorted((run.updated_at, run.id, at, run) for at, run in self.timers(world))
        for _, _, at, run in begun:
            if not self.is_due(at, now):
                break
            waiting.append((at, run))
        return now, [fired for at, run in waiting for fired in self.fire(run, at)]


@planted.documented(NAMED_BY, f"{SOONER} && {RESUME} && wait PT1H && GET {{twin}}")
class ResumeClearsTheNextTimer(Several):
    """A resume takes away the timer of the pause that ends next."""

    def disarm(self, run: Run, event: str) -> None:
        super().disarm(run, event)
        left = self.timers(self.world_of(run))
        if event == "resume" and left:
            left[0][1].timers.clear()


@planted.documented(NAMED_BY, f"{UNTIL_TEN} && {pause('2026-03-02T11:00:00Z', 'twin')} && wait PT1H && {LOOK}")
class OneTimerForAll(Several):
    """There is one timer: a second pause takes it from the first, unless that ends in a month or later."""

    def arm(self, run: Run, until: int) -> None:
        super().arm(run, until)
        world = self.world_of(run)
        for at, other in self.timers(world):
            if other is not run and at < world.clock.now() + 30 * DAY:
                other.timers.clear()


@planted.documented(NAMED_BY, f"{pause('2026-06-02T10:00:00Z')} && {LOOK}")
class FarPauseEndsAtOnce(ReferenceServer):
    """A pause of more than 2^31 milliseconds, not quite 25 days, ends at once."""

    def arm(self, run: Run, until: int) -> None:
        far = until - next(world for world in self.worlds.values() if world.runs.get(run.id) is run).clock.now()
        super().arm(run, until if far < 2**31 * 1_000 else until - far)


@planted.documented(NAMED_BY, f"{pause('2099-03-02T10:00:00Z')} && {LOOK}")
class PauseBeyond2038EndsAtOnce(ReferenceServer):
    """A pause until later than 2^31 seconds from 1970 ends at once."""

    def read_until(self, call: Call, value: Any) -> int:
        until = super().read_until(call, value)
        return until if until < 2**31 * SECOND else call.now


@planted.strict(NAMED_BY, f"{UNTIL_TEN} && {pause('2026-03-02T10:00:30Z', 'twin')} && wait PT2H && GET {{twin}}")
class LaterPausesEndAtTheTimeOfTheFirst(ReferenceServer):
    """Pauses that are over together carry the time of the first of them."""

    def apply_due(self, world: World, operation: str) -> tuple[int, list[FiredTimer]]:
        self.first: int | None = None
        return super().apply_due(world, operation)

    def wake_time(self, run: Run, at: int) -> int:
        self.first = self.first or at
        return self.first
