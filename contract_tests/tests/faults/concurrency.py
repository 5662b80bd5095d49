"""Writes that meet others on the way: what was read before is written after."""

import asyncio
from copy import deepcopy
from pathlib import Path
from typing import Any

from ..reference_server.alterations import Altering, Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call, Request, Response
from ..reference_server.world import Document, Run
from .scripts import COMPANY, LOOK, OTHER, RESUME, SET, STOP, UNTIL_NOON, UNTIL_TEN

planted = Catalog("concurrency")
#: Seconds between the reading of a run and the writing of it.
BETWEEN = 0.06


class Racing(ReferenceServer):
    """Reads a run, serves others for a while, and writes; `as_read` holds runs as they were read, while one is written."""

    racing: tuple[str, ...] = ()

    def __init__(self, fixture: Path | Document) -> None:
        self.as_read: dict[int, Run] = {}
        super().__init__(fixture)

    async def respond(self, request: Request) -> Response:
        found = self.read_first(request)
        if found:
            await asyncio.sleep(BETWEEN)
        self.as_read = found
        response = self.handle(request)
        self.as_read = {}
        return response

    def read_first(self, request: Request) -> dict[int, Run]:
        action = "update" if request.method == "PATCH" else request.path.rpartition("/")[2]
        if action not in self.racing:
            return {}
        runs = (run for world in self.worlds.values() for run in world.runs.values() if run.id in request.path)
        return {id(run): deepcopy(run) for run in runs}

    def read(self, run: Run) -> Run:
        """The run as this request has read it."""
        return self.as_read.get(id(run), run)


class WritesBack(Racing):
    """Writes some fields back as it read them, where the run is as `meanwhile` by now."""

    fields: tuple[str, ...] = ()
    meanwhile: tuple[str, ...] = ()

    def perform(self, call: Call) -> Response:
        if call.operation in self.racing and (not self.meanwhile or call.run.status in self.meanwhile):
            for field in self.fields:
                setattr(call.run, field, deepcopy(getattr(self.read(call.run), field)))
        return super().perform(call)


def writing_back(operation: str, fields: tuple[str, ...], meanwhile: tuple[str, ...] = ()) -> Altering:
    """A server that writes those fields back in that operation."""
    return type("WritesBackFields", (WritesBack,), {"racing": (operation,), "fields": fields, "meanwhile": meanwhile})


ENDED, PAUSED, RUNNING = ("STOPPED_EARLY",), ("WAITING_FOR_LEAD",), ("ACTIVE",)
STATE = ("status", "timers")
COLLEAGUE = SET.replace("{active}", "{colleague}")
# Name, summary, profile, rule, probe, operation, fields, and the status that is undone.
for name, summary, profile, rule, probe, operation, fields, undone in (
    ("updates_at_once_lose_one", "Of two updates at once one is lost.", "documented",
     "race.update_with_update", f"{SET} || {OTHER} && {LOOK}", "update", ("variables",), ()),
    ("update_undoes_pause_at_once", "An update at the same time as a pause undoes it.", "documented",
     "race.update_with_pause", f"{SET} || {UNTIL_TEN} && {LOOK}", "update", STATE, PAUSED),
    ("update_undoes_resume_at_once", "An update at the same time as a resume undoes it.", "documented",
     "race.update_with_resume", f"{UNTIL_TEN} && {SET} || {RESUME} && {LOOK}", "update", STATE, RUNNING),
    ("update_undoes_stop_at_once", "An update at the same time as a stop makes the run what it was.", "documented",
     "race.update_with_stop race.update_with_company_stop", f"{SET} || {STOP} && {LOOK}", "update", STATE, ENDED),
    ("pause_undoes_update_at_once", "A pause at the same time as an update undoes it.", "documented",
     "race.update_with_pause", f"{UNTIL_TEN} || {SET} && {LOOK}", "pause", ("variables",), ()),
    ("resume_undoes_update_at_once", "A resume at the same time as an update undoes it.", "documented",
     "race.update_with_resume", f"{UNTIL_TEN} && {RESUME} || {SET} && {LOOK}", "resume", ("variables",), ()),
    ("stop_undoes_update_at_once", "A stop at the same time as an update undoes it.", "documented",
     "race.update_with_stop", f"{STOP} || {SET} && {LOOK}", "stop", ("variables",), ()),
    ("pause_undoes_stop_at_once", "A pause at the same time as a stop pauses a run that was stopped.", "documented",
     "race.pause_with_stop", f"{UNTIL_TEN} || {STOP} && {LOOK}", "pause", STATE, ENDED),
    ("resume_undoes_stop_at_once", "A resume at the same time as a stop makes the run ACTIVE.", "documented",
     "race.resume_with_stop", f"{UNTIL_TEN} && {RESUME} || {STOP} && {LOOK}", "resume", STATE, ENDED),
    ("stops_at_once_both_succeed", "Of two stops at once both succeed.", "strict",
     "race.stop_with_stop", f"{STOP} || {STOP}", "stop", STATE, ENDED),
    ("resumes_at_once_both_succeed", "Of two resumes at once both succeed.", "strict",
     "race.resume_with_resume", f"{UNTIL_TEN} && {RESUME} || {RESUME}", "resume", STATE, RUNNING),
):  # fmt: skip
    planted.add(name, summary, profile, rule, probe, writing_back(operation, fields, undone))


@planted.documented("race.pause_with_resume", f"{UNTIL_TEN} && {UNTIL_NOON} || {RESUME} && wait PT3H && {LOOK}")
class PauseAtOnceWithResumeNeverEnds(Racing):
    """A pause at the same time as a resume never ends."""

    racing = ("pause",)

    def arm(self, run: Run, until: int) -> None:
        super().arm(run, until)
        if self.read(run).status != run.status:
            self.disarm(run, "resume")


class Conflicting(Racing):
    """Sees that a run was written to since it was read."""

    racing = ("update",)

    def in_conflict(self, call: Call) -> bool:
        return self.read(call.run).variables != call.run.variables


@planted.documented("race.update_with_update", f"{SET} || {OTHER} && {LOOK}")
class ConflictReportedAndWritten(Conflicting):
    """Of two updates at once one is 409, and is carried out all the same."""

    def update(self, call: Call) -> Response:
        conflict = self.in_conflict(call)
        response = super().update(call)
        if conflict:
            raise ApiError(409, "Somebody else has changed the sequence; try again.")
        return response


@planted.documented("race.update_with_update", f"{SET} || {OTHER} && {LOOK}")
class ConflictSwallowed(Conflicting):
    """Of two updates at once one is not carried out, and is 200 all the same."""

    def update(self, call: Call) -> Response:
        return self.changed(call) if self.in_conflict(call) else super().update(call)


@planted.documented("race.update_with_update", f"{SET} || {OTHER}")
class ConflictBreaks(Conflicting):
    """Of two updates at once one is 500."""

    def update(self, call: Call) -> Response:
        if self.in_conflict(call):
            raise LookupError("deadlock detected")
        return super().update(call)


class InParts(ReferenceServer):
    """Stops a company run by run, and serves others in between."""

    first_named = True
    waited_for = True

    def __init__(self, fixture: Path | Document) -> None:
        self.left: list[tuple[Call, Run]] = []
        self.going_on: set[asyncio.Task[None]] = set()
        super().__init__(fixture)

    def also_stopped(self, call: Call) -> list[Run]:
        self.left = [(call, run) for run in super().also_stopped(call)]
        return []

    async def respond(self, request: Request) -> Response:
        self.left = []
        response = self.handle(request)
        if self.left:
            task = asyncio.create_task(self.stop_the_rest(self.left))
            self.going_on.add(task)
            task.add_done_callback(self.going_on.discard)
            if self.waited_for:
                await task
        return response

    async def stop_the_rest(self, left: list[tuple[Call, Run]]) -> None:
        for call, run in left:
            await asyncio.sleep(BETWEEN)
            self.end(call, run)


EVERYBODY = "GET /sequences?status=STOPPED_EARLY&size=100"


@planted.strict("race.company_seen_whole", f"{COMPANY} || {EVERYBODY}")
class CompanyStopSeenHalfDone(InParts):
    """While a COMPANY stop is under way a list shows some of its runs stopped and others not."""


@planted.documented("stop.company.stops stop.company.every seen.after_company_stop", f"{COMPANY} && {EVERYBODY}")
class CompanyStopGoesOnAfterItsResponse(InParts):
    """A COMPANY stop is answered before all its runs are stopped."""

    waited_for = False


class Shared(ReferenceServer):
    """Keeps a part of some requests in a place that they share."""

    part = "target"

    def __init__(self, fixture: Path | Document) -> None:
        self.shared: Any = None
        super().__init__(fixture)

    async def respond(self, request: Request) -> Response:
        if not self.concerns(request):
            await asyncio.sleep(BETWEEN / 10)
            return self.handle(request)
        self.shared = getattr(request, self.part)
        await asyncio.sleep(BETWEEN / 10)
        setattr(request, self.part, self.shared)
        return self.handle(request)

    def concerns(self, request: Request) -> bool:
        raise NotImplementedError


@planted.documented("race.reads", "GET {active} || GET {paused}")
class GetsAtOnceMixedUp(Shared):
    """Of gets at the same time each shows the run that the last one asked for."""

    def concerns(self, request: Request) -> bool:
        return request.method == "GET" and request.path.count("/") == 3


@planted.documented("race.keys", "GET /sequences?size=1 || other: GET /sequences?size=1")
class KeysAtOnceMixedUp(Shared):
    """Lists at the same time are of the organization whose key came last."""

    part = "headers"

    def concerns(self, request: Request) -> bool:
        return request.path == "/v1/sequences" and bool(request.headers.get("authorization"))


@planted.documented("race.lists", "GET /sequences?size=1 || GET /sequences?size=3&status=FOUND")
class ListsAtOnceMixedUp(Shared):
    """Lists at the same time have the query of the last one."""

    def concerns(self, request: Request) -> bool:
        return request.path == "/v1/sequences"


@planted.documented("race.bodies", f"{SET} || {OTHER.replace('active', 'twin')} && {LOOK}")
class BodiesAtOnceMixedUp(Shared):
    """Updates of different runs at the same time have the body of the last one."""

    part = "body"

    def concerns(self, request: Request) -> bool:
        return request.method == "PATCH"
