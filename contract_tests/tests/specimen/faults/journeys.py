"""Faults that show only after several steps: caches, indexes, and state that is kept twice."""

from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

from ..alterations import Catalogue
from ..control import Specimen
from ..messages import Answer, Call, Query, Refusal
from ..world import Document, Run

planted = Catalogue("journeys")
SET = 'PATCH {active} {"variables": {"a": "b"}}'
OTHER = 'PATCH {active} {"variables": {"z": "y"}}'
REMOVE = 'PATCH {active} {"variables": {"city": null}}'
PAUSE = 'POST {active}/pause {"paused_until": "2026-03-02T10:00:00Z"}'
AGAIN = 'POST {active}/pause {"paused_until": "2026-03-02T12:00:00Z"}'
RESUME = "POST {active}/resume"
STOP = 'POST {active}/stop {"reason": "WIN", "scope": "CONTACT"}'
COMPANY = 'POST {active}/stop {"reason": "WIN", "scope": "COMPANY"}'
LOOK = "GET {active}"


class Remembering(Specimen):
    """Keeps something beside the runs themselves."""

    def __init__(self, fixture: Path | Document) -> None:
        self.memory: dict[Any, Any] = {}
        super().__init__(fixture)


@planted.documented("journey.get_is_current", f"{LOOK} && {SET} && {LOOK}")
class GetCached(Remembering):
    """Get answers from a cache that no write clears."""

    def get_run(self, call: Call) -> Answer:
        place = call.world.id, call.run.id
        body = self.memory.setdefault(place, super().get_run(call).body)
        return Answer(200, body)


@planted.documented("journey.get_is_current", f"{LOOK} && {PAUSE} && {LOOK} && wait PT1H && {LOOK}")
class GetCachedOverThePausesEnd(Remembering):
    """Get answers from a cache that every write clears and the end of a pause does not."""

    def get_run(self, call: Call) -> Answer:
        return Answer(200, self.memory.setdefault((call.world.id, call.run.id), super().get_run(call).body))

    def changed(self, call: Call) -> Answer:
        self.memory.clear()
        return super().changed(call)


LISTED = "GET /sequences?status=ACTIVE&size=100"


@planted.documented("journey.list_is_current", f"{LISTED} && {STOP} && {LISTED}")
class ListCached(Remembering):
    """The list answers from a cache, by query, that no write clears."""

    def list_runs(self, call: Call) -> Answer:
        place = call.world.id, call.key.id, call.request.query
        return Answer(200, self.memory.setdefault(place, super().list_runs(call).body))


@planted.documented("journey.list_is_current", f"{SET} && {LOOK} && GET /sequences?size=100")
class ListShowsFirstVariables(Remembering):
    """The list shows a run's variables as they were at first."""

    def item(self, run: Run) -> dict[str, Any]:
        return super().item(run) | {"variables": self.memory.get(id(run), run.variables)}

    def update(self, call: Call) -> Answer:
        self.memory.setdefault(id(call.run), deepcopy(call.run.variables))
        return super().update(call)


@planted.documented("journey.filter_is_current", f"{PAUSE} && GET /sequences?status=WAITING_FOR_LEAD")
class FilterGoesByOldStatus(Remembering):
    """The status filter goes by the status that a run had before its last pause."""

    def pause(self, call: Call) -> Answer:
        self.memory[id(call.run)] = call.run.status
        return super().pause(call)

    def resume(self, call: Call) -> Answer:
        self.memory.pop(id(call.run), None)
        return super().resume(call)

    def has_status(self, run: Run, status: str) -> bool:
        old = self.memory.get(id(run)) if run.status == "WAITING_FOR_LEAD" else None
        return (old or run.status) == status


@planted.documented("journey.sort_is_current", f"{SET} && GET /sequences?sort_by=updated_at&sort_order=desc&size=100")
class SortGoesByOldUpdate(Remembering):
    """sort_by=updated_at goes by the first `updated_at` that it saw."""

    def update(self, call: Call) -> Answer:
        self.memory.setdefault(id(call.run), call.run.updated_at)
        return super().update(call)

    def sort_key(self, run: Run, query: Query) -> Any:
        key = super().sort_key(run, query)
        return self.memory.get(id(run), key) if query.sort_by == "updated_at" else key


@planted.documented(
    "journey.count_is_current", f"GET /sequences?status=ACTIVE && {STOP} && GET /sequences?status=ACTIVE"
)
class CountCached(Remembering):
    """`total_count` is kept from the first time that a query was asked."""

    def total(self, call: Call, matching: list[Run]) -> int:
        filters = tuple(sorted(call.query.filters.items()))
        place = call.world.id, call.key.organization_id, filters
        count: int = self.memory.setdefault(place, len(matching))
        return count


@planted.documented("journey.stopped_stays", f"{STOP} && GET /sequences?size=100")
class StoppedRunsLeaveTheList(Remembering):
    """A run that was stopped through the API is listed no more."""

    def end(self, call: Call, run: Run) -> None:
        super().end(call, run)
        self.memory[id(run)] = True

    def visible(self, call: Call) -> Iterable[Run]:
        return (run for run in super().visible(call) if id(run) not in self.memory)


@planted.documented("journey.stopped_stays", f"{STOP} && {LOOK}")
class StoppedRunsAreNotFound(Remembering):
    """A run that was stopped through the API is 404."""

    def end(self, call: Call, run: Run) -> None:
        super().end(call, run)
        self.memory[id(run)] = True

    def get_run(self, call: Call) -> Answer:
        return super().get_run(call) if id(call.run) not in self.memory else Answer(200, self.no_run(call))


@planted.documented("journey.stopped_stays", f"{STOP} && {SET} && {LOOK}")
class UpdateRevivesStopped(Specimen):
    """An update of a stopped run makes it ACTIVE again."""

    def update(self, call: Call) -> Answer:
        if call.run.status == "STOPPED_EARLY":
            self.change(call.run, call.now, "update", status="ACTIVE")
        return super().update(call)


@planted.documented("journey.update_while_paused", f"{PAUSE} && {SET} && wait PT1H && {LOOK}")
class UpdateDropsTimer(Specimen):
    """A paused run that is updated never wakes."""

    def update(self, call: Call) -> Answer:
        self.disarm(call.run, "update")
        return super().update(call)


@planted.documented("journey.update_while_paused", f"{SET} && {PAUSE} && {OTHER} && {RESUME} && {LOOK}")
class ResumeRestoresVariables(Remembering):
    """A resume brings back the variables from before the pause."""

    def pause(self, call: Call) -> Answer:
        self.memory[id(call.run)] = deepcopy(call.run.variables)
        return super().pause(call)

    def resume(self, call: Call) -> Answer:
        self.require(call, "resume")
        call.run.variables = self.memory.get(id(call.run), call.run.variables)
        return super().resume(call)


@planted.documented("journey.update_then_stop", f"{SET} && {STOP} && {LOOK}")
class StopForgetsUpdates(Remembering):
    """A stop brings back the variables from before the first update."""

    def update(self, call: Call) -> Answer:
        self.memory.setdefault(id(call.run), deepcopy(call.run.variables))
        return super().update(call)

    def end(self, call: Call, run: Run) -> None:
        super().end(call, run)
        run.variables = self.memory.get(id(run), run.variables)


@planted.documented("journey.updates_add_up", f"{SET} && {OTHER} && {LOOK}")
class SecondUpdateForgetsFirst(Remembering):
    """A second update starts from the variables of before the first."""

    def update(self, call: Call) -> Answer:
        first = self.memory.setdefault(id(call.run), deepcopy(call.run.variables))
        call.run.variables = deepcopy(first)
        return super().update(call)


@planted.documented("journey.removed_stays_removed", f"{REMOVE} && {PAUSE} && {LOOK}")
class RemovedKeyComesBack(Remembering):
    """A key that was removed comes back with a pause."""

    def update(self, call: Call) -> Answer:
        removed = {name for name, value in call.body["variables"].items() if value is None}
        gone = {name: value for name, value in (call.run.variables or {}).items() if name in removed}
        self.memory.setdefault(id(call.run), {}).update(gone)
        return super().update(call)

    def pause(self, call: Call) -> Answer:
        self.require(call, "pause")
        call.run.variables = {**self.memory.get(id(call.run), {}), **(call.run.variables or {})} or call.run.variables
        return super().pause(call)


@planted.documented("journey.pause_again", f"{PAUSE} && {RESUME} && {AGAIN}")
class PauseOnlyOnce(Remembering):
    """A run that was paused and resumed cannot be paused again."""

    def resume(self, call: Call) -> Answer:
        answer = super().resume(call)
        self.memory[id(call.run)] = True
        return answer

    def pause(self, call: Call) -> Answer:
        if id(call.run) in self.memory:
            raise Refusal(422, "A sequence is paused once.")
        return super().pause(call)


@planted.documented("journey.pause_again", f"{PAUSE} && wait PT1H && {LOOK} && {AGAIN}")
class PauseAfterWakeRefused(Remembering):
    """A run whose pause ended by itself cannot be paused again."""

    def wake_instant(self, run: Run, at: int) -> int:
        self.memory[id(run)] = True
        return super().wake_instant(run, at)

    def pause(self, call: Call) -> Answer:
        if id(call.run) in self.memory:
            raise Refusal(422, "A sequence is paused once.")
        return super().pause(call)


@planted.strict("journey.pause_again", f"{PAUSE} && {AGAIN} && {RESUME}")
class ResumeRefusedAfterSecondPause(Remembering):
    """A run that was paused twice needs to be resumed twice."""

    def pause(self, call: Call) -> Answer:
        answer = super().pause(call)
        self.memory[id(call.run)] = self.memory.get(id(call.run), 0) + 1
        return answer

    def resume(self, call: Call) -> Answer:
        self.require(call, "resume")
        depth = self.memory.pop(id(call.run), 1)
        if depth > 1:
            self.memory[id(call.run)] = depth - 1
            raise Refusal(422, "A sequence that was paused twice is paused still.")
        return super().resume(call)


@planted.documented("journey.resume_again", f"{PAUSE} && wait PT1H && {LOOK} && {RESUME}")
class ResumeAfterWakeBreaks(Specimen):
    """Resume of a run whose pause ended by itself is 500."""

    def refuse_event(self, call: Call, event: str) -> None:
        if event == "resume" and call.run.status == "ACTIVE" and self.was_paused(call.run):
            raise LookupError("no timer")
        super().refuse_event(call, event)

    def was_paused(self, run: Run) -> bool:
        return bool(getattr(run, "paused_before", False))

    def pause(self, call: Call) -> Answer:
        answer = super().pause(call)
        vars(call.run)["paused_before"] = True
        return answer


@planted.documented("journey.updated_at_grows", f"{PAUSE} && wait PT30M && {RESUME}")
class ResumeTurnsUpdatedAtBack(Remembering):
    """A resume sets `updated_at` to what it was before the pause."""

    def pause(self, call: Call) -> Answer:
        self.memory[id(call.run)] = call.run.updated_at
        return super().pause(call)

    def resume(self, call: Call) -> Answer:
        call.now = self.memory.get(id(call.run), call.now)
        return super().resume(call)


@planted.documented("journey.stop_after_pause", f"{PAUSE} && {RESUME} && {COMPANY} && GET {{colleague}}")
class CompanyStopForgetsPausedBefore(Remembering):
    """A COMPANY stop of a run that was once paused spares the siblings."""

    def pause(self, call: Call) -> Answer:
        self.memory[id(call.run)] = True
        return super().pause(call)

    def also_stopped(self, call: Call) -> Iterable[Run]:
        return [] if id(call.run) in self.memory else super().also_stopped(call)
