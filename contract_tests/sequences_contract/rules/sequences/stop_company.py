"""Stopping a company: its siblings, of the same template, that have not ended."""

from ...engine import RuleContext, Run
from ..registry import about
from .company import Experiment, actives, experiments, groups, is_open

rule = about("Sequences", "stopSequence", tier="stop", needs=("fixture",), shares="company")
_MANY = 12


def _missed(one: Experiment, run: Run) -> bool:
    """Whether a sibling that should have been stopped was not; one that another client moved on is not counted."""
    now = one.after.get(run.id)
    if now is None or now.status == "STOPPED_EARLY":
        return now is None
    return now.status == run.status or run.id in one.changed


@rule("stop.company.stops_active_siblings", "COMPANY stops the named run and its ACTIVE siblings.", "stop.company", "stop.response")  # fmt: skip
def siblings(context: RuleContext) -> None:
    for one in experiments(context):
        got = context.run_of(one.response)
        named = got.id == one.named.id and got.status == "STOPPED_EARLY"
        context.check(named, "the named run STOPPED_EARLY", one.response.summary, one.response)
        for run in actives(one.siblings):
            _stopped(context, one, run)


@rule("stop.company.all_not_ended.strict", "COMPANY stops every sibling that has not ended.", "stop.active_means_not_ended")  # fmt: skip
def not_ended(context: RuleContext) -> None:
    for one in experiments(context):
        for run in one.siblings:
            if is_open(context, run):
                _stopped(context, one, run)


def _stopped(context: RuleContext, one: Experiment, run: Run) -> None:
    status = one.after[run.id].status if run.id in one.after else "gone"
    wanted = f"{run.id}, {run.status} before, STOPPED_EARLY"
    spared = _missed(one, run)
    context.check(not spared, wanted, status, one.response, *([context.get(run.id)] if spared else []))


@rule("stop.company.every_sibling", "COMPANY stops all ACTIVE siblings, however many they are and whichever was there first.", "stop.company")  # fmt: skip
def every_sibling(context: RuleContext) -> None:
    session = context.session
    experiments(context)
    group = groups(context)[-1]
    running = actives(group)
    if session.control is not None:
        session.stops.require(_MANY + len(group))
        for number in range(_MANY - len(running)):
            contact = running[number % len(running)].contact
            session.control.enrol(f"{contact}", running[0].template)
        company = session.company(running[0])
        everyone = session.runs(fresh=True).in_status("ACTIVE")
        running = actives([r for r in everyone if r.template == running[0].template and session.company(r) == company])
    named = running[len(running) // 2]
    session.stops.spend(len(running) + sum(is_open(context, run) and run.status != "ACTIVE" for run in group))
    response = context.stop(named.id, "COMPANY", "LOSE")
    context.run_of(response)
    for run in running:
        read = context.get(run.id)
        status = context.run_of(read).status
        context.check(status == "STOPPED_EARLY", f"all {len(running)} STOPPED_EARLY", status, response, read)
    session.forget_runs()


@rule("stop.company.finished_unchanged", "COMPANY leaves siblings that have ended as they are.", "stop.company")
def finished(context: RuleContext) -> None:
    for one in experiments(context):
        for run in one.siblings:
            if not is_open(context, run):
                changes = run.differences(one.after.get(run.id, run)) if run.id in one.changed else {}
                context.check(not changes, f"{run.id}, {run.status}, unchanged", f"{changes}", one.response)


@rule("stop.company.only_status_changes",
      "COMPANY changes only status and updated_at of those it stops, and moves updated_at.", "stop.company",
      "run.updated_at")  # fmt: skip
def only_status(context: RuleContext) -> None:
    for one in experiments(context):
        stopped = {run.id: run for run in one.siblings if run.id in one.changed}
        for name, run in {one.named.id: one.before[one.named.id], **stopped}.items():
            fields = run.differences(one.after[name])
            other = sorted(set(fields) - {"status", "updated_at"})
            context.check(not other, "no other field changed", f"{other} of {name}", one.response)
            if not context.session.clock.stands_still:
                moved, shown = one.after[name].updated > run.updated, one.after[name].fields["updated_at"]
                context.check(moved, f"updated_at of {name} after {run.fields['updated_at']}", f"{shown}", one.response)


@rule("stop.company.one_time.strict", "All that COMPANY stops ends at one time.", "stop.active_means_not_ended")
def one_time(context: RuleContext) -> None:
    for one in experiments(context):
        ended = context.run_of(one.response).fields["updated_at"]
        for run in one.siblings:
            now = one.after.get(run.id, run)
            if is_open(context, run) and now.status == "STOPPED_EARLY":
                shown = now.fields["updated_at"]
                context.check(
                    shown == ended, f"updated_at {ended}", f"{shown} of {run.id}", one.response, context.get(run.id)
                )
