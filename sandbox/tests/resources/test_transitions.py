from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.lifecycles import run_lifecycle
from sequences_sandbox.contract.reading import read_spec
from sequences_sandbox.domain.errors import BusinessIssue, ValidationIssue
from sequences_sandbox.domain.timestamps import HOUR
from sequences_sandbox.resources.sequences.model import Run
from sequences_sandbox.resources.sequences.transitions import pause, require_future, resume, stop, update

LIFECYCLE = run_lifecycle(read_spec(shipped("openapi.yaml")))
NOW = 5 * HOUR


def run_in(status, **fields):
    run = Run("id", "org", "contact", "template", status, None, None, None, -HOUR, -HOUR)
    return replace(run, **fields)


def test_a_pause_waits_until_its_instant_and_moves_the_next_step_by_the_wait():
    paused = pause(run_in("ACTIVE", next_step_at=NOW + HOUR), NOW + 3 * HOUR, NOW, LIFECYCLE)
    assert (paused.status, paused.paused_until, paused.updated_at) == ("WAITING_FOR_LEAD", NOW + 3 * HOUR, NOW)
    assert paused.next_step_at == NOW + 4 * HOUR


def test_pausing_a_paused_run_moves_the_instant_and_counts_the_wait_once():
    once = pause(run_in("ACTIVE", next_step_at=NOW + HOUR), NOW + 3 * HOUR, NOW, LIFECYCLE)
    twice = pause(once, NOW + 10 * HOUR, NOW + HOUR, LIFECYCLE)
    assert (twice.paused_until, twice.next_step_at) == (NOW + 10 * HOUR, NOW + 11 * HOUR)


def test_resuming_early_gives_back_the_wait_that_did_not_happen():
    paused = pause(run_in("ACTIVE", next_step_at=NOW + HOUR), NOW + 3 * HOUR, NOW, LIFECYCLE)
    resumed = resume(paused, NOW + 2 * HOUR, LIFECYCLE)
    assert (resumed.status, resumed.paused_until, resumed.updated_at) == ("ACTIVE", None, NOW + 2 * HOUR)
    assert resumed.next_step_at == NOW + HOUR + 2 * HOUR


def test_a_stopped_run_has_nothing_ahead_of_it():
    stopped = stop(run_in("WAITING_FOR_LEAD", paused_until=NOW + HOUR, next_step_at=NOW + HOUR), NOW, LIFECYCLE)
    assert (stopped.status, stopped.paused_until, stopped.next_step_at) == ("STOPPED_EARLY", None, None)


@pytest.mark.parametrize("status", sorted(LIFECYCLE.terminal))
def test_what_has_ended_is_refused_and_unchanged(status):
    run = run_in(status)
    for attempt in (
        lambda: pause(run, NOW + HOUR, NOW, LIFECYCLE),
        lambda: resume(run, NOW, LIFECYCLE),
        lambda: stop(run, NOW, LIFECYCLE),
    ):
        with pytest.raises(BusinessIssue):
            attempt()
    assert run == run_in(status)


@pytest.mark.parametrize("until", [NOW, NOW - 1])
def test_now_itself_is_not_the_future(until):
    with pytest.raises(ValidationIssue) as caught:
        require_future("paused_until", until, NOW)
    assert "1970-01-01T05:00:00Z" in caught.value.message


def test_one_microsecond_ahead_is_the_future():
    require_future("paused_until", NOW + 1, NOW)


TEXTS = st.dictionaries(st.sampled_from("abc"), st.text(max_size=3))
CHANGES = st.dictionaries(st.sampled_from("abcd"), st.none() | st.text(max_size=3))


@given(st.none() | TEXTS, CHANGES)
def test_an_update_merges_and_moves_updated_at_only_when_something_changed(variables, changes):
    run = run_in("FAILED", variables=variables)
    changed = update(run, changes, NOW)
    merged = {**(variables or {}), **changes}
    assert (changed.variables or {}) == {key: value for key, value in merged.items() if value is not None}
    if changed.variables == run.variables:
        assert changed is run
    else:
        assert changed.updated_at == NOW


def test_removing_the_last_override_leaves_an_empty_object():
    assert update(run_in("ACTIVE", variables={"a": "x"}), {"a": None}, NOW).variables == {}


def test_removing_from_nothing_leaves_null():
    assert update(run_in("ACTIVE"), {"a": None}, NOW).variables is None
