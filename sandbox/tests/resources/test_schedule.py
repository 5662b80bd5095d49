"""Time drives the runs (docs/fixtures.md, "Templates"): every status is reached by time and honest causes."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.lifecycles import run_lifecycle
from sequences_sandbox.contract.reading import read_spec
from sequences_sandbox.domain.errors import BusinessIssue, ValidationIssue
from sequences_sandbox.domain.timestamps import DAY, HOUR
from sequences_sandbox.resources.sequences.model import Run
from sequences_sandbox.resources.sequences.schedule import Schedule
from sequences_sandbox.resources.sequences.transitions import pause, resume
from sequences_sandbox.resources.templates import Step

LIFECYCLE = run_lifecycle(read_spec(shipped("openapi.yaml")))
SCHEDULE = Schedule(LIFECYCLE, static=False)
STATIC = Schedule(LIFECYCLE, static=True)
EMAIL, LATER, CALL = Step("email", HOUR), Step("email", DAY), Step("manual", DAY)


def found(**fields):
    return replace(Run("id", "org", "contact", "template", "FOUND", None, None, None, 0, 0), **fields)


def live(run, steps, until, schedule=SCHEDULE):
    """Lets time pass; returns the run and what happened to it, as (instant, event)."""
    story = []
    while (at := schedule.due_at(run)) is not None and at <= until:
        for event, changed in schedule.fire(run, steps):
            story.append((at, event))
            run = changed
    return run, story


def test_a_run_is_activated_executes_its_steps_and_succeeds_at_its_last_one():
    run, story = live(found(), [EMAIL, LATER], 30 * DAY)
    assert story == [
        (HOUR, "activate"),
        (2 * HOUR, "execute"),
        (DAY + 2 * HOUR, "execute"),
        (DAY + 2 * HOUR, "succeed"),
    ]
    assert (run.status, run.steps_done, run.next_step_at) == ("SUCCEEDED", 2, None)
    assert run.last_step_executed_at == run.updated_at == DAY + 2 * HOUR


def test_a_manual_step_blocks_until_it_is_answered_and_the_next_step_counts_from_the_answer():
    asked, story = live(found(), [EMAIL, CALL, LATER], 30 * DAY)
    assert story[-1] == (DAY + 2 * HOUR, "ask")
    assert (asked.status, SCHEDULE.due_at(asked)) == ("WAITING_FOR_USER", None)
    [(_, answered)] = SCHEDULE.engine(asked, "answer", 10 * DAY, [EMAIL, CALL, LATER])
    assert (answered.status, answered.last_step_executed_at, answered.next_step_at) == ("ACTIVE", 10 * DAY, 11 * DAY)


def test_a_skipped_step_is_not_executed_and_makes_the_end_complete():
    asked, _ = live(found(), [EMAIL, CALL], 30 * DAY)
    story = SCHEDULE.engine(asked, "skip", 10 * DAY, [EMAIL, CALL])
    assert [event for event, _ in story] == ["skip", "complete"]
    run = story[-1][1]
    assert (run.status, run.step_skipped, run.last_step_executed_at) == ("COMPLETED", True, 2 * HOUR)


def test_a_pause_moves_the_next_step_by_its_length():
    run, _ = live(found(), [EMAIL, LATER], 2 * HOUR)
    paused = pause(run, 5 * DAY, 3 * HOUR, LIFECYCLE)
    woken, story = live(paused, [EMAIL, LATER], 5 * DAY)
    assert story == [(5 * DAY, "wake")]
    assert woken.next_step_at == run.next_step_at + 5 * DAY - 3 * HOUR
    assert resume(paused, 4 * HOUR, LIFECYCLE).next_step_at == run.next_step_at + HOUR


def test_in_a_static_world_only_pauses_end():
    assert live(found(), [EMAIL], 30 * DAY, STATIC) == (found(), [])
    active = found(status="ACTIVE")
    paused = pause(active, DAY, 0, LIFECYCLE)
    assert live(paused, [EMAIL], 30 * DAY, STATIC)[1] == [(DAY, "wake")]


@pytest.mark.parametrize("status", LIFECYCLE.statuses)
@pytest.mark.parametrize("event", LIFECYCLE.events("engine"))
def test_the_engine_does_what_a_row_permits_and_nothing_else(status, event):
    run = found(status=status, paused_until=DAY if status == "WAITING_FOR_LEAD" else None)
    if LIFECYCLE.allows(status, event):
        assert SCHEDULE.engine(run, event, HOUR, [EMAIL, LATER])[0][1].status == LIFECYCLE.next(status, event)
    else:
        with pytest.raises(BusinessIssue):
            SCHEDULE.engine(run, event, HOUR, [EMAIL, LATER])


@pytest.mark.parametrize("event", ["wake", "pause", "execute", "", "Activate"])
def test_what_is_no_event_of_the_engine_is_refused(event):
    with pytest.raises(ValidationIssue) as caught:
        SCHEDULE.engine(found(), event, HOUR, [EMAIL])
    assert caught.value.data["allowed"] == list(LIFECYCLE.events("engine"))


def test_where_a_fixture_names_no_next_step_it_is_derived_and_never_lies_before_the_birth():
    active = found(status="ACTIVE", created_at=-2 * DAY, last_step_executed_at=-HOUR, steps_done=1)
    assert SCHEDULE.start(active, [EMAIL, LATER], 0).next_step_at == -HOUR + DAY
    overdue = replace(active, last_step_executed_at=-2 * DAY)
    assert SCHEDULE.start(overdue, [EMAIL, LATER], 0).next_step_at == DAY
    assert STATIC.start(active, [EMAIL, LATER], 0) == active


STEPS = st.lists(st.sampled_from([EMAIL, LATER, CALL]), max_size=5)


@settings(deadline=None)
@given(STEPS, st.lists(st.integers(0, 20 * DAY), max_size=30))
def test_time_in_one_leap_is_time_in_many_steps(steps, stops):
    whole = live(found(), steps, 30 * DAY)
    run, story = found(), []
    for stop in [*sorted(stops), 30 * DAY]:
        run, part = live(run, steps, stop)
        story += part
    assert (run, story) == whole
