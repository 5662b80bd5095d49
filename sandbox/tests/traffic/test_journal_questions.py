"""Which requests a question to the journal means: its filters, and verification with its near misses."""

import pytest
from sequences_sandbox.domain.timestamps import SECOND

RUN, OTHER = "88c23cea-f199-4cf0-964c-3f1e007417b7", "88c23cea-f199-4cf0-964c-3f1e007417b3"
JOURNAL = "/_sandbox/journal"
READ = "topo_demo_readonly"


def items(api, **query):
    return api("GET", JOURNAL, params={"size": 100, **query}).json()["items"]


def verified(api, **question):
    response = api("POST", f"{JOURNAL}/verify", json=question)
    assert response.status_code == 200, response.text
    return response.json()


def test_the_journal_is_filtered_by_operation_status_key_and_time(api):
    api("GET", "sequences")
    api.clock.advance(10 * SECOND)
    api("GET", "sequences", key=READ)
    api("GET", f"sequences/{RUN}")
    api("GET", "sequences?size=0")
    assert [kept["at"] for kept in items(api)] == ["2026-03-02T09:00:10Z"] * 3 + ["2026-03-02T09:00:00Z"]
    assert len(items(api, operation="listSequences")) == 3
    assert len(items(api, operation="listSequences", status=200)) == 2
    assert len(items(api, key_name="Read only")) == 1
    assert len(items(api, since="2026-03-02T09:00:10Z")) == 3
    assert items(api, since="2026-03-02T09:00:10.0000001Z") == []


def test_keys_of_one_name_in_two_organizations_are_told_apart(api):
    keys = {key: api("GET", "me", key=key).json()["id"] for key in ("topo_demo_readwrite", "topo_other_readwrite")}
    assert [(kept["key_name"], kept["key_id"]) for kept in items(api)] == [
        ("Read and write", key_id) for key_id in reversed(keys.values())
    ]
    for key_id in keys.values():
        assert [kept["key_id"] for kept in items(api, key_id=key_id.upper())] == [key_id]
        assert verified(api, match={"key_id": key_id}, exactly=1)["ok"]


@pytest.fixture
def sent(api):
    """Five requests; returns for a filter which of them the journal shows, by number."""
    ids = [
        api("GET", "sequences?size=1&name=Zo%C3%AB").headers["x-request-id"],
        api("GET", f"sequences/{RUN.upper()}").headers["x-request-id"],
        api("POST", f"sequences/{RUN}/stop", json={"reason": "WON"}).headers["x-request-id"],
        api("GET", f"unknown?sequence_id={RUN}").headers["x-request-id"],
        api("PATCH", f"sequences/{OTHER}", json={"variables": {"city": "ZÜRICH"}}).headers["x-request-id"],
    ]
    return lambda **query: sorted(ids.index(kept["request_id"]) for kept in items(api, **query))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"method": "GET"}, [0, 1, 3]),
        ({"method": "post"}, [2]),
        ({"path": "/v1/sequences"}, [0]),
        ({"path": "/v1/sequences/*"}, [1, 2, 4]),
        ({"path": "*/stop"}, [2]),
        ({"sequence_id": RUN}, [1, 2, 3]),
        ({"sequence_id": OTHER.upper()}, [4]),
        ({"status": "400"}, [0, 2]),
        ({"status": "4xx"}, [0, 2, 3]),
        ({"status": "2XX"}, [1, 4]),
        ({"status": "5xx"}, []),
        ({"status": "0"}, []),
        ({"text": "zürich"}, [4]),
        ({"text": "WON"}, [2]),
        ({"text": "stop"}, [2]),
        ({"text": "sequence_id="}, [3]),
        ({"text": "nowhere"}, []),
        ({"text": "won", "method": "POST", "status": "4xx", "sequence_id": RUN}, [2]),
    ],
)
def test_every_filter_keeps_the_requests_that_match(sent, query, expected):
    assert sent(**query) == expected


def test_a_request_without_a_response_has_the_status_0(api):
    api("GET", "sequences", headers={"X-Sandbox-Fault": "close=before"})
    assert len(items(api, status="0")) == 1


def test_no_question_finds_out_a_key(api_with):
    api = api_with(journal_headers=("x-api-key",))
    api("GET", "sequences", headers={"X-Api-Key": READ})
    api("PATCH", f"sequences/{RUN}", json={"variables": {"key": api.key}})
    assert items(api, text="topo_demo") == []
    assert len(items(api, text="topo_***")) == 1
    assert verified(api, match={"header_subset": {"X-Api-Key": READ}})["count"] == 0
    assert verified(api, match={"header_subset": {"X-Api-Key": "topo_***"}})["count"] == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("operation=listSequence", "did you mean 'listSequences'?"),
        ("key_name=nobody", "does not exist here"),
        (f"key_id={RUN}", "does not exist here"),
        ("since=yesterday", "RFC 3339"),
        ("status=99", "a class such as 4xx"),
        ("status=4x", "a class such as 4xx"),
        ("path=v1", "paths of the API begin with '/v1/'"),
        ("path=/sequences", "paths of the API begin with '/v1/'"),
        ("path=/contcts/*", "paths of the API begin with '/v1/'"),
        ("path=/v2*", "paths of the API begin with '/v1/'"),
        ("method=GTE", "did you mean 'GET'?"),
        ("sequence_id=7", "UUID"),
        ("bodies=yes", "true or false"),
        ("operations=x", "did you mean 'operation'?"),
    ],
)
def test_a_filter_that_nothing_could_ever_match_is_rejected(api, query, words):
    response = api("GET", f"{JOURNAL}?{query}")
    assert response.status_code == 400
    assert words in response.json()["message"]


def test_it_is_verified_how_often_something_was_sent(api):
    for reason in ("LOSE", "WIN"):
        api("POST", f"sequences/{RUN}/stop", json={"reason": reason, "scope": "CONTACT"})
    match = {"operation": "stopSequence", "body_subset": {"reason": "WIN"}}
    assert verified(api, match=match, exactly=1) == {"ok": True, "count": 1, "nearest": []}
    assert verified(api, match=match) == {"ok": True, "count": 1, "nearest": []}
    assert verified(api, match={"operation": "pauseSequence"}, exactly=0)["ok"] is True
    missed = verified(api, match=match, at_least=2)
    lose = items(api)[1]["request_id"]
    assert missed == {
        "ok": False,
        "count": 1,
        "nearest": [{"request_id": lose, "differs": ['body.reason is "LOSE", not "WIN"']}],
    }
    surplus = verified(api, match={"status": 200}, at_most=0)
    assert surplus == {"ok": False, "count": 1, "nearest": [{"request_id": lose, "differs": []}]}


def test_it_is_verified_what_came_after_what(api):
    api("POST", f"sequences/{RUN}/pause", json={"paused_until": "2026-04-01T00:00:00Z"})
    api("GET", "sequences?size=1")
    api("POST", f"sequences/{RUN}/resume")
    pause, resume = {"operation": "pauseSequence", "status": 200}, {"operation": "resumeSequence"}
    assert verified(api, in_order=[pause, {"query_subset": {"size": "1"}}, resume]) == {
        "ok": True,
        "count": 3,
        "nearest": [],
    }
    turned = verified(api, in_order=[resume, pause])
    assert (turned["ok"], turned["count"]) == (False, 1)
    assert turned["nearest"][0]["differs"][0].startswith("it came before number 1 of the order, req_")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({}, "exactly one of these forms: match; in_order"),
        ({"match": {}, "exactly": 1, "at_least": 1}, "do not go together"),
        ({"match": {}, "at_least": 2, "at_most": 1}, "no number is both"),
        ({"in_order": [{}], "exactly": 1}, "do not go together"),
        ({"match": {"operation": "stopSequences"}}, "did you mean 'stopSequence'?"),
        ({"in_order": [{}, {"key_name": "Nobody"}]}, "'in_order/1/key_name'"),
        ({"match": {"key_id": RUN}}, "'match/key_id'"),
        ({"match": {"body": {}}}, "it takes 'operation', 'method', 'path'"),
        ({"match": {"headers": {}}}, "did you mean 'header_subset'?"),
        ({"match": {"status": "6xx"}}, "a class such as 4xx"),
        ({"match": {"status": 7}}, "a status such as 404"),
        ({"match": {"path": "v1"}}, "paths of the API begin with '/v1/'"),
        ({"match": {"method": "PSOT"}}, "did you mean 'POST'?"),
        ({"match": {"header_subset": {"Authorization": "x"}}}, "match 'key_name' instead"),
        ({"match": {"header_subset": {"X-Tag": "x"}}}, "start the sandbox with --journal-headers x-tag"),
    ],
)
def test_a_verification_that_makes_no_sense_is_rejected(api, question, words):
    response = api("POST", f"{JOURNAL}/verify", json=question)
    assert response.status_code == 400
    assert words in response.json()["message"]


def test_it_is_verified_by_every_part_of_a_request(api_with):
    api = api_with(journal_headers=("x-tag",))
    api("POST", f"sequences/{RUN}/resume", headers={"Idempotency-Key": "k1"})
    api.clock.advance(10 * SECOND)
    api("POST", f"sequences/{OTHER}/pause", raw_headers=[("X-Tag", "a"), ("X-Tag", "b")])
    for match, number in (
        ({"sequence_id": RUN}, 1),
        ({"sequence_id": RUN.upper(), "operation": "resumeSequence"}, 1),
        ({"method": "POST", "path": "/v1/sequences/*"}, 2),
        ({"status": 422, "header_subset": {"IDEMPOTENCY-KEY": "k1"}}, 1),
        ({"status": "4xx"}, 2),
        ({"header_subset": {"x-tag": "b"}}, 1),
        ({"since": "2026-03-02T09:00:10Z"}, 1),
    ):
        assert verified(api, match=match, exactly=number)["ok"] is True


def test_near_misses_name_the_difference(api_with):
    api = api_with(journal_headers=("x-tag",))
    sent = api("POST", f"sequences/{OTHER}/resume", headers={"Idempotency-Key": "k1"})
    assert sent.status_code == 200
    match = {
        "operation": "pauseSequence",
        "method": "GET",
        "path": "/v1/contacts/*",
        "sequence_id": RUN,
        "status": "4xx",
        "header_subset": {"Idempotency-Key": "k2", "X-Tag": "a"},
    }
    assert verified(api, match=match)["nearest"][0]["differs"] == [
        'operation is "resumeSequence", not "pauseSequence"',
        'method is "POST", not "GET"',
        f'path is "/v1/sequences/{OTHER}/resume", not "/v1/contacts/*"',
        "status is 200, not 4xx",
        f"/v1/sequences/{OTHER}/resume is not about the sequence {RUN}",
        'header idempotency-key is "k1", not "k2"',
        'it has no header "x-tag"',
    ]
