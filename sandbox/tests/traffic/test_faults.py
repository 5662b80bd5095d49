"""Fault rules over HTTP, in this process: adding and listing them, effects, their place among errors, the header."""

import asyncio
import time

import httpx
import pytest
from sequences_sandbox.traffic.rate_limits import RateLimit

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"  # ACTIVE in the demo world
FAULTS = "/_sandbox/faults"
READ, WRITE = "topo_demo_readonly", "topo_demo_writeonly"


def added(api, effect, **fault):
    response = api("POST", FAULTS, json={"effect": effect, **fault})
    assert response.status_code == 201, response.text
    return response.json()


def statuses(api, count, path="sequences", **how):
    return [api("GET", path, **how).status_code for _ in range(count)]


def test_the_third_call_of_an_operation_fails_and_the_others_do_not(api):
    fault = added(api, {"status": 429, "retry_after": 2}, match={"operation": "listSequences", "nth": 3})
    assert statuses(api, 2) == [200, 200]
    assert api("GET", f"sequences/{RUN}").status_code == 200
    error_response = api("GET", "sequences")
    assert error_response.status_code == 429
    assert error_response.headers["retry-after"] == "2"
    assert error_response.headers["x-sandbox-fault"] == "status=429, retry_after=2"
    assert error_response.json() == {
        "status_code": 429,
        "type": "RateLimitIssue",
        "message": "The sandbox injected this fault: 429 Too Many Requests.",
        "request_id": error_response.headers["x-request-id"],
        "data": {"retry_after_seconds": 2},
    }
    assert statuses(api, 2) == [200, 200]
    assert api("GET", f"{FAULTS}/{fault['id']}").json()["fired"] == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "ValidationIssue"),
        (401, "UnauthorizedIssue"),
        (403, "UnauthorizedIssue"),
        (404, "NotFoundIssue"),
        (409, "CommitIssue"),
        (418, "ValidationIssue"),
        (422, "BusinessIssue"),
        (429, "RateLimitIssue"),
        (500, "InternalIssue"),
        (503, "InternalIssue"),
        (599, "InternalIssue"),
    ],
)
def test_a_status_comes_with_the_type_that_the_contract_gives_it(api, status, kind):
    added(api, {"status": status})
    response = api("GET", "sequences")
    assert (response.status_code, response.json()["type"]) == (status, kind)
    assert ("www-authenticate" in response.headers) is (status == 401)
    assert ("retry-after" in response.headers) is (status == 429)


def test_type_and_message_can_be_given(api):
    added(api, {"status": 503, "type": "Odd", "message": "Down for “maintenance”."})
    assert api("GET", "sequences").json()["type"] == "Odd"
    assert api("GET", "sequences").json()["message"] == "Down for “maintenance”."


def test_a_request_that_gets_an_injected_status_is_not_carried_out(api):
    added(api, {"status": 503}, match={"operation": "stopSequence"}, times=1)
    stop = {"reason": "WIN", "scope": "CONTACT"}
    assert api("POST", f"sequences/{RUN}/stop", json=stop).status_code == 503
    assert api("GET", f"sequences/{RUN}").json()["status"] == "ACTIVE"
    assert api("POST", f"sequences/{RUN}/stop", json=stop).json()["status"] == "STOPPED_EARLY"


@pytest.mark.parametrize(
    ("how", "content_type", "body"),
    [
        ("empty", "application/json", lambda whole: b""),
        ("truncated", "application/json", lambda whole: whole[: len(whole) // 2]),
        ("html", "text/html; charset=utf-8", None),
    ],
)
def test_a_body_is_corrupted_and_its_length_is_true(api, how, content_type, body):
    whole = api("GET", f"sequences/{RUN}").content
    added(api, {"body": how})
    response = api("GET", f"sequences/{RUN}")
    assert response.status_code == 200
    assert response.headers["content-type"] == content_type
    assert response.headers["content-length"] == str(len(response.content))
    assert response.headers["x-sandbox-fault"] == f"body={how}"
    if body is None:
        assert response.content.startswith(b"<!DOCTYPE html>")
    else:
        assert response.content == body(whole)


def test_a_rule_matches_only_its_own_key_and_paths(api):
    added(api, {"status": 503}, match={"key_name": "Read only", "path": "/v1/sequences/*", "method": "GET"})
    assert api("GET", f"sequences/{RUN}", key=READ).status_code == 503
    assert api("GET", "sequences", key=READ).status_code == 200
    assert api("GET", f"sequences/{RUN}").status_code == 200


def test_a_fault_ends_when_the_worlds_time_has_passed(api):
    assert added(api, {"status": 503}, **{"for": "PT60S"})["for"] == "PT1M"
    assert statuses(api, 1) == [503]
    api("POST", "/_sandbox/clock/advance", json={"by": "PT59S"})
    assert statuses(api, 1) == [503]
    api("POST", "/_sandbox/clock/advance", json={"by": "PT1S"})
    assert statuses(api, 1) == [200]


def test_faults_are_listed_in_order_and_removed_one_by_one_or_all(api):
    first, second, third = (
        added(api, {"latency": {"fixed_ms": 0}}),
        added(api, {"body": "html"}),
        added(api, {"status": 500}),
    )
    assert api("GET", FAULTS).json() == {"items": [first, second, third]}
    assert api("DELETE", f"{FAULTS}/{second['id']}").status_code == 204
    assert api("GET", FAULTS).json() == {"items": [first, third]}
    assert api("DELETE", f"{FAULTS}/{second['id']}").status_code == 404
    assert api("GET", f"{FAULTS}/{second['id']}").status_code == 404
    assert api("DELETE", FAULTS).status_code == 204
    assert api("GET", FAULTS).json() == {"items": []}
    assert statuses(api, 1) == [200]


@pytest.mark.parametrize(
    "effect",
    [
        {"latency": {"fixed_ms": 12.5}},
        {"latency": {"uniform_ms": [1, 2]}},
        {"latency": {"lognormal_ms": {"median": 3, "sigma": 0.5}}},
        {"status": 503, "type": "T", "message": "m", "retry_after": 0},
        {"close": "midway"},
        {"body": "truncated"},
        {"drip_seconds": 0.5},
    ],
)
def test_a_fault_is_shown_as_it_was_added(api, effect):
    match = {
        "operation": "getSequence",
        "method": "GET",
        "path": "/v1/*",
        "key_name": "Read only",
        "every": 2,
        "probability": 0.5,
    }
    fault = added(api, effect, match=match, times=3)
    shown = {"id": fault["id"], "match": match, "times": 3, "for": None, "enabled": True, "effect": effect}
    assert fault == {**shown, "state": "active", "matched": 0, "fired": 0}
    assert api("GET", f"{FAULTS}/{fault['id']}").json() == fault


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "lacks the field 'effect'"),
        ({"effect": {}}, "exactly one of these forms: latency; status; close; body; drip_seconds"),
        ({"effect": {"status": 503, "body": "html"}}, "exactly one"),
        ({"effect": {"status": 200}}, "400 or more"),
        ({"effect": {"close": "after"}}, "before or midway"),
        ({"effect": {"close": "before", "retry_after": 1}}, "goes with a status"),
        ({"effect": {"latency": {"uniform_ms": [2, 1]}}}, "smaller bound first"),
        ({"effect": {"latency": {}}}, "exactly one of these forms"),
        ({"effect": {"body": "html"}, "for": "-PT1S"}, "has to last"),
        ({"effect": {"body": "html"}, "for": "soon"}, "ISO 8601 duration"),
        ({"effect": {"body": "html"}, "match": {"operation": "listSequence"}}, "did you mean 'listSequences'?"),
        (
            {"effect": {"body": "html"}, "match": {"operation": "zzz"}},
            "there are getContact, getMe, getSequence",
        ),
        ({"effect": {"body": "html"}, "match": {"key_name": "Read onyl"}}, "did you mean 'Read only'?"),
        ({"effect": {"body": "html"}, "match": {"path": "v1/sequences"}}, "paths of the API begin with '/v1/'"),
        ({"effect": {"body": "html"}, "match": {"method": "gett"}}, "did you mean 'GET'?"),
        ({"effect": {"body": "html"}, "match": {"nht": 1}}, "did you mean 'nth'?"),
    ],
)
def test_a_rule_that_makes_no_sense_is_rejected_with_how_to_fix_it(api, body, words):
    response = api("POST", FAULTS, json=body)
    assert response.status_code == 400
    assert words in response.json()["message"]
    assert api("GET", FAULTS).json() == {"items": []}


def test_faults_of_one_world_leave_another_alone_and_a_reset_takes_them_away(api):
    other = api("POST", "/_sandbox/worlds", json={}, key=None).json()
    token = other["organizations"][0]["api_keys"][0]["token"]
    added(api, {"status": 503})
    assert statuses(api, 1, key=token) == [200]
    assert statuses(api, 1) == [503]
    api("POST", "/_sandbox/world/reset", json={})
    assert statuses(api, 1) == [200]
    assert api("GET", FAULTS).json() == {"items": []}


def test_chances_repeat_with_the_seed_of_the_world(api):
    def hits(seed):
        world = api("POST", "/_sandbox/worlds", json={"seed": seed}, key=None).json()
        token = world["organizations"][0]["api_keys"][0]["token"]
        api("POST", FAULTS, json={"effect": {"status": 503}, "match": {"probability": 0.5}}, key=token)
        return statuses(api, 20, key=token)

    assert hits(7) == hits(7)
    assert hits(7) != hits(8)


def test_the_control_api_itself_is_neither_limited_nor_hit_by_faults(api_with):
    api = api_with(rate_limit=RateLimit(1, 3600, 1))
    added(api, {"status": 503})
    assert [api("GET", "/_sandbox/clock").status_code for _ in range(3)] == [200, 200, 200]


def test_what_the_contract_rejects_before_the_key_is_rejected_all_the_same(api):
    added(api, {"status": 503})
    assert api("GET", "unknown").status_code == 404
    assert api("DELETE", "sequences").status_code == 405
    assert api("GET", "sequences", key=None).status_code == 401
    assert api("GET", "sequences", key="topo_nobody").status_code == 401
    assert api("OPTIONS", "sequences", key=None).status_code == 204


def test_a_fault_comes_before_scope_body_and_parameters(api):
    added(api, {"status": 503})
    assert api("GET", "sequences", key=WRITE).status_code == 503
    assert api("GET", "sequences?size=none").status_code == 503
    assert api("POST", f"sequences/{RUN}/stop", content=b"{").status_code == 503


def test_a_late_response_delays_neither_its_request_nor_other_requests(api):
    added(api, {"latency": {"fixed_ms": 30_000}}, match={"operation": "stopSequence"})

    async def stop_and_look():
        transport = httpx.ASGITransport(api.app.asgi)
        headers = {"Authorization": f"Bearer {api.key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1/v1", headers=headers) as client:
            stop = client.post(f"/sequences/{RUN}/stop", json={"reason": "WIN", "scope": "CONTACT"})
            late = asyncio.ensure_future(stop)
            await asyncio.sleep(0)
            while (seen := (await client.get(f"/sequences/{RUN}")).json()["status"]) != "STOPPED_EARLY":
                assert not late.done()
                await asyncio.sleep(0)
            late.cancel()
            return seen

    assert asyncio.run(asyncio.wait_for(stop_and_look(), 20)) == "STOPPED_EARLY"


def test_latency_is_drawn_and_shown(api):
    added(api, {"latency": {"uniform_ms": [1, 3]}})
    before = time.monotonic()
    response = api("GET", "sequences")
    assert time.monotonic() - before >= 0.001
    assert response.headers["x-sandbox-fault"] in ("latency=1", "latency=2", "latency=3")


def test_a_single_request_asks_for_a_fault_by_its_header(api):
    error_response = api("GET", "sequences", headers={"X-Sandbox-Fault": "status=503, retry_after=7"})
    assert (error_response.status_code, error_response.headers["retry-after"]) == (503, "7")
    assert api("GET", "sequences", headers={"X-Sandbox-Fault": "body=empty"}).content == b""
    assert statuses(api, 1) == [200]


def test_a_header_decides_alone_and_other_faults_do_not_count_the_request(api):
    added(api, {"status": 500}, match={"nth": 1})
    assert api("GET", "sequences", headers={"X-Sandbox-Fault": "status=503"}).status_code == 503
    assert statuses(api, 2) == [500, 200]


def test_a_malformed_header_is_400_and_says_what_was_meant_but_not_without_a_key(api):
    response = api("GET", "sequences", headers={"X-Sandbox-Fault": "statu=503"})
    assert response.status_code == 400
    assert "did you mean 'status'?" in response.json()["message"]
    assert api("GET", "sequences", key=None, headers={"X-Sandbox-Fault": "statu=503"}).status_code == 401


def test_where_the_operator_does_not_allow_the_header_it_means_nothing(api_with):
    api = api_with(fault_header=False)
    assert statuses(api, 1, headers={"X-Sandbox-Fault": "status=503"}) == [200]
    assert statuses(api, 1, headers={"X-Sandbox-Fault": "nonsense"}) == [200]


def test_a_response_with_a_fault_keeps_its_other_headers(api_with):
    api = api_with(cors=("*",))
    added(api, {"status": 503})
    response = api("GET", "sequences", headers={"Origin": "https://pages.example"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert "X-Sandbox-Fault" in response.headers["access-control-expose-headers"]
    assert response.headers["x-request-id"] == response.json()["request_id"]


def test_a_head_request_gets_the_fault_without_a_body(api):
    added(api, {"body": "html"})
    response = api("HEAD", "sequences")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["x-sandbox-fault"] == "body=html"


def test_a_rule_of_a_frozen_world_starts_at_its_now(api_with):
    api = api_with(freeze=True)
    added(api, {"status": 503}, **{"for": "P1D"})
    api.clock.advance(2 * 86_400_000_000)
    assert statuses(api, 1) == [503]
