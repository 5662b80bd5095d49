"""Rate limits over HTTP, in this process: buckets by key, headers, control, and their place among errors."""

import pytest
from sequences_sandbox.domain.timestamps import SECOND
from sequences_sandbox.traffic.rate_limits import RateLimit

LIMIT = "/_sandbox/rate-limit"
READ, WRITE = "topo_demo_readonly", "topo_demo_writeonly"


def limited(api, **limit):
    response = api("PUT", LIMIT, json=limit)
    assert response.status_code == 200, response.text
    return response.json()["rate_limit"]


def shown(response):
    return [int(response.headers[f"ratelimit-{name}"]) for name in ("limit", "remaining", "reset")]


def test_a_key_that_calls_too_often_is_rejected_and_told_when_to_come_back(api):
    assert limited(api, limit=2, per_seconds=10) == {"limit": 2, "per_seconds": 10, "burst": 2}
    assert [shown(api("GET", "sequences")) for _ in range(2)] == [[2, 1, 5], [2, 0, 10]]
    error_response = api("GET", "sequences")
    assert shown(error_response) == [2, 0, 10]
    assert (error_response.status_code, error_response.headers["retry-after"]) == (429, "5")
    assert error_response.json() == {
        "status_code": 429,
        "type": "RateLimitIssue",
        "message": "This key may call 2 times in 10 s; try again in 5 s.",
        "request_id": error_response.headers["x-request-id"],
        "data": {"retry_after_seconds": 5, "limit": 2, "per_seconds": 10, "burst": 2},
    }
    api.clock.advance(5 * SECOND - 1)
    assert api("GET", "sequences").headers["retry-after"] == "1"
    api.clock.advance(1)
    assert api("GET", "sequences").status_code == 200


def test_a_world_that_goes_before_its_token_is_taken_is_gone(api, monkeypatch):
    made = api("POST", "/_sandbox/worlds", json={}).json()
    key = made["organizations"][0]["api_keys"][0]["token"]
    assert api("PUT", LIMIT, key=key, json={"limit": 2, "per_seconds": 10}).status_code == 200
    worlds, take_token = api.app.worlds, api.app.worlds.store.take_token
    monkeypatch.setattr(worlds.store, "take_token", lambda *what: (worlds.delete(made["id"]), take_token(*what))[1])
    response = api("GET", "sequences", key=key)
    assert (response.status_code, response.json().get("data")) == (401, {"problem": "gone"})


def test_the_clock_of_the_world_brings_tokens_back_without_waiting(api):
    limited(api, limit=1, per_seconds=3600)
    assert api("GET", "sequences").status_code == 200
    assert api("GET", "sequences").status_code == 429
    api("POST", "/_sandbox/clock/advance", json={"by": "PT1H"})
    assert api("GET", "sequences").status_code == 200


def test_real_time_brings_tokens_back_in_a_frozen_world(api_with):
    api = api_with(freeze=True)
    limited(api, limit=1, per_seconds=60)
    assert api("GET", "sequences").status_code == 200
    api.clock.advance(60 * SECOND)
    assert api("GET", "sequences").status_code == 200


def test_every_key_has_a_bucket_of_its_own(api):
    limited(api, limit=1, per_seconds=60)
    assert [api("GET", "sequences").status_code for _ in range(2)] == [200, 429]
    assert [api("GET", "sequences", key=READ).status_code for _ in range(2)] == [200, 429]


def test_a_burst_is_as_large_as_it_is_set(api):
    limited(api, limit=1, per_seconds=60, burst=3)
    assert [api("GET", "sequences").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_every_response_to_a_limited_key_shows_the_limit(api):
    limited(api, limit=9, per_seconds=60)
    answers = [
        api("GET", "sequences", key=WRITE),
        api("GET", "sequences?size=0", key=WRITE),
        api("HEAD", "sequences", key=WRITE),
        api("GET", "sequences", key=WRITE, headers={"X-Sandbox-Fault": "status=500"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 500]
    assert [shown(answer)[1] for answer in answers] == [8, 7, 6, 5]


def test_what_needs_no_key_or_has_none_takes_no_token_and_is_not_hidden_by_a_429(api):
    limited(api, limit=1, per_seconds=60)
    assert api("GET", "sequences").status_code == 200
    assert api("GET", "sequences", key="topo_nobody").status_code == 401
    assert api("GET", "unknown").status_code == 404
    assert api("DELETE", "sequences").status_code == 405
    assert api("OPTIONS", "sequences", key=None).status_code == 204
    assert "ratelimit-limit" not in api("GET", "sequences", key=None).headers
    assert api("GET", "sequences", key=WRITE).status_code == 403
    assert api("GET", "sequences", key=WRITE).status_code == 429


def test_a_rejected_call_does_not_reach_the_faults(api):
    api("POST", "/_sandbox/faults", json={"effect": {"status": 503}, "match": {"nth": 2}})
    limited(api, limit=1, per_seconds=60)
    assert [api("GET", "sequences").status_code for _ in range(3)] == [200, 429, 429]
    api.clock.advance(60 * SECOND)
    assert api("GET", "sequences").status_code == 503


def test_the_limit_is_read_replaced_and_removed(api):
    assert api("GET", LIMIT).json() == {"rate_limit": None, "set_by": None, "keys": []}
    limit = limited(api, limit=1, per_seconds=60)
    assert api("GET", LIMIT).json() == {"rate_limit": limit, "set_by": "world", "keys": []}
    assert [api("GET", "sequences").status_code for _ in range(2)] == [200, 429]
    limited(api, limit=1, per_seconds=60)
    assert api("GET", "sequences").status_code == 200
    assert api("DELETE", LIMIT).status_code == 204
    assert [api("GET", "sequences").status_code for _ in range(2)] == [200, 200]
    assert api("GET", LIMIT).json() == {"rate_limit": None, "set_by": None, "keys": []}


def test_what_is_left_of_the_limit_is_shown_by_key_and_taken_by_calls_only(api):
    limited(api, limit=3, per_seconds=30, burst=4)
    for _ in range(2):
        assert api("GET", "sequences").status_code == 200
    assert api("GET", "sequences", key=READ).status_code == 200
    for _ in range(2):
        left = [(key["name"], key["remaining"], key["reset_seconds"]) for key in api("GET", LIMIT).json()["keys"]]
        assert left == [("Read and write", 2, 20), ("Read only", 3, 10)]
    api.clock.advance(10 * SECOND)
    assert [key["remaining"] for key in api("GET", LIMIT).json()["keys"]] == [3, 4]
    assert shown(api("GET", "sequences"))[1] == 2


def test_the_limit_of_the_operator_holds_in_every_world_that_has_none_of_its_own(api_with):
    api = api_with(rate_limit=RateLimit(2, 60, 2))
    other = api("POST", "/_sandbox/worlds", json={}, key=None).json()
    token = other["organizations"][0]["api_keys"][0]["token"]
    assert [api("GET", "sequences").status_code for _ in range(3)] == [200, 200, 429]
    assert [api("GET", "sequences", key=token).status_code for _ in range(3)] == [200, 200, 429]
    limited(api, limit=1, per_seconds=60)
    assert [api("GET", "sequences").status_code for _ in range(2)] == [200, 429]
    assert api("DELETE", LIMIT).status_code == 204
    holds = api("GET", LIMIT).json()
    assert (holds["rate_limit"], holds["set_by"]) == ({"limit": 2, "per_seconds": 60, "burst": 2}, "operator")


@pytest.mark.parametrize(
    ("limit", "allowed"),
    [
        ({"limit": 10, "per_seconds": 60}, True),
        ({"limit": 1, "per_seconds": 6, "burst": 1}, True),
        ({"limit": 100, "per_seconds": 86_400, "burst": 10}, True),
        ({"limit": 11, "per_seconds": 60, "burst": 1}, False),
        ({"limit": 10, "per_seconds": 59, "burst": 1}, False),
        ({"limit": 10, "per_seconds": 60, "burst": 11}, False),
        ({"limit": 11, "per_seconds": 86_400}, False),
    ],
)
def test_a_limit_that_allows_more_than_the_operators_is_422(api_with, limit, allowed):
    api = api_with(rate_limit=RateLimit(10, 60, 10))
    response = api("PUT", LIMIT, json=limit)
    assert response.status_code == (200 if allowed else 422), response.text
    if not allowed:
        assert "10 calls in 60 s, 10 at once" in response.json()["message"]
        assert api("GET", LIMIT).json()["rate_limit"] == {"limit": 10, "per_seconds": 60, "burst": 10}


def test_where_the_operator_became_stricter_the_operators_limit_holds(api_with, new_store, clock):
    store = new_store(clock)
    limited(api_with(store), limit=5, per_seconds=60)
    api = api_with(store, rate_limit=RateLimit(1, 60, 1))
    assert api("GET", LIMIT).json()["rate_limit"] == {"limit": 1, "per_seconds": 60, "burst": 1}
    assert [api("GET", "sequences").status_code for _ in range(2)] == [200, 429]


def test_a_reset_takes_the_worlds_limit_away(api):
    limited(api, limit=1, per_seconds=60)
    api("POST", "/_sandbox/world/reset", json={})
    assert [api("GET", "sequences").status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"limit": 0, "per_seconds": 1}, "1 or more"),
        ({"limit": 1}, "lacks the field 'per_seconds'"),
        ({"limit": 1, "per_second": 1}, "did you mean 'per_seconds'?"),
        ({"limit": 1, "per_seconds": 86_401}, "86400 or less"),
        ({"limit": 1.5, "per_seconds": 1}, "a whole number"),
    ],
)
def test_a_limit_that_makes_no_sense_is_rejected(api, body, words):
    response = api("PUT", LIMIT, json=body)
    assert response.status_code == 400
    assert words in response.json()["message"]
