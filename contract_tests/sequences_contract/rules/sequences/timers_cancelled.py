"""What becomes of a pause that something else overtakes: another pause, a resume, a stop, an update."""

from ...engine import FAR, RuleContext, Run
from ..registry import about
from .timers import ShortPause, with_short_pause, woke

rule = about("Sequences", "pauseSequence", "resumeSequence", tier="write", reach="run")


@rule("pause.second_moves_the_time.strict", "A second pause moves the time, later or earlier.", "lifecycle.own_rows")
def moved(context: RuleContext) -> None:
    def later(short: ShortPause, run: Run) -> None:
        with short.running():
            first = short.pause(run)
            second = context.pause(run.id, FAR)
            before = context.run_of(second)
        short.outlast()
        context.unchanged(before, [first, second])

    def earlier(short: ShortPause, run: Run) -> None:
        with short.running():
            context.prepared(context.pause(run.id, FAR))
            response = short.pause(run)
        short.outlast()
        context.expect_run(context.get(run.id), "ACTIVE", response, why="after the earlier time")

    with_short_pause(context, later)
    with_short_pause(context, earlier)


@rule("pause.cancelled_by_resume",
      "A resumed run is not touched by the pause that it left, nor by a later one's predecessor.", "resume.paused",
      "pause.until")  # fmt: skip
def cancelled_by_resume(context: RuleContext) -> None:
    def resumed(short: ShortPause, run: Run) -> None:
        with short.running():
            paused = short.pause(run)
            response = context.resume(run.id)
            before = context.expect_run(response, "ACTIVE", paused)
        short.outlast()
        context.unchanged(before, [paused, response])

    def paused_again(short: ShortPause, run: Run) -> None:
        with short.running():
            responses = [short.pause(run), context.resume(run.id), context.pause(run.id, FAR)]
            before = context.run_of(responses[-1])
        short.outlast()
        context.unchanged(before, responses)

    with_short_pause(context, resumed)
    with_short_pause(context, paused_again)


@rule("pause.cancelled_by_stop", "A run stopped while paused stays stopped after the time.", "stop.for_good",
      "stop.active_means_not_ended", tier="stop", basis="doc")  # fmt: skip
def cancelled_by_stop(context: RuleContext) -> None:
    def trial(short: ShortPause, run: Run) -> None:
        context.session.stops.spend()
        with short.running():
            paused = short.pause(run)
            stopped = context.stop(run.id)
            if stopped.status != 200 and not context.strict:
                context.skip("the target does not stop paused runs, as it may", excused=True)
            before = context.run_of(stopped)
        short.outlast()
        context.unchanged(before, [paused, stopped])

    with_short_pause(context, trial)


@rule("pause.update_while_paused", "An update of a paused run does not touch its pause.", "pause.until", "update.merge")
def update_while_paused(context: RuleContext) -> None:
    def trial(short: ShortPause, run: Run) -> None:
        with short.running():
            paused = short.pause(run)
            updated = context.update(run.id, {"suite_paused": "x"})
            context.expect_run(updated, "WAITING_FOR_LEAD", paused)
        short.awaited(lambda: woke(context, run))
        after = context.get(run.id)
        got = context.expect_run(after, "ACTIVE", paused, updated, why="after its time")
        kept = (got.variables or {}).get("suite_paused")
        context.check(kept == "x", "the updated variables kept", f"{got.variables}", updated, after)

    with_short_pause(context, trial)
