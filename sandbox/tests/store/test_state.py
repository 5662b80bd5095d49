"""The indexed state against the plainest possible model: a list, filtered and sorted anew for every call."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.reading import read_lifecycle, read_spec
from sequences_sandbox.domain.query import Query, pages
from sequences_sandbox.resources.sequences.model import Run
from sequences_sandbox.resources.sequences.schedule import Schedule
from sequences_sandbox.store.state import State

LIFECYCLE = read_lifecycle(read_spec(shipped("openapi.yaml")))
SCHEDULE = Schedule(LIFECYCLE, static=False)
INSTANTS = st.integers(-4, 4)

RUNS = st.builds(
    Run,
    id=st.sampled_from([f"{number:02}" for number in range(24)]),
    organization_id=st.sampled_from(["o1", "o2"]),
    contact_id=st.sampled_from([None, "c1", "c2"]),
    sequence_template_id=st.sampled_from(["t1", "t2"]),
    status=st.sampled_from(LIFECYCLE.statuses[:4]),
    variables=st.none(),
    source_contact_list_id=st.none(),
    last_step_executed_at=st.none(),
    created_at=INSTANTS,
    updated_at=INSTANTS,
    company=st.sampled_from([None, "a.example", "a.example.org"]),
    paused_until=st.none() | INSTANTS,
)
QUERIES = st.builds(
    Query,
    status=st.none() | st.sampled_from(LIFECYCLE.statuses[:4]),
    template=st.sampled_from([None, "t1", "t3"]),
    after=st.none() | INSTANTS,
    before=st.none() | INSTANTS,
    sort_by=st.sampled_from(["created_at", "updated_at", "status"]),
    descending=st.booleans(),
    page=st.integers(1, 4),
    size=st.integers(1, 7),
)


def by_hand(runs, organization, query):
    found = [
        run
        for run in runs
        if run.organization_id == organization
        and query.status in (None, run.status)
        and query.template in (None, run.sequence_template_id)
        and (query.after is None or run.created_at > query.after)
        and (query.before is None or run.created_at < query.before)
    ]
    found.sort(key=lambda run: run.id)
    found.sort(key=lambda run: getattr(run, query.sort_by), reverse=query.descending)
    return found[query.offset : query.offset + query.size], len(found)


@settings(max_examples=300, deadline=None)
@given(st.lists(RUNS, max_size=30), st.lists(RUNS, max_size=12), QUERIES)
def test_every_list_call_agrees_with_filtering_and_sorting_by_hand(born, changes, query):
    # Organization and template of a run never change; its other fields may.
    state = State.build(born, SCHEDULE)
    runs = {run.id: run for run in born}
    for change in changes:
        before = runs.get(change.id, change)
        now = change._replace(organization_id=before.organization_id, sequence_template_id=before.sequence_template_id)
        state, runs[change.id] = state.with_runs({change.id: now}, SCHEDULE), now
    for organization in ("o1", "o2"):
        assert state.page(organization, query, LIFECYCLE) == by_hand(runs.values(), organization, query)


@settings(deadline=None)
@given(st.lists(RUNS, max_size=30), st.lists(RUNS, min_size=1, max_size=12))
def test_a_changed_state_leaves_the_one_it_came_from_as_it_was(born, changes):
    state = State.build(born, SCHEDULE)
    before = state.page("o1", Query(size=100, sort_by="updated_at"), LIFECYCLE)
    state.with_runs({change.id: change for change in changes}, SCHEDULE)
    assert state.page("o1", Query(size=100, sort_by="updated_at"), LIFECYCLE) == before


@settings(deadline=None)
@given(st.lists(RUNS, max_size=30), INSTANTS)
def test_siblings_contacts_and_due_runs_are_found(born, until):
    state = State.build(born, SCHEDULE)
    runs = sorted({run.id: run for run in born}.values(), key=lambda run: run.id)
    for run in runs:
        same = ("organization_id", "sequence_template_id", "company")
        siblings = [
            other
            for other in runs
            if run.company is not None
            and other.id != run.id
            and all(getattr(other, name) == getattr(run, name) for name in same)
        ]
        assert state.siblings(run) == siblings
    of_contact = [run for run in runs if (run.organization_id, run.contact_id) == ("o1", "c1")]
    assert state.of_contact("o1", "c1") == of_contact
    due = [(SCHEDULE.due_at(run), run) for run in runs if SCHEDULE.due_at(run) is not None]
    due.sort(key=lambda pair: (pair[0], pair[1].id))
    assert state.due(until) == [run for at, run in due if at <= until]
    assert state.next_due() == (due[0][1] if due else None)


@pytest.mark.parametrize(("total", "size", "count"), [(0, 10, 0), (1, 10, 1), (10, 10, 1), (11, 10, 2), (100, 1, 100)])
def test_pages_are_counted_without_an_empty_one(total, size, count):
    assert pages(total, size) == count
