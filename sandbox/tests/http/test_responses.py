"""Answers: the bytes that are written for speed are the bytes that JSON's own encoder writes."""

from hypothesis import given
from hypothesis import strategies as st
from sequences_sandbox.domain.timestamps import DAY
from sequences_sandbox.http.responses import Encoder, encode, encoded_run
from sequences_sandbox.resources.sequences.model import Run
from sequences_sandbox.worlds.results import RunResult, run_fields

IDS = st.uuids().map(str)
TIMES = st.integers(-400 * DAY, 400 * DAY)
RUNS = st.builds(
    Run,
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
def test_a_run_is_written_as_its_fields_are(run, epoch):
    assert encoded_run(run, epoch) == encode(run_fields(run, epoch))


def test_what_is_kept_of_encoded_runs_is_bounded_by_bytes_and_nothing_large_is_kept():
    encoder, at = Encoder(), 0
    for size, number in ((5000, 1), (3000, 6000)):
        for _ in range(number):
            at += 1
            run = Run(str(at), "o", None, "t", "ACTIVE", {"note": "x" * size}, None, None, at, at)
            assert encoder.answer(200, RunResult(run, 0)).body == encoded_run(run, 0)
    kept = [len(encoded) for _, _, encoded in encoder._kept.values()]
    assert max(kept) < 5000
    assert 6 << 20 < sum(kept) <= 12 << 20
