"""Responses: what is kept of encoded documents stays within its bound."""

import pytest
from sequences_sandbox.http import responses
from sequences_sandbox.http.responses import Encoder, encode, encode_in_pieces
from sequences_sandbox.operations.results import ItemResult
from sequences_sandbox.resources.sequences.model import RUNS, Run


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


RUNS_OF_AN_EXPORT = {"now": "x", "organizations": [{"name": "é", "sequences": [{"note": "\x01" * 50}] * 500}] * 2}


@pytest.mark.parametrize(
    "value",
    [
        None,
        1,
        "\ud800",
        [],
        {},
        {"a": []},
        [[], [[[[[{"b": [1.5, None]}]]]]]],
        {"é": {"b": {"c": {"d": {"e": [1, 2]}}}}},
    ],
)
def test_what_is_written_in_pieces_is_the_same(value):
    assert encode_in_pieces(value) == encode(value)


def test_no_call_writes_more_than_an_item_of_a_list(monkeypatch):
    written, encoder = [], responses._ENCODER
    monkeypatch.setattr(
        encoder, "encode", lambda each: (written.append(type(encoder).encode(encoder, each)), written[-1])[1]
    )
    for value in (RUNS_OF_AN_EXPORT, {"log": {"entries": [{"text": "x" * 400}] * 1000}}):
        assert Encoder().long_response(200, value).body == encode_in_pieces(value)
    assert max(map(len, written)) < 500


@pytest.mark.parametrize("path", ["/openapi.json", "/openapi.yaml", "/", "/v1/me", "/_sandbox/health"])
@pytest.mark.parametrize("wanted", ["bytes=0-3", "bytes=99999999-", "bytes=5-2", "lines=1-2"])
def test_a_range_is_ignored(api, path, wanted):
    ranged, whole = (api("GET", path, headers=headers) for headers in ({"Range": wanted}, {}))
    assert (ranged.status_code, len(ranged.content)) == (200, len(whole.content))


@pytest.mark.parametrize("path", ["/v1/me", "/v1/sequences", "/v1/unknown", "/_sandbox/world", "/_sandbox/health"])
def test_no_cache_keeps_a_response_and_no_browser_takes_it_for_something_else(api, path):
    headers = api("GET", path).headers
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_a_path_that_is_written_in_another_way_is_the_same_path(api_with):
    api = api_with(cors=("*",))
    response = api("GET", "/%761/me", headers={"Origin": "https://app.example"})
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, "*")
    (entry,) = api("GET", "/_sandbox/journal").json()["items"]
    assert (entry["operation"], entry["path"]) == ("getMe", "/%761/me")
