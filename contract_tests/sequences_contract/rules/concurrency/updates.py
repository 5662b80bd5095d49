"""Updates at the same time as other writes."""

from functools import partial

from ...engine import FAR, RuleContext, Run
from ...http.messages import Response
from ..registry import about
from .at_once import ROUNDS, Call, Rounds, in_rounds

rule = about("Sequences", "updateSequence", tier="write")
_WRITERS = 4


@rule("race.update_with_update",
      "Updates of different variables at the same time are all kept, and one that is rejected changes nothing.",
      "update.merge", "update.response")  # fmt: skip
def with_update(context: RuleContext) -> None:
    rounds = Rounds(context)
    with context.lease() as run:
        for number in range(ROUNDS):
            names = [f"suite_{number}_{writer}" for writer in range(_WRITERS)]
            responses = rounds.send(*(partial(context.update, run.id, {name: "kept"}) for name in names))
            read = context.get(run.id)
            for name, response in zip(names, responses, strict=True):
                _expect_kept(context, name, response, read)


def _expect_kept(context: RuleContext, name: str, response: Response, read: Response) -> None:
    """An update that succeeded must be in what was read afterwards, one that was rejected must not."""
    held, done = context.run_of(read).variables or {}, response.status == 200
    wanted = f"{'' if done else 'no '}variable {name}, of an update that was {response.status}"
    context.check((name in held) == done, wanted, f"variables {sorted(held)}", response, read)


@rule("race.bodies", "Updates of two runs at the same time each change their own run.", "update.merge")
def two_runs(context: RuleContext) -> None:
    rounds = Rounds(context)
    with context.lease() as one, context.lease() as other:
        for number in range(ROUNDS):
            own = {run.id: {f"suite_{number}": run.id} for run in (one, other)}
            responses = rounds.send(*(partial(context.update, name, variables) for name, variables in own.items()))
            for run_id, response in zip(own, responses, strict=True):
                if response.status == 200:
                    read = context.get(run_id)
                    got = (context.run_of(read).variables or {}).get(f"suite_{number}")
                    context.check(got == run_id, f"suite_{number} {run_id}", f"{got}", *responses, read)


def _with_event(rounds: Rounds, run: Run, event: Call, wanted: str) -> None:
    """Updates and an event of one run at the same time: what succeeded of them must have happened.

    One update comes a little before the event and one after it: which of the two would undo the other nobody knows.
    """
    context, names = rounds.context, ("suite_before", "suite_after")
    first, last = (partial(context.update, run.id, {name: "kept"}) for name in names)
    before, moved, after = rounds.send(first, event, last)
    read = context.get(run.id)
    status = wanted if moved.status == 200 else run.status
    context.expect_run(read, status, before, moved, after, why=f"after an event that was {moved.status}")
    for name, update in zip(names, (before, after), strict=True):
        _expect_kept(context, name, update, read)


@rule("race.update_with_pause", "Of an update and a pause at the same time none undoes the other.", "update.merge", "pause.until")  # fmt: skip
def with_pause(context: RuleContext) -> None:
    def trial(rounds: Rounds, run: Run) -> None:
        _with_event(rounds, run, partial(context.pause, run.id, FAR), "WAITING_FOR_LEAD")

    in_rounds(context, "ACTIVE", trial)


@rule("race.update_with_resume", "Of an update and a resume at the same time none undoes the other.", "update.merge", "resume.paused")  # fmt: skip
def with_resume(context: RuleContext) -> None:
    def trial(rounds: Rounds, run: Run) -> None:
        _with_event(rounds, run, partial(context.resume, run.id), "ACTIVE")

    in_rounds(context, "WAITING_FOR_LEAD", trial)


@rule("race.update_with_stop", "Of an update and a stop at the same time none undoes the other.", "update.merge",
      "stop.for_good", tier="stop")  # fmt: skip
def with_stop(context: RuleContext) -> None:
    def trial(rounds: Rounds, run: Run) -> None:
        _with_event(rounds, run, partial(context.stop, run.id), "STOPPED_EARLY")

    in_rounds(context, "ACTIVE", trial, stops=True)
