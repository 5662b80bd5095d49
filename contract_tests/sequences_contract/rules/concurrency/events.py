"""Pauses, resumes and stops of one run at the same time."""

from functools import partial

from ...contract import timestamps
from ...engine import FAR, RuleContext, Run
from ..registry import about
from ..sequences.timers import ShortPause, with_short_pause, woke
from .at_once import ROUNDS, Call, Rounds, in_rounds

rule = about("Sequences", "pauseSequence", "resumeSequence", "stopSequence", tier="stop")
_PAUSED = "WAITING_FOR_LEAD"


def _with_stop(context: RuleContext, start: str, event: str, wanted: str) -> None:
    """A stop between two events: a stop that succeeded is for good, whichever came first."""

    def trial(rounds: Rounds, run: Run) -> None:
        call = partial(context.pause, run.id, FAR) if event == "pause" else partial(context.resume, run.id)
        one, stopped, other = rounds.send(call, partial(context.stop, run.id), call)
        moved = 200 in (one.status, other.status)
        status = "STOPPED_EARLY" if stopped.status == 200 else wanted if moved else start
        why = f"after a stop that was {stopped.status}"
        context.expect_run(context.get(run.id), status, one, stopped, other, why=why)

    in_rounds(context, start, trial, stops=True)


@rule("race.pause_with_stop", "A stop that succeeded is for good, with a pause at the same time too.", "stop.for_good")
def pause_with_stop(context: RuleContext) -> None:
    _with_stop(context, "ACTIVE", "pause", _PAUSED)


@rule(
    "race.resume_with_stop", "A stop that succeeded is for good, with a resume at the same time too.", "stop.for_good"
)
def resume_with_stop(context: RuleContext) -> None:
    _with_stop(context, _PAUSED, "resume", "ACTIVE")


def _one_succeeds(rounds: Rounds, run: Run, call: Call, wanted: str) -> None:
    """Of two equal events one succeeds at most, since the other one finds the run moved."""
    context, responses = rounds.context, rounds.send(call, call)
    statuses = sorted(one.status for one in responses)
    context.check(all(status in (200, 409, 422) for status in statuses), "200, 409 or 422", f"{statuses}", *responses)
    context.check(statuses.count(200) < 2, "no second 200", f"{statuses}", *responses)
    context.expect_run(context.get(run.id), wanted if 200 in statuses else run.status, *responses)


@rule("race.stop_with_stop.strict", "Of two stops at the same time no more than one succeeds.", "stop.not_allowed")
def stop_with_stop(context: RuleContext) -> None:
    def trial(rounds: Rounds, run: Run) -> None:
        _one_succeeds(rounds, run, partial(context.stop, run.id), "STOPPED_EARLY")

    in_rounds(context, "ACTIVE", trial, stops=True)


@rule("race.resume_with_resume.strict", "Of two resumes at the same time no more than one succeeds.", "resume.not_allowed", tier="write")  # fmt: skip
def resume_with_resume(context: RuleContext) -> None:
    def trial(rounds: Rounds, run: Run) -> None:
        _one_succeeds(rounds, run, partial(context.resume, run.id), "ACTIVE")

    in_rounds(context, _PAUSED, trial)


@rule("race.pause_with_resume",
      "After a pause and a resume at the same time a run is as one order of them leaves it, and a pause that holds ends.",
      "pause.until", "resume.paused", tier="write")  # fmt: skip
def pause_with_resume(context: RuleContext) -> None:
    rounds = Rounds(context)
    for _ in range(ROUNDS):
        with_short_pause(context, partial(_pause_and_resume, rounds))


def _pause_and_resume(rounds: Rounds, short: ShortPause, run: Run) -> None:
    context, until = short.context, timestamps.write(short.until)
    with short.running():
        context.prepared(context.pause(run.id, FAR))
        pause = partial(context.pause, run.id, until)
        responses = rounds.send(pause, partial(context.resume, run.id), pause)
        one, resumed, other = (response.status == 200 for response in responses)
        read = context.get(run.id)
        status = context.run_of(read).status
        # A pause alone leaves it paused, the resume alone ACTIVE, and both whatever the last one says.
        possible = {_PAUSED} if not resumed else {_PAUSED, "ACTIVE"} if one or other else {"ACTIVE"}
        context.check(status in possible, " or ".join(sorted(possible)), status, *responses, read)
    if status == _PAUSED and (one or other):
        short.awaited(lambda: woke(context, run))
        context.expect_run(context.get(run.id), "ACTIVE", *responses, why="after the pause's time")
