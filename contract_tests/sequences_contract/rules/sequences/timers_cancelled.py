"""What becomes of a pause that something else overtakes: another pause, a resume, a stop, an update."""

from ...contract import timestamps
from ...engine import FAR, RuleContext
from ..registry import about
from .timers import outlast, paused_briefly

rule = about("Sequences", "pauseSequence", "resumeSequence", tier="write")


@rule("pause.second_moves_the_time.strict", "A second pause moves the time, later or earlier.", "lifecycle.own_rows")
def moved(context: RuleContext) -> None:
    with context.lease() as run:
        first, until, seen = paused_briefly(context, run, timestamps.write)
        second = context.pause(run.id, FAR)
        before = context.run_of(second)
        outlast(context, until, seen)
        context.unchanged(before, [first, second])
    with context.lease("WAITING_FOR_LEAD") as run:
        response, until, seen = paused_briefly(context, run, timestamps.write)
        outlast(context, until, seen)
        context.expect_run(context.get(run.id), "ACTIVE", response, why="after the earlier time")


@rule("pause.cancelled_by_resume",
      "A resumed run is not touched by the pause that it left, nor by a later one's predecessor.", "resume.paused",
      "pause.until")  # fmt: skip
def cancelled_by_resume(context: RuleContext) -> None:
    with context.lease() as run:
        paused, until, seen = paused_briefly(context, run, timestamps.write)
        resumed = context.resume(run.id)
        before = context.expect_run(resumed, "ACTIVE", paused)
        outlast(context, until, seen)
        context.unchanged(before, [paused, resumed])
    with context.lease() as run:
        paused, until, seen = paused_briefly(context, run, timestamps.write)
        responses = [paused, context.resume(run.id), context.pause(run.id, FAR)]
        before = context.run_of(responses[-1])
        outlast(context, until, seen)
        context.unchanged(before, responses)


@rule("pause.cancelled_by_stop", "A run stopped while paused stays stopped after the time.", "stop.for_good",
      "stop.active_means_not_ended", tier="stop", basis="doc")  # fmt: skip
def cancelled_by_stop(context: RuleContext) -> None:
    with context.lease() as run:
        context.session.stops.spend()
        paused, until, seen = paused_briefly(context, run, timestamps.write)
        stopped = context.stop(run.id)
        if stopped.status != 200 and not context.strict:
            context.skip("the target does not stop paused runs, as it may", excused=True)
        before = context.run_of(stopped)
        outlast(context, until, seen)
        context.unchanged(before, [paused, stopped])


@rule("pause.update_while_paused", "An update of a paused run does not touch its pause.", "pause.until", "update.merge")
def update_while_paused(context: RuleContext) -> None:
    with context.lease() as run:
        paused, until, seen = paused_briefly(context, run, timestamps.write)
        updated = context.update(run.id, {"suite_paused": "x"})
        context.expect_run(updated, "WAITING_FOR_LEAD", paused)
        outlast(context, until, seen)
        after = context.get(run.id)
        got = context.expect_run(after, "ACTIVE", paused, updated, why="after its time")
        kept = (got.variables or {}).get("suite_paused")
        context.check(kept == "x", "the updated variables kept", f"{got.variables}", updated, after)
