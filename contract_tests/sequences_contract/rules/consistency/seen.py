"""What a write did shows everywhere: in get, in every list that the run belongs to, in none other, and in every count."""

import math
from functools import partial
from itertools import pairwise
from operator import attrgetter
from typing import Any

from ...contract import timestamps
from ...engine import FAR, RuleContext, Run, Tier
from ..concurrency.at_once import Call
from ..concurrency.company import a_company
from ..registry import about
from ..sequences.company import actives
from ..sequences.timers import ShortPause, with_short_pause, woke
from .views import Views, expect_count

rule = about("Sequences", tier="write")
_PAUSED = "WAITING_FOR_LEAD"
_SENTENCE = "After {} every way of reading shows the run as it is now, in the right lists and counts, and in no other."
_OF = ("get.same_object", "list.filters", "list.total_count")
#: The seconds between two updates of a moment, where the clock can be moved.
_STEP = 300 * timestamps.MICROSECOND


@rule("seen.at_once", "Get and lists show a write at once, or within the time that reads may lag.", "get.same_object", "update.response")  # fmt: skip
def at_once(context: RuleContext) -> None:
    session = context.session
    if not session.pool.count("ACTIVE"):
        context.skip("the target has no ACTIVE run; load some")
    lag, declared = session.lag, session.settings.settle
    context.saw = "" if lag is None else f"what was written showed in {lag}"
    wanted = f"what was written, {f'within {declared:g} s' if declared else 'at once'}"
    in_time = lag is None or lag.seconds <= declared
    shown = "" if lag is None else f"it in {lag}; pass --settle {max(1, math.ceil(2 * lag.seconds))} if it may lag"
    context.check(in_time, wanted, shown, *(() if lag is None else lag.responses))


#: The write, its words and tier, the status that it is made in, the one that it leads to, and its statement.
_ROWS: tuple[tuple[str, str, Tier, str, str, str], ...] = (
    ("update", "an update", "write", "ACTIVE", "ACTIVE", "update.response"),
    ("pause", "a pause", "write", "ACTIVE", _PAUSED, "pause.response"),
    ("resume", "a resume", "write", _PAUSED, "ACTIVE", "resume.response"),
    ("stop", "a stop", "stop", "ACTIVE", "STOPPED_EARLY", "stop.response"),
)


def _declare(write: str, words: str, tier: Tier, start: str, status: str, statement: str) -> None:
    @rule(f"seen.after_{write}", _SENTENCE.format(words), statement, *_OF, tier=tier)
    def shows(context: RuleContext) -> None:
        with context.lease(start) as run:
            if tier == "stop":
                context.session.stops.spend()
            calls: dict[str, Call] = {
                "update": partial(context.update, run.id, {"suite_everywhere": "x"}),
                "pause": partial(context.pause, run.id, FAR),
                "resume": partial(context.resume, run.id),
                "stop": partial(context.stop, run.id),
            }
            views = Views(context, run, status)
            views.warm()
            response = calls[write]()
            views.expect(response, shows=context.expect_run(response, status))


for row in _ROWS:
    _declare(*row)


@rule("seen.after_wake", _SENTENCE.format("a pause has ended by itself"), "lifecycle.wake", *_OF)
def after_wake(context: RuleContext) -> None:
    def trial(short: ShortPause, run: Run) -> None:
        with short.running():
            paused = short.pause(run)
            views = Views(context, context.run_of(paused), "ACTIVE")
            views.warm()
        short.awaited(lambda: woke(context, run))
        views.expect(paused)

    with_short_pause(context, trial)


@rule("seen.after_company_stop", _SENTENCE.format("the COMPANY stop of another one"), "stop.company", *_OF, tier="stop",
      needs=("fixture",))  # fmt: skip
def after_company_stop(context: RuleContext) -> None:
    named, sibling = actives(a_company(context))[:2]
    views = Views(context, sibling, "STOPPED_EARLY")
    views.warm()
    response = context.stop(named.id, "COMPANY")
    context.session.forget_runs()
    context.expect_run(response, "STOPPED_EARLY")
    views.expect(response)


@rule(
    "seen.after_second_pause", "A second pause, whether it is accepted or not, counts no run twice.", "list.total_count"
)
def after_second_pause(context: RuleContext) -> None:
    with context.lease(_PAUSED) as run:
        context.pause(run.id, "2100-02-01T08:00:00Z")
        for status in ("ACTIVE", _PAUSED):
            expect_count(context, {"status": status})


@rule("seen.after_rejected_writes", "What is rejected counts no run in another status.", "list.total_count")
def after_rejected_writes(context: RuleContext) -> None:
    with context.lease() as run:
        bodies: tuple[Any, ...] = ("2001-01-01T00:00:00Z", "soon")
        for until in bodies:
            context.pause(run.id, until)
        context.resume(run.id)
        for status in ("ACTIVE", _PAUSED):
            expect_count(context, {"status": status})


@rule("seen.in_order", "Runs that were updated within a moment stand in the order of updated_at, to its last digit.",
      "list.sort_by", "list.sort_order")  # fmt: skip
def in_order(context: RuleContext) -> None:
    session = context.session
    with context.lease() as one, context.lease() as two, context.lease() as three, session.clock.frozen():
        low, middle, high = sorted((one, two, three), key=attrgetter("id"))
        now = context.prepared(context.update(low.id, {"suite_moment": "0"})).updated
        # From a whole second on, so that all three lie in one millisecond, which a coarse comparison takes for one time.
        start = math.floor(now) + 1
        # Neither in the order of ids nor in the reverse: that is what a comparison that is too coarse falls back to.
        for number, run in enumerate((middle, low, high), 1):
            if session.control is not None:
                session.control.advance_to(start + number * _STEP)
            context.prepared(context.update(run.id, {"suite_moment": str(number)}))
        response = context.search(sort_by="updated_at", sort_order="desc", size=20)
        times = [run.updated for run in context.page_of(response).items]
        wrong = next((pair for pair in pairwise(times) if pair[0] < pair[1]), None)
        shown = "" if wrong is None else " before ".join(map(timestamps.write, wrong))
        context.check(wrong is None, "items by updated_at desc", shown, response)
