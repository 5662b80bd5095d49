"""What a COMPANY stop must leave alone, and what it does where there are no siblings, or where it is rejected."""

from functools import partial

from ...contract import timestamps
from ...engine import NotExercised, RuleContext, Run
from ..registry import about
from .company import Experiment, actives, experiments, groups, is_open
from .side_effects import leaves_alone
from .timers import ShortPause, TooSlow

rule = about("Sequences", "stopSequence", tier="stop", needs=("fixture",), shares="company")


def _untouched(context: RuleContext, which: str) -> None:
    """No run outside the group may change; `which` names the kind of outsider that the rule is about."""
    for one in experiments(context):
        inside = {run.id for run in one.siblings} | {one.named.id}
        company = context.session.company(one.named)
        for name, run in one.changed.items():
            if name in inside or context.session.company(run) == "":  # it may work there: only a name is known
                continue
            kind = "template" if context.session.company(run) == company else "company"
            if kind == which:
                status = one.after[name].status
                context.check(
                    False, f"{name} untouched, {_describe(context, run, one)}", status, one.response, context.get(name)
                )
        context.judged += len(one.before) - len(inside)


def _describe(context: RuleContext, run: Run, one: Experiment) -> str:
    named = f"the named one: {one.named.template} at {context.session.company(one.named)}"
    return f"of template {run.template} at {context.session.company(run)} ({named})"


@rule("stop.company.same_template_only", "COMPANY leaves the company's runs of other templates alone.", "stop.company")
def same_template(context: RuleContext) -> None:
    _untouched(context, "template")


@rule("stop.company.same_company_only", "COMPANY leaves runs of other companies, and of none, alone.", "stop.company")
def same_company(context: RuleContext) -> None:
    _untouched(context, "company")


@rule("stop.company.same_organization_only", "COMPANY leaves other organizations alone.", "stop.company",
      "auth.one_organization", needs=("fixture", "other"))  # fmt: skip
def same_organization(context: RuleContext) -> None:
    for one in experiments(context):
        shown = f"{one.foreign_changed[:3]}"
        context.check(not one.foreign_changed, "no run of another organization changed", shown, one.response)


@rule("stop.company.for_good", "A paused sibling that COMPANY stopped does not wake when its pause would have ended.",
      "stop.for_good", "stop.company")  # fmt: skip
def for_good(context: RuleContext) -> None:
    context.needs_time()
    experiments(context)
    group = groups(context)[0]
    named, paused = actives(group)[:2]
    context.session.stops.spend(sum(is_open(context, run) for run in group))
    seen = context.update(paused.id, {"suite_clock": "before the stop"})
    now = context.prepared(seen).updated
    short = ShortPause(context, seen, now, now + 2 * context.session.clock.short)
    try:
        with short.running():
            pause = context.pause(paused.id, timestamps.write(short.until))
            context.prepared(pause)
            response = context.stop(named.id, "COMPANY", "WIN")
            context.run_of(response)
            context.session.forget_runs()
            after = context.fetch(paused.id)
    except TooSlow:
        context.skip("the target responds too slowly, or too unevenly, for a timer", excused=True)
    if after.status != "STOPPED_EARLY":
        if context.strict:
            context.check(
                False, "the paused sibling STOPPED_EARLY", after.status, pause, response, context.get(paused.id)
            )
        context.skip("the target does not stop paused siblings, as it may", excused=True)
    short.outlast()
    context.unchanged(after, [pause, response])


def _alone(context: RuleContext, deleted: bool, run: Run) -> bool:
    """Whether a run has no company, for the reason asked for: its contact was deleted, or has none."""
    return (run.contact is None) == deleted and context.session.company(run) is None


@rule("stop.company.no_siblings",
      "A run whose contact was deleted or has no company can be stopped with COMPANY, and in profile strict is stopped alone.",
      "stop.company", "stop.no_siblings")  # fmt: skip
def no_siblings(context: RuleContext) -> None:
    tried = 0
    for kind in ("deleted", "without company"):
        try:
            with context.lease("ACTIVE", partial(_alone, context, kind == "deleted")) as run:
                context.session.stops.spend()
                before = dict(context.session.runs(fresh=True).by_id)
                response = context.stop(run.id, "COMPANY", "WIN")
                context.check(response.status < 500, "a response below 500", response.summary, response)
                tried += 1
                if not context.strict:
                    continue
                stopped = context.run_of(response).status == "STOPPED_EARLY"
                context.check(stopped, "the named run STOPPED_EARLY", response.summary, response)
                leaves_alone(context, response, before, context.session.runs(fresh=True).by_id)
        except NotExercised as reason:
            if reason.excused:
                raise
    if not tried:
        context.skip("no ACTIVE run has a deleted contact or one without company; load some")


@rule("stop.company.rejected_changes_nothing", "COMPANY of a run that has ended is rejected and changes nobody.",
      "stop.not_allowed", "lifecycle.others_rejected", basis="ref")  # fmt: skip
def rejected(context: RuleContext) -> None:
    session = context.session
    run, siblings = _ended_with_siblings(context)
    with session.stops.reserve(len(siblings)) as reserve:
        response = context.stop(run.id, "COMPANY", "LOSE")
        after = session.runs(fresh=True).by_id
        stopped = [one.id for one in siblings if after[one.id].status == "STOPPED_EARLY"]
        reserve.used = len(stopped)
    if context.strict:
        context.expect(response, 422, why=f"for a {run.status} run")
    if not 200 <= response.status < 300:
        context.check(not stopped, "nobody stopped", f"{stopped[:3]} stopped", response, *map(context.get, stopped[:1]))
    context.judged += 1


def _ended_with_siblings(context: RuleContext) -> tuple[Run, list[Run]]:
    """A run that has ended, and those at the same company, of the same template, that have not: one is ACTIVE at least."""
    session = context.session
    everyone = session.runs(fresh=True).items
    for run in everyone:
        company = session.company(run) if not is_open(context, run) and session.pool.writable(run) else None
        if company:
            open_ones = [one for one in everyone if one.template == run.template and is_open(context, one)]
            siblings = [one for one in open_ones if session.company(one) == company]
            if actives(siblings):
                return run, siblings
    raise NotExercised("no run that has ended has an ACTIVE sibling; load some")
