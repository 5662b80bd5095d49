"""Updating variables: merge, removal, what stays, and what moves."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from ..trial import NotExercised
from .bystanders import leaves_alone
from .registry import rule

if TYPE_CHECKING:
    from ..runs import Run
    from ..trial import Trial


def set_variables(trial: Trial, run: Run, changes: dict[str, Any]) -> Run:
    """Updates, and sees that the answer, get and list agree on the result of the merge."""
    before = trial.look(run.id)
    answer = trial.update(run.id, changes)
    after = trial.run_of(answer)
    merged = {**(before.variables or {}), **changes}
    wanted = {key: value for key, value in merged.items() if value is not None}
    trial.that((after.variables or {}) == wanted, f"variables {shown(wanted)}", shown(after.variables), answer)
    others = {n: v for n, v in before.differences(after).items() if n not in ("variables", "updated_at")}
    trial.that(not others, "no other field changed", f"{others}", answer)
    read = trial.get(run.id)
    trial.that(
        trial.run_of(read) == after,
        "the same from get",
        lambda: f"{after.differences(trial.run_of(read))}",
        answer,
        read,
    )
    return after


def shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}… ({len(text)} characters)"


@rule("update.merge", "Named keys are set, other keys stay.", "update.merge", "update.answer", tier="write")
def merge(trial: Trial) -> None:
    with trial.borrow() as run:
        set_variables(trial, run, {"suite_a": "1", "suite_b": "2"})
        set_variables(trial, run, {"suite_b": "two", "suite_c": "3"})
        set_variables(trial, run, {"suite_a": "1"})
        set_variables(trial, run, {"Suite_A": "another key", "suite a": "and another", "": "even an empty one"})


@rule("update.null_removes", "A null removes that key, and only that one.", "update.merge", tier="write")
def removes(trial: Trial) -> None:
    with trial.borrow() as run:
        set_variables(trial, run, {"suite_a": "1", "suite_b": "2", "suite_c": "3"})
        after = set_variables(trial, run, {"suite_b": None})
        trial.that("suite_b" not in (after.variables or {}), "the key gone", shown(after.variables), trial.get(run.id))
        set_variables(trial, run, {"suite_a": None, "suite_d": "4"})


@rule("update.nothing_named", "An empty object of variables changes nothing.", "update.merge", tier="write")
def nothing(trial: Trial) -> None:
    with trial.borrow() as run:
        set_variables(trial, run, {"suite_a": "1"})
        set_variables(trial, run, {})


@rule(
    "update.edges.strict",
    "Unknown keys may be removed; the last removal leaves {}; null grows an object.",
    "update.edges",
    tier="write",
)
def edges(trial: Trial) -> None:
    with trial.borrow() as run:
        set_variables(trial, run, {"suite_never": None})
        after = set_variables(trial, run, {"suite_a": "1"})
        answer = trial.update(run.id, dict.fromkeys(after.variables or {}))
        got = trial.run_of(answer).variables
        trial.that(got == {}, "variables {}", shown(got), answer)
    without = [run for run in trial.bench.census().in_status("ACTIVE") if run.variables is None]
    if without:
        # By now another rule may have used the last of them: variables once set cannot be made null again.
        with contextlib.suppress(NotExercised), trial.borrow("ACTIVE", lambda run: run.variables is None) as run:
            answer = trial.update(run.id, {"suite_never": None})
            got = trial.run_of(answer).variables
            trial.that(got is None, "variables still null", shown(got), answer)
            set_variables(trial, run, {"suite_a": "1"})


@rule(
    "update.persists",
    "What was updated stays, through pause and resume too, and shows in the list.",
    "update.merge",
    "update.answer",
    tier="write",
)
def persists(trial: Trial) -> None:
    with trial.borrow() as run:
        set_variables(trial, run, {"suite_gone": "x"})
        after = set_variables(trial, run, {"suite_a": "kept", "suite_gone": None})
        for answer in (trial.pause(run.id, "2100-01-04T08:00:00Z"), trial.resume(run.id)):
            got = trial.run_of(answer).variables
            trial.that(got == after.variables, f"variables {shown(after.variables)}", shown(got), answer)
        trial.arranged(trial.pause(run.id, "2100-01-04T08:00:00Z"))
        after = set_variables(trial, run, {"suite_a": "changed while paused", "suite_b": "new"})
        answer = trial.resume(run.id)
        got = trial.run_of(answer).variables
        trial.that(got == after.variables, f"variables {shown(after.variables)}", shown(got), answer)
        answer = trial.search(status=run.status, size=100, sort_by="updated_at", sort_order="desc")
        listed = [other for other in trial.page_of(answer).items if other.id == run.id]
        trial.that(
            bool(listed) and listed[0].variables == after.variables, "the update in the list", "an older state", answer
        )


@rule("update.moves_updated_at", "An update that changes something moves updated_at.", "run.updated_at", tier="write")
def moves(trial: Trial) -> None:
    trial.needs_time()
    with trial.borrow() as run:
        for value in ("1", "2", None):
            before = trial.look(run.id)
            _tick(trial)
            answer = trial.update(run.id, {"suite_a": value})
            after = trial.run_of(answer)
            trial.that(
                after.updated > before.updated,
                f"updated_at after {before.fields['updated_at']}",
                f"{after.fields['updated_at']}",
                answer,
            )
            trial.that(after.created == before.created, "created_at unmoved", f"{after.fields['created_at']}", answer)


def _tick(trial: Trial) -> None:
    time.sleep(0.005)


@rule(
    "update.no_change.strict",
    "An update that changes nothing does not move updated_at.",
    "update.no_change",
    tier="write",
)
def no_change(trial: Trial) -> None:
    trial.needs_time()
    with trial.borrow() as run:
        before = set_variables(trial, run, {"suite_a": "1"})
        for changes in ({"suite_a": "1"}, {}, {"suite_never": None}):
            _tick(trial)
            answer = trial.update(run.id, changes)
            after = trial.run_of(answer)
            trial.that(after == before, "the run unchanged", f"{before.differences(after)}", answer)


@rule("update.only_this_run", "Only the named run changes.", "update.merge", tier="write")
def only_this(trial: Trial) -> None:
    bench = trial.bench
    contacts = Counter(run.contact for run in bench.census().runs if run.contact is not None)
    for where in (None, lambda run: contacts[run.contact] > 1):
        with trial.borrow("ACTIVE", where) as run:
            before = dict(bench.census(fresh=True).by_id)
            answer = trial.update(run.id, {"suite_only": "here"})
            leaves_alone(trial, answer, before, bench.census(fresh=True).by_id)


@rule("update.keeps_status", "An update leaves the status as it is, in every status.", "update.merge", tier="write")
def keeps_status(trial: Trial) -> None:
    for status in trial.bench.contract.statuses:
        if status != "WAITING_FOR_LEAD" and not trial.bench.stock.count(status):
            continue
        with trial.borrow(status) as run:
            answer = trial.update(run.id, {"suite_status": "x"})
            read = trial.get(run.id)
            got = trial.run_of(read).status
            trial.that(got == status, status, got, answer, read)


@rule("update.every_status.strict", "Update works in every status.", "update.every_status", tier="write")
def every_status(trial: Trial) -> None:
    tried = 0
    for status in trial.bench.contract.statuses:
        if status != "WAITING_FOR_LEAD" and not trial.bench.stock.count(status):
            continue
        tried += 1
        with trial.borrow(status) as run:
            after = set_variables(trial, run, {"suite_a": "1"})
            trial.that(after.status == run.status, f"status {run.status}", after.status, trial.get(run.id))
    if tried < len(trial.bench.contract.statuses):
        trial.skip(f"only {tried} of the nine statuses occur; load runs in all of them")


@rule("update.method.strict", "Update is a PATCH and nothing else.", "update.method", tier="write")
def method(trial: Trial) -> None:
    with trial.borrow() as run:
        trial.expect(trial.call("PATCH", f"/sequences/{run.id}", json={"variables": {"suite_a": "1"}}), 200)
        for name in ("PUT", "POST"):
            trial.expect(trial.call(name, f"/sequences/{run.id}", json={"variables": {"suite_a": "2"}}), 405)
