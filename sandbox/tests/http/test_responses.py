"""Responses: what is kept of encoded documents stays within its bound."""

from sequences_sandbox.http.responses import Encoder, encode
from sequences_sandbox.resources.sequences.model import RUNS, Run
from sequences_sandbox.worlds.results import ItemResult


def test_what_is_kept_of_encoded_documents_is_bounded_by_bytes_and_nothing_large_is_kept():
    encoder, at = Encoder(), 0
    for size, number in ((5000, 1), (3000, 6000)):
        for _ in range(number):
            at += 1
            run = Run(str(at), "o", None, "t", "ACTIVE", {"note": "x" * size}, None, None, at, at)
            for _ in range(2):
                assert encoder.response(200, ItemResult(RUNS, run)).body == encode(RUNS.form(run))
    kept = [len(encoded) for _, encoded in encoder._kept.values()]
    assert max(kept) < 5000
    assert 6 << 20 < sum(kept) <= 12 << 20
