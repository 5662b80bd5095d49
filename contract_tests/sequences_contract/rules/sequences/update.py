"""Updating variables: merge, removal, what stays, and what moves."""

import contextlib
from collections import Counter
from typing import Any

from ...engine import FAR, NotExercised, RuleContext, Run, brief
from ...http.messages import Response
from ..registry import about
from .side_effects import leaves_alone

rule = about("Sequences", "updateSequence", tier="write", reach="run")


def set_variables(context: RuleContext, run: Run, changes: dict[str, Any]) -> Run:
    """Updates, and sees that the response, get and list agree on the result of the merge."""
    before = context.fetch(run.id)
    response = context.update(run.id, changes)
    steps = context.updates_of(run.id)
    after = context.run_of(response)
    merged = {**(before.variables or {}), **changes}
    wanted, got = {key: value for key, value in merged.items() if value is not None}, after.variables or {}
    # What differs is all that is shown; None stands for a key that is not there.
    differ = [key for key in {**wanted, **got} if wanted.get(key) != got.get(key)][:4]
    expected = f"variables {brief({key: wanted.get(key) for key in differ})}"
    context.check(got == wanted, expected, brief({key: got.get(key) for key in differ}), *steps)
    others = {n: v for n, v in before.differences(after).items() if n not in ("variables", "updated_at")}
    context.check(not others, "no other field changed", f"{others}", response)
    read = context.get(run.id)
    differences = after.differences(context.run_of(read))
    context.check(not differences, "the same from get", f"{differences}", response, read)
    return after


def expect_variables(context: RuleContext, response: Response, wanted: dict[str, str] | None) -> None:
    """The response must show a run with just these variables."""
    got = context.run_of(response).variables
    context.check(got == wanted, f"variables {brief(wanted)}", brief(got), response)


@rule("update.merge", "Named keys are set, other keys stay.", "update.merge", "update.response")
def merge(context: RuleContext) -> None:
    with context.lease() as run:
        set_variables(context, run, {"suite_a": "1", "suite_b": "2"})
        set_variables(context, run, {"suite_b": "two", "suite_c": "3"})
        set_variables(context, run, {"suite_a": "1"})
        set_variables(context, run, {"Suite_A": "another key", "suite a": "and another", "": "even an empty one"})


@rule("update.null_removes", "A null removes that key, and only that one; several remove theirs.", "update.merge")
def removes(context: RuleContext) -> None:
    with context.lease() as run:
        set_variables(context, run, {"suite_a": "1", "suite_b": "2", "suite_c": "3"})
        after = set_variables(context, run, {"suite_b": None})
        gone = "suite_b" not in (after.variables or {})
        context.check(gone, "the key gone", brief(after.variables), context.get(run.id))
        set_variables(context, run, {"suite_a": None, "suite_d": "4"})
        set_variables(context, run, {"suite_c": None, "suite_d": None})


@rule("update.nothing_named", "An empty object of variables changes nothing.", "update.merge")
def nothing(context: RuleContext) -> None:
    with context.lease() as run:
        set_variables(context, run, {"suite_a": "1"})
        set_variables(context, run, {})


@rule("update.edges.strict", "Unknown keys may be removed; the last removal leaves {}; null grows an object.", "update.edges", reach="collection")  # fmt: skip
def edges(context: RuleContext) -> None:
    with context.lease() as run:
        set_variables(context, run, {"suite_never": None})
        after = set_variables(context, run, {"suite_a": "1"})
        expect_variables(context, context.update(run.id, dict.fromkeys(after.variables or {})), {})
    without = [run for run in context.session.runs().in_status("ACTIVE") if run.variables is None]
    if without:
        # By now another rule may have used the last of them: variables once set cannot be made null again.
        with contextlib.suppress(NotExercised), context.lease("ACTIVE", lambda run: run.variables is None) as run:
            expect_variables(context, context.update(run.id, {"suite_never": None}), None)
            set_variables(context, run, {"suite_a": "1"})


@rule("update.persists", "What was updated stays, through pause and resume too, and shows in the list.", "update.merge", "update.response")  # fmt: skip
def persists(context: RuleContext) -> None:
    with context.lease() as run:
        set_variables(context, run, {"suite_gone": "x"})
        after = set_variables(context, run, {"suite_a": "kept", "suite_gone": None})
        for response in (context.pause(run.id, FAR), context.resume(run.id)):
            expect_variables(context, response, after.variables)
        context.prepared(context.pause(run.id, FAR))
        after = set_variables(context, run, {"suite_a": "changed while paused", "suite_b": "new"})
        expect_variables(context, context.resume(run.id), after.variables)
        response = context.search(status=run.status, size=100, sort_by="updated_at", sort_order="desc")
        items = context.page_of(response).items
        times = [other.updated for other in items]
        in_order = times == sorted(times, reverse=True)
        context.check(in_order, "items by updated_at desc after an update", "another order", response)
        listed = [other for other in items if other.id == run.id]
        current = bool(listed) and listed[0].variables == after.variables
        context.check(current, "the update in the list", "an older state", response)


@rule("update.moves_updated_at", "An update that changes something moves updated_at.", "run.updated_at")
def moves(context: RuleContext) -> None:
    context.needs_time()
    with context.lease() as run:
        for value in ("1", "2", None):
            before = context.fetch(run.id)
            context.tick()
            response = context.update(run.id, {"suite_a": value})
            after = context.run_of(response)
            old, new = before.fields["updated_at"], after.fields["updated_at"]
            context.check(after.updated > before.updated, f"updated_at after {old}", f"{new}", response)
            same = after.created == before.created
            context.check(same, "created_at unmoved", f"{after.fields['created_at']}", response)


@rule("update.no_change.strict", "An update that changes nothing does not move updated_at.", "update.no_change")
def no_change(context: RuleContext) -> None:
    context.needs_time()
    with context.lease() as run:
        before = set_variables(context, run, {"suite_a": "1"})
        for changes in ({"suite_a": "1"}, {}, {"suite_never": None}):
            context.tick()
            response = context.update(run.id, changes)
            after = context.run_of(response)
            context.check(after == before, "the run unchanged", f"{before.differences(after)}", response)


@rule("update.only_this_run", "Only the named run changes.", "update.merge", reach="collection")
def only_this(context: RuleContext) -> None:
    session = context.session
    contacts = Counter(run.contact for run in session.runs().items if run.contact is not None)
    for where in (None, lambda run: contacts[run.contact] > 1):
        with context.lease("ACTIVE", where) as run:
            before = dict(session.runs(fresh=True).by_id)
            response = context.update(run.id, {"suite_only": "here"})
            leaves_alone(context, response, before, session.runs(fresh=True).by_id)


@rule("update.keeps_status", "An update leaves the status as it is, in every status.", "update.merge")
def keeps_status(context: RuleContext) -> None:
    for status in _statuses(context):
        with context.lease(status) as run:
            response = context.update(run.id, {"suite_status": "x"})
            context.expect_run(context.get(run.id), status, response)


def _statuses(context: RuleContext) -> list[str]:
    """The statuses of which the pool has a run."""
    pool = context.session.pool
    return [status for status in context.lifecycle.statuses if status == "WAITING_FOR_LEAD" or pool.count(status)]


@rule("update.every_status.strict", "Update works in every status.", "update.every_status")
def every_status(context: RuleContext) -> None:
    statuses = _statuses(context)
    for status in statuses:
        with context.lease(status) as run:
            set_variables(context, run, {"suite_a": "1"})
            context.expect_run(context.get(run.id), run.status)
    if len(statuses) < len(context.lifecycle.statuses):
        context.skip(f"only {len(statuses)} of the statuses occur; load runs in all of them")


@rule("update.method.strict", "Update is a PATCH and nothing else.", "update.method")
def method(context: RuleContext) -> None:
    with context.lease() as run:
        context.expect(context.call("PATCH", f"/sequences/{run.id}", json={"variables": {"suite_a": "1"}}), 200)
        for name in ("PUT", "POST"):
            context.expect(context.call(name, f"/sequences/{run.id}", json={"variables": {"suite_a": "2"}}), 405)
