"""COMPANY stops at the same time as something else about their siblings."""

import contextvars
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from ...contract import timestamps
from ...contract.timestamps import MICROSECOND
from ...engine import RuleContext, Run
from ...http.messages import Response
from ..registry import about
from ..sequences.company import actives, groups, is_open
from .at_once import Rounds

rule = about("Sequences", "stopSequence", tier="stop", needs=("fixture",))
_READERS = 2
_READS = 6
_FEW = 100


def a_company(context: RuleContext) -> list[Run]:
    """The least interesting group there is: the others are for the rules about stops. Its stops are spent."""
    group = groups(context)[-1]
    context.session.stops.spend(sum(is_open(context, run) for run in group))
    return group


@rule("race.update_with_company_stop", "Of an update and a COMPANY stop of its run at the same time none undoes the other.",
      "stop.company", "update.merge")  # fmt: skip
def with_update(context: RuleContext) -> None:
    rounds = Rounds(context)
    named, sibling = actives(a_company(context))[:2]
    stop, update = rounds.send(
        partial(context.stop, named.id, "COMPANY"), partial(context.update, sibling.id, {"suite_race": "kept"})
    )
    context.session.forget_runs()
    read = context.get(sibling.id)
    status = "STOPPED_EARLY" if stop.status == 200 else sibling.status
    after = context.expect_run(read, status, stop, update, why=f"after a stop that was {stop.status}")
    kept = "suite_race" in (after.variables or {})
    shown = f"variables {sorted(after.variables or {})} after an update that was {update.status}"
    context.check(kept == (update.status == 200), "the update kept if it was 200", shown, stop, update, read)


@rule("race.company_seen_whole.strict", "A list shows all that a COMPANY stop ends as they were, or all of it stopped.",
      "stop.active_means_not_ended")  # fmt: skip
def seen_whole(context: RuleContext) -> None:
    group = actives(a_company(context))
    times = [run.created for run in group]
    bounds = {"created_at_after": min(times) - MICROSECOND, "created_at_before": max(times) + MICROSECOND}
    query = {name: timestamps.write(time) for name, time in bounds.items()} | {
        "sequence_template_id": group[0].template
    }
    try:
        stop, pages = _watched(context, group[0].id, {**query, "status": "ACTIVE", "size": _FEW})
    finally:
        context.session.forget_runs()
    context.expect(stop, 200)
    halves = 0
    for response in pages:
        page = context.page_of(response)
        shown = [run.id for run in group if run.id in {item.id for item in page.items}]
        whole = not shown or len(shown) == len(group) or page.total_count > _FEW
        halves += bool(shown) and response.ended > stop.began
        context.check(whole, f"all {len(group)} ACTIVE, or none", f"{len(shown)}", stop, response)
    context.saw = f"{len(pages)} lists during one stop of {len(group)} runs, {halves} of them still without it"


def _watched(context: RuleContext, run_id: str, query: Mapping[str, str | int]) -> tuple[Response, list[Response]]:
    """Stops a company, and lists as long as that takes; the stop's response and the lists."""
    over = threading.Event()

    def read() -> list[Response]:
        found: list[Response] = []
        while not over.is_set() and len(found) < _READS:
            found.append(context.search(**query))
        return found

    with ThreadPoolExecutor(_READERS) as pool:
        readers = [pool.submit(contextvars.copy_context().run, read) for _ in range(_READERS)]
        try:
            stop = context.stop(run_id, "COMPANY")
        finally:
            over.set()
    return stop, [response for reader in readers for response in reader.result()]
