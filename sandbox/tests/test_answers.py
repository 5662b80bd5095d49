"""Answers: the bytes that are written for speed are the bytes that JSON's own encoder writes."""

from hypothesis import given
from hypothesis import strategies as st
from sequences_sandbox.entities import Sequence
from sequences_sandbox.http.answers import encode, encoded_run
from sequences_sandbox.instants import DAY
from sequences_sandbox.views import run_fields

IDS = st.uuids().map(str)
TIMES = st.integers(-400 * DAY, 400 * DAY)
RUNS = st.builds(
    Sequence,
    id=IDS,
    organization_id=IDS,
    contact_id=st.none() | IDS,
    sequence_template_id=IDS,
    status=st.sampled_from(["ACTIVE", "WAITING_FOR_LEAD"]),
    variables=st.none() | st.dictionaries(st.text(), st.text()),
    source_contact_list_id=st.none() | IDS,
    last_step_executed_at=st.none() | TIMES,
    created_at=TIMES,
    updated_at=TIMES,
)


@given(RUNS, st.integers(0, 4_000_000_000_000_000))
def test_a_run_is_written_as_its_fields_are(run, birth):
    assert encoded_run(run, birth) == encode(run_fields(run, birth))
