"""Stopping one run."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from ...engine import FAR, RuleContext, Run
from ..common.calls import expect_rejected_bodies
from ..registry import about
from .side_effects import leaves_alone

rule = about("Sequences", "stopSequence", tier="stop", reach="run")


_reject_all = partial(expect_rejected_bodies, operation_id="stopSequence")


@rule("stop.rejects.reason", "A reason other than WIN and LOSE is rejected.", "stop.reason")
def reason(context: RuleContext) -> None:
    values = ("WON", "win", "LOST", 1)
    _reject_all(context, tuple({"reason": value, "scope": "CONTACT"} for value in values), "an unknown reason")


@rule("stop.rejects.scope", "A scope other than CONTACT and COMPANY is rejected.", "stop.contact", "stop.company")
def scope(context: RuleContext) -> None:
    values = ("COMPANIES", "contact", "ALL", 1)
    _reject_all(context, tuple({"reason": "LOSE", "scope": value} for value in values), "an unknown scope")


@rule("stop.rejects.missing.strict", "reason and scope are both required, and neither is null or empty.", "stop.required")  # fmt: skip
def missing(context: RuleContext) -> None:
    """Many decoders take null, or an empty text, for a field that is missing; the documents do not say that it must not be."""
    bodies = [{"reason": reason, "scope": "CONTACT"} for reason in (None, "")]
    bodies += [{"reason": "LOSE", "scope": scope} for scope in (None, "")]
    _reject_all(context, ({}, {"reason": "WIN"}, {"scope": "CONTACT"}, *bodies), "an incomplete body")


@rule("stop.contact.exactly_one", "CONTACT stops just the named run, for either reason.", "stop.contact", "stop.reason", reach="collection")  # fmt: skip
def exactly_one(context: RuleContext) -> None:
    session = context.session
    some = _with_siblings(context)
    for why, where in (("WIN", None), ("LOSE", None), ("WIN", some), ("LOSE", some)):
        with context.lease("ACTIVE", where) as run:
            session.stops.spend()
            before = dict(session.runs(fresh=True).by_id)
            response = context.stop(run.id, "CONTACT", why)
            got = context.run_of(response)
            stopped = got.id == run.id and got.status == "STOPPED_EARLY"
            context.check(stopped, "the named run STOPPED_EARLY", response.summary, response)
            leaves_alone(context, response, before, session.runs(fresh=True).by_id)


def _with_siblings(context: RuleContext) -> Callable[[Run], bool] | None:
    """Picks a run that COMPANY would not stop alone, where the companies of contacts are known."""
    session = context.session
    if not session.companies:
        return None
    groups = Counter((run.template, session.company(run)) for run in session.runs().in_status("ACTIVE"))
    return lambda run: bool(session.company(run)) and groups[run.template, session.company(run)] > 1


@rule("stop.for_good", "A stopped run stays STOPPED_EARLY whatever is tried.", "stop.for_good")
def for_good(context: RuleContext) -> None:
    with context.lease() as run:
        context.session.stops.spend()
        stopped = context.stop(run.id)
        context.expect_run(stopped, "STOPPED_EARLY")
        stop_again = partial(context.stop, run.id, "CONTACT", "WIN")
        tries = (partial(context.pause, run.id, FAR), partial(context.resume, run.id), stop_again)
        for attempt in tries:
            response = attempt()
            context.expect_run(context.get(run.id), "STOPPED_EARLY", stopped, response, why="still")
            if context.strict:
                context.expect(response, 422, why="for a run that has ended")
        again = context.get(run.id)
        if context.strict:
            kept = context.run_of(again) == context.run_of(stopped)
            context.check(kept, "the run unchanged since it was stopped", again.summary, stopped, again)
        updated = context.update(run.id, {"suite_ended": "x"})
        context.expect_run(context.get(run.id), "STOPPED_EARLY", stopped, updated, why="after an update too")


@rule("stop.keeps_variables", "A stopped run keeps its variables.", "stop.response")
def keeps(context: RuleContext) -> None:
    with context.lease() as run:
        context.session.stops.spend()
        updated = context.prepared(context.update(run.id, {"suite_stop": "kept"}))
        response = context.stop(run.id)
        for shown in (response, context.get(run.id)):
            got = context.run_of(shown).variables
            context.check(got == updated.variables, f"variables {updated.variables}", f"{got}", response, shown)
