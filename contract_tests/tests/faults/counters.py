"""Counts that are kept beside the runs, and that some write moves wrongly or not at all."""

from collections import Counter
from pathlib import Path
from typing import Any

from ..reference_server.alterations import Altering, Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError, Call
from ..reference_server.world import Document, Run
from .scripts import COMPANY, OTHER, RESUME, SET, STOP, UNTIL_NOON, UNTIL_TEN

planted = Catalog("stale")


class Counting(ReferenceServer):
    """`total_count` of one query comes from a counter, which is off by `step` for each event of a kind."""

    event = ""
    step = 0
    query: tuple[str, str | None] | None = None

    def __init__(self, fixture: Path | Document) -> None:
        self.off: Counter[str] = Counter()
        super().__init__(fixture)

    def total(self, call: Call, matching: list[Run]) -> int:
        name, value = self.query or (None, None)
        if list(call.query.filters) == ([name] if name else []) and (
            value is None or value in call.query.filters.values()
        ):
            return max(0, len(matching) + self.off[call.world.id])
        return len(matching)

    def note(self, run: Run, event: str) -> None:
        world = next((one for one in self.worlds.values() if one.runs.get(run.id) is run), None)
        if event == self.event and world is not None:
            self.off[world.id] += self.step

    def change(self, run: Run, at: int, event: str, **fields: Any) -> None:
        again = event == "pause" and run.status == "WAITING_FOR_LEAD"
        super().change(run, at, event, **fields)
        self.note(run, "second pause" if again else event)

    def end(self, call: Call, run: Run) -> None:
        super().end(call, run)
        self.note(run, "stop of a sibling" if run is not call.run else "stop of the named")

    def reject_event(self, call: Call, event: str) -> None:
        self.note(call.run, f"rejected {event}")
        super().reject_event(call, event)

    def unfit_time(self, call: Call) -> None:
        if hasattr(call, "run_id") and (run := self.find_run(call)) is not None:
            self.note(run, "time in the past")

    def read_until(self, call: Call, value: Any) -> int:
        try:
            return super().read_until(call, value)
        except ApiError:
            self.unfit_time(call)
            raise


def counting(event: str, step: int, query: tuple[str, str | None] | None) -> Altering:
    return type("CountingOnItsOwn", (Counting,), {"event": event, "step": step, "query": query})


ACTIVE, PAUSED, STOPPED = ("status", "ACTIVE"), ("status", "WAITING_FOR_LEAD"), ("status", "STOPPED_EARLY")
TEMPLATE = ("sequence_template_id", None)
OF = "GET /sequences?size=1"
PAST = 'POST {active}/pause {"paused_until": "2020-01-01T00:00:00Z"}'
# Name, summary, rule, probe, the event, the step, and the query whose count is off.
for name, summary, rule, probe, event, step, query in (
    ("count_of_active_keeps_paused", "A pause leaves the count of ACTIVE as it was.",
     "seen.after_pause", f"{UNTIL_TEN} && {OF}&status=ACTIVE", "pause", 1, ACTIVE),
    ("count_of_paused_misses_pause", "A pause leaves the count of WAITING_FOR_LEAD as it was.",
     "seen.after_pause", f"{UNTIL_TEN} && {OF}&status=WAITING_FOR_LEAD", "pause", -1, PAUSED),
    ("count_of_paused_takes_second_pause", "A second pause is counted as another paused run.",
     "seen.after_second_pause", f"{UNTIL_TEN} && {UNTIL_NOON} && {OF}&status=WAITING_FOR_LEAD", "second pause", 1, PAUSED),
    ("count_of_paused_takes_rejected_pause", "A pause that is rejected for its time is counted as another paused run.",
     "seen.after_rejected_writes", f"{PAST} && {OF}&status=WAITING_FOR_LEAD", "time in the past", 1, PAUSED),
    ("count_of_active_takes_rejected_resume", "A resume that is rejected is counted as another ACTIVE run.",
     "seen.after_rejected_writes", f"{RESUME} && {OF}&status=ACTIVE", "rejected resume", 1, ACTIVE),
    ("count_of_paused_keeps_resumed", "A resume leaves the count of WAITING_FOR_LEAD as it was.",
     "seen.after_resume", f"{UNTIL_TEN} && {RESUME} && {OF}&status=WAITING_FOR_LEAD", "resume", 1, PAUSED),
    ("count_of_active_misses_wake", "The end of a pause leaves the count of ACTIVE as it was.",
     "seen.after_wake", f"{UNTIL_TEN} && wait PT1H && {OF}&status=ACTIVE", "wake", -1, ACTIVE),
    ("count_of_stopped_takes_company_for_one", "A COMPANY stop is counted as one.",
     "seen.after_company_stop", f"{COMPANY} && {OF}&status=STOPPED_EARLY", "stop of a sibling", -1, STOPPED),
    ("whole_count_loses_stopped", "A run that is stopped is taken from the count of all runs.",
     "seen.after_stop", f"{STOP} && {OF}", "stop of the named", -1, None),
    ("count_of_template_takes_updated", "A run that is updated is counted again in its template.",
     "seen.after_update", f"{SET} && {OTHER} && {OF}&sequence_template_id={{template}}", "update", 1, TEMPLATE),
):  # fmt: skip
    planted.add(name, summary, "documented", rule, probe, counting(event, step, query))
