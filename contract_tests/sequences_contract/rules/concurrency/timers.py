"""Several pauses at a time: each ends at its own time, and none because another one did."""

from contextlib import ExitStack, suppress
from dataclasses import replace
from fractions import Fraction
from functools import partial

from ...contract import timestamps
from ...engine import NotExercised, RuleContext, Run
from ...http.messages import Response
from ..registry import about
from ..sequences.timers import ShortPause, with_short_pause
from .at_once import at_once

rule = about("Sequences", "pauseSequence", tier="write")
_MOST = 6
_DAY = 86_400
#: What an earlier pause ends before the others, in seconds.
_EARLIER = Fraction(1, 4)


@rule("pause.several_at_once",
      "Of several pauses each ends at its own time, whichever began or ends first, and those that end far ahead go on.",
      "pause.until", "lifecycle.wake")  # fmt: skip
def several(context: RuleContext) -> None:
    with ExitStack() as leased:
        others: list[Run] = []
        with suppress(NotExercised):  # how many there are is a matter of the target's data
            while len(others) < _MOST:
                others.append(leased.enter_context(context.lease()))
        if len(others) < 2:
            context.skip("the target has fewer than three ACTIVE runs; load more", excused=True)
        with_short_pause(context, partial(_try, others))


def _try(others: list[Run], short: ShortPause, first: Run) -> None:
    context, until = short.context, short.until
    far, together, *rest = others
    earlier, resumed, beyond = rest[:1], rest[1:2], rest[2:]
    # 40 days are more than 2^31 milliseconds, and 2100 is more than 2^31 seconds after 1970.
    ends: dict[str, Fraction] = {first.id: until, together.id: until}
    ends |= {run.id: until - _EARLIER for run in earlier} | {run.id: until for run in resumed}
    ends |= dict(zip((run.id for run in beyond), (timestamps.parse("2100-01-04T08:00:00Z"), until + 600), strict=False))
    with replace(short, until=until - _EARLIER).running():
        for run in others:
            if context.fetch(run.id).status != "ACTIVE":  # an earlier attempt took too long
                context.prepared(context.resume(run.id))
        # Where pauses ended in the order in which they began, this one would hold up the others.
        started = [context.pause(far.id, timestamps.write(until + 40 * _DAY))]
        calls = [partial(context.pause, name, timestamps.write(end)) for name, end in ends.items()]
        started += at_once(context, *calls)
        for response in started:
            context.expect_run(response, "WAITING_FOR_LEAD")
        for run in resumed:
            context.expect_run(context.resume(run.id), "ACTIVE")
    due = {run.id: ends[run.id] for run in (first, together, *earlier)}
    short.awaited(lambda: not _paused(context, set(due))[1])
    response, late = _paused(context, set(due))
    context.check(
        not late, f"{len(due)} runs whose pauses are over ACTIVE", f"{sorted(late)} paused", *started, response
    )
    for run_id, end in due.items():
        read = context.get(run_id)
        woken = context.expect_run(read, "ACTIVE", *started, why="after its time")
        if context.strict:
            shown = f"{woken.fields['updated_at']} of {run_id}"
            context.check(woken.updated == end, f"updated_at {timestamps.write(end)}", shown, *started, read)
    for run in (far, *beyond):
        context.expect_run(context.get(run.id), "WAITING_FOR_LEAD", *started, why="when others end")


def _paused(context: RuleContext, wanted: set[str]) -> tuple[Response, set[str]]:
    """Those of some runs that a list shows as paused; the runs that were paused last come first."""
    response = context.search(status="WAITING_FOR_LEAD", sort_by="updated_at", sort_order="desc", size=100)
    return response, {run.id for run in context.page_of(response).items} & wanted
