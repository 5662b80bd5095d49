"""The journal over HTTP, in this process: what is kept, where, how it is asked for, verification, and HAR."""

import json

import pytest
from sequences_sandbox.domain.timestamps import SECOND

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"  # ACTIVE in the demo world
JOURNAL = "/_sandbox/journal"
READ, WRITE = "topo_demo_readonly", "topo_demo_writeonly"
STOP = {"reason": "WIN", "scope": "CONTACT"}


def items(api, key="", **query):
    return api("GET", JOURNAL, params={"size": 100, **query}, key=key).json()["items"]


def verified(api, **question):
    response = api("POST", f"{JOURNAL}/verify", json=question)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("settings", [{"host": "0.0.0.0", "allow_hosts": ("*",)}, {"public_worlds": 3}])  # noqa: S104
def test_where_strangers_call_nothing_is_kept_of_what_one_sent_without_a_valid_key(api_with, settings):
    api = api_with(**settings)
    lost = {"Authorization": "Bearer sk_live_1", "X-Auth-Token": "sk_live_2"}
    api("POST", f"sequences/{RUN}/stop?api_key=sk_live_3", key=None, headers=lost, json={"reason": "sk_live_4"})
    (kept,) = items(api)
    assert (kept["status"], kept["path"], kept["query"]) == (401, f"/v1/sequences/{RUN}/stop", "")
    assert kept["request"] == {"headers": {}, "body": None, "body_size": 0}
    assert "sk_live" not in str(kept)


def test_a_request_and_its_answer_are_kept_whole(api):
    stopped = api("POST", f"sequences/{RUN}/stop?", json=STOP, headers={"X-Mine": "1"})
    (kept,) = items(api)
    milliseconds, headers = kept.pop("milliseconds"), kept["request"].pop("headers")
    assert 0 < milliseconds < 10_000
    assert headers["x-mine"] == "1"
    assert headers["content-type"] == "application/json"
    sent = stopped.request.content
    assert kept == {
        "request_id": stopped.headers["x-request-id"],
        "at": "2026-03-02T09:00:00Z",
        "method": "POST",
        "path": f"/v1/sequences/{RUN}/stop",
        "query": "",
        "operation": "stopSequence",
        "key_name": "Read and write",
        "status": 200,
        "fault": None,
        "request": {"body": sent.decode(), "body_size": len(sent)},
        "response": {
            "headers": dict(stopped.headers),
            "body": stopped.text,
            "body_size": len(stopped.content),
        },
    }
    entry = api("GET", f"{JOURNAL}/{kept['request_id']}").json()
    assert entry["request"].pop("headers") == headers
    assert entry == {**kept, "milliseconds": milliseconds}


def test_no_key_is_ever_kept_wherever_it_stood(api):
    api("GET", f"sequences?size=1&key={api.key}", headers={"Cookie": "a=b", "X-Api-Key": READ})
    api("PATCH", f"sequences/{RUN}", json={"variables": {"key": api.key}})
    api("GET", "sequences", key="topo_nobody_knows")
    text = api("GET", JOURNAL, params={"size": 100}).text + api("GET", f"{JOURNAL}.har").text
    assert "topo_demo" not in text
    assert "topo_nobody" not in text
    assert "authorization" not in text.lower().replace("'authorization: bearer <key>'", "")
    assert '"cookie"' not in text
    assert "topo_***" in text


def test_refusals_from_every_layer_are_kept(api):
    api("GET", "unknown")
    api("DELETE", "sequences")
    api("GET", "sequences", key=WRITE)
    api("POST", f"sequences/{RUN}/stop", content=b"{}")
    api("GET", "sequences?size=0")
    found = [(kept["operation"], kept["status"], kept["key_name"]) for kept in items(api)]
    assert found == [
        ("listSequences", 400, "Read and write"),
        ("stopSequence", 415, "Read and write"),
        ("listSequences", 403, "Write only"),
        (None, 405, "Read and write"),
        (None, 404, "Read and write"),
    ]


def test_requests_without_a_valid_key_are_kept_with_the_default_world(api):
    token = api("POST", "/_sandbox/worlds", json={}, key=None).json()["organizations"][0]["api_keys"][0]["token"]
    api("GET", "sequences", key=None)
    api("GET", "sequences", key="topo_nobody")
    api("GET", "unknown", key=token)
    assert [(kept["status"], kept["key_name"]) for kept in items(api)] == [(401, None), (401, None)]
    assert [(kept["status"], kept["path"]) for kept in items(api, key=token)] == [(404, "/v1/unknown")]


def test_requests_of_the_control_api_are_not_kept(api):
    api("GET", "/_sandbox/world")
    api("GET", "/_sandbox/unknown")
    assert items(api) == []


def test_a_refused_or_befallen_request_is_kept_with_its_body(api):
    api("POST", f"sequences/{RUN}/stop", json=STOP, headers={"X-Sandbox-Fault": "status=503"})
    api("PUT", "/_sandbox/rate-limit", json={"limit": 1, "per_seconds": 60})
    api("GET", "sequences")
    api("POST", f"sequences/{RUN}/stop", json=STOP)
    assert [(kept["status"], kept["fault"], json.loads(kept["request"]["body"] or "{}")) for kept in items(api)] == [
        (429, None, STOP),
        (200, None, {}),
        (503, "status=503", STOP),
    ]


def test_a_journal_that_cannot_be_written_to_takes_no_answer_away(api, monkeypatch, caplog):
    def fail(store, world_id, wall):
        raise OSError("the disk is full")

    monkeypatch.setattr(type(api.app.worlds.store), "moment", fail)
    response = api("GET", "sequences")
    assert response.status_code == 200
    assert "the disk is full" in caplog.text
    assert response.headers["x-request-id"] in caplog.text


def test_the_time_that_a_fault_takes_counts(api):
    api("GET", "sequences", headers={"X-Sandbox-Fault": "latency=3, drip=0.002"})
    assert items(api)[0]["milliseconds"] >= 5


def test_long_bodies_are_cut_and_their_size_is_told(api):
    value = "x" * 100_000
    api("PATCH", f"sequences/{RUN}", json={"variables": {"long": value}})
    (kept,) = items(api)
    for message in (kept["request"], kept["response"]):
        assert len(message["body"]) == 65_536
        assert message["body_size"] > 100_000
    finding = verified(api, match={"body_subset": {"variables": {}}})
    assert finding["nearest"][0]["differs"] == ["only 65536 bytes of its body are kept, too few to look into it"]


def test_the_journal_is_asked_by_operation_status_key_and_time(api):
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


def test_the_journal_comes_in_pages_newest_first(api):
    ids = [api("GET", "sequences").headers["x-request-id"] for _ in range(5)]
    first = api("GET", JOURNAL, params={"size": 2}).json()
    last = api("GET", JOURNAL, params={"size": 2, "page": 3}).json()
    assert [kept["request_id"] for kept in first["items"]] == ids[:2:-1]
    assert [kept["request_id"] for kept in last["items"]] == ids[:1]
    assert (first["total_count"], first["total_pages"], first["has_more"], last["has_more"]) == (5, 3, True, False)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("operation=listSequence", "did you mean 'listSequences'?"),
        ("key_name=nobody", "does not exist here"),
        ("since=yesterday", "RFC 3339"),
        ("status=99", "100"),
        ("operations=x", "did you mean 'operation'?"),
    ],
)
def test_a_question_that_nothing_could_ever_answer_is_refused(api, query, words):
    response = api("GET", f"{JOURNAL}?{query}")
    assert response.status_code == 400
    assert words in response.json()["message"]


def test_the_journal_is_emptied_by_a_call_and_by_a_reset_and_worlds_have_their_own(api):
    token = api("POST", "/_sandbox/worlds", json={}, key=None).json()["organizations"][0]["api_keys"][0]["token"]
    api("GET", "sequences", key=token)
    api("GET", "sequences")
    assert api("DELETE", JOURNAL).status_code == 204
    assert items(api) == []
    assert len(items(api, key=token)) == 1
    api("POST", "/_sandbox/world/reset", json={}, key=token)
    assert items(api, key=token) == []


def test_an_entry_that_is_not_there_is_not_found(api):
    response = api("GET", f"{JOURNAL}/req_00000000000000000000000000")
    assert (response.status_code, response.json()["type"]) == (404, "NotFoundIssue")


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
        ({"match": {"body": {}}}, "it takes 'operation', 'status', 'body_subset'"),
    ],
)
def test_a_verification_that_makes_no_sense_is_refused(api, question, words):
    response = api("POST", f"{JOURNAL}/verify", json=question)
    assert response.status_code == 400
    assert words in response.json()["message"]


def test_the_journal_leaves_as_an_archive_that_has_all_that_har_asks_for(api):
    api("GET", "sequences?size=1&sort_by=status")
    api("POST", f"sequences/{RUN}/stop", json=STOP, headers={"X-Sandbox-Fault": "status=503"})
    log = api("GET", f"{JOURNAL}.har").json()["log"]
    assert log["version"] == "1.2"
    assert set(log["creator"]) == {"name", "version"}
    first, second = log["entries"]
    for found in (first, second):
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(found)
        assert found["time"] == sum(found["timings"][part] for part in ("send", "wait", "receive"))
        assert set(found["timings"]) == {"send", "wait", "receive"}
        assert {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"} <= set(
            found["request"]
        )
        assert set(found["response"]) == {
            "status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize",
            "bodySize",
        }  # fmt: skip
    assert first["request"]["url"] == "http://127.0.0.1:4010/v1/sequences?size=1&sort_by=status"
    assert first["request"]["queryString"] == [{"name": "size", "value": "1"}, {"name": "sort_by", "value": "status"}]
    assert first["response"]["content"]["mimeType"] == "application/json"
    assert json.loads(first["response"]["content"]["text"])["items"]
    assert json.loads(second["request"]["postData"]["text"]) == STOP
    assert (second["response"]["status"], second["response"]["statusText"]) == (503, "Service Unavailable")
    assert second["comment"] == "fault: status=503"
