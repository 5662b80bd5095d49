"""The journal over HTTP, in this process: what is kept, where, and how it leaves as HAR."""

import json

import pytest
from sequences_sandbox.domain.limits import VisitorLimits

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"  # ACTIVE in the demo world
JOURNAL = "/_sandbox/journal"
READ, WRITE = "topo_demo_readonly", "topo_demo_writeonly"
STOP = {"reason": "WIN", "scope": "CONTACT"}


def items(api, key="", **query):
    return api("GET", JOURNAL, params={"size": 100, "bodies": "true", **query}, key=key).json()["items"]


def verified(api, **question):
    response = api("POST", f"{JOURNAL}/verify", json=question)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("settings", [{"host": "0.0.0.0", "allow_hosts": ("*",)}, {"visitors": VisitorLimits(3)}])  # noqa: S104
def test_where_anonymous_visitors_call_nothing_is_kept_of_what_one_sent_without_a_valid_key(api_with, settings):
    api = api_with(**settings)
    lost = {"Authorization": "Bearer sk_live_1", "X-Auth-Token": "sk_live_2"}
    api("POST", f"sequences/{RUN}/stop?api_key=sk_live_3", key=None, headers=lost, json={"reason": "sk_live_4"})
    (kept,) = items(api)
    assert (kept["status"], kept["path"], kept["query"]) == (401, f"/v1/sequences/{RUN}/stop", "")
    assert kept["user_agent"] is None
    assert kept["request"] == {"headers": {}, "body": None, "body_size": 0}
    assert "sk_live" not in str(kept)


def test_a_request_and_its_response_are_kept_whole(api_with):
    api = api_with(journal_headers=("x-mine",))
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
        "key_id": api("GET", "me").json()["id"],
        "status": 200,
        "fault": None,
        "user_agent": stopped.request.headers["user-agent"],
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


def test_lists_have_bodies_only_when_they_are_asked_for(api):
    api("POST", f"sequences/{RUN}/stop", json=STOP)
    plain = api("GET", JOURNAL).json()["items"][0]
    (whole,) = items(api)
    for part in ("request", "response"):
        assert "body" not in plain[part]
        assert plain[part] == {name: value for name, value in whole[part].items() if name != "body"}


def test_a_repeated_header_is_kept_as_it_was_sent(api_with):
    api = api_with(journal_headers=("x-tag",))
    sent = [("X-Tag", "one"), ("Accept", "a/b"), ("X-Tag", "two, three"), ("X-Tag", "one")]
    api("GET", "sequences", raw_headers=sent)
    headers = items(api)[0]["request"]["headers"]
    assert (headers["x-tag"], headers["accept"]) == (["one", "two, three", "one"], "a/b")
    pairs = api("GET", f"{JOURNAL}.har").json()["log"]["entries"][0]["request"]["headers"]
    assert [pair["value"] for pair in pairs if pair["name"].lower() == "x-tag"] == ["one", "two, three", "one"]


def test_no_key_is_ever_kept_wherever_it_stood(api):
    api("GET", f"sequences?size=1&key={api.key}", headers={"Cookie": "a=b", "X-Api-Key": READ})
    api("PATCH", f"sequences/{RUN}", json={"variables": {"key": api.key}})
    api("GET", "sequences", key="topo_nobody_knows")
    text = api("GET", JOURNAL, params={"size": 100, "bodies": "true"}).text + api("GET", f"{JOURNAL}.har").text
    assert "topo_demo" not in text
    assert "topo_nobody" not in text
    assert "authorization" not in text.lower().replace("'authorization: bearer <key>'", "")
    assert '"cookie"' not in text
    assert "topo_***" in text


def test_error_responses_from_every_layer_are_kept(api):
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
    shown = [(kept["status"], kept["key_name"], kept["key_id"]) for kept in items(api)]
    assert shown == [(401, None, None), (401, None, None)]
    assert [(kept["status"], kept["path"]) for kept in items(api, key=token)] == [(404, "/v1/unknown")]


def test_requests_of_the_control_api_are_not_kept(api):
    api("GET", "/_sandbox/world")
    api("GET", "/_sandbox/unknown")
    assert items(api) == []


def test_a_rejected_request_and_one_with_a_fault_are_kept_with_their_bodies(api):
    api("POST", f"sequences/{RUN}/stop", json=STOP, headers={"X-Sandbox-Fault": "status=503"})
    api("PUT", "/_sandbox/rate-limit", json={"limit": 1, "per_seconds": 60})
    api("GET", "sequences")
    api("POST", f"sequences/{RUN}/stop", json=STOP)
    assert [(kept["status"], kept["fault"], json.loads(kept["request"]["body"] or "{}")) for kept in items(api)] == [
        (429, None, STOP),
        (200, None, {}),
        (503, "status=503", STOP),
    ]


def test_a_journal_that_cannot_be_written_to_takes_no_response_away(api, monkeypatch, caplog):
    def fail(world_id, entry):
        raise OSError("the disk is full")

    monkeypatch.setattr(api.app.worlds.store, "append_journal", fail)
    response = api("GET", "sequences")
    assert response.status_code == 200
    assert "the disk is full" in caplog.text
    assert response.headers["x-request-id"] in caplog.text


def test_the_time_that_a_fault_takes_counts(api):
    api("GET", "sequences", headers={"X-Sandbox-Fault": "latency=3, drip=0.002"})
    assert items(api)[0]["milliseconds"] >= 5


def test_long_bodies_are_cut_and_their_size_is_shown(api):
    value = "x" * 100_000
    api("PATCH", f"sequences/{RUN}", json={"variables": {"long": value}})
    (kept,) = items(api)
    for message in (kept["request"], kept["response"]):
        assert len(message["body"]) == 65_536
        assert message["body_size"] > 100_000
    finding = verified(api, match={"body_subset": {"variables": {}}})
    assert finding["nearest"][0]["differs"] == [
        "only the first 65536 bytes of its body are kept, too few to compare it"
    ]


def test_the_journal_comes_in_pages_newest_first(api):
    ids = [api("GET", "sequences").headers["x-request-id"] for _ in range(5)]
    first = api("GET", JOURNAL, params={"size": 2}).json()
    last = api("GET", JOURNAL, params={"size": 2, "page": 3}).json()
    assert [kept["request_id"] for kept in first["items"]] == ids[:2:-1]
    assert [kept["request_id"] for kept in last["items"]] == ids[:1]
    assert (first["total_count"], first["total_pages"], first["has_more"], last["has_more"]) == (5, 3, True, False)


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


def test_a_user_agent_is_shown_without_a_key_and_no_longer_than_it_tells(api):
    for agent in ("crm-sync/2.1 (topo_demo_readwrite)", "x" * 300):
        api("GET", "me", headers={"User-Agent": agent})
    assert [kept["user_agent"] for kept in items(api)] == ["x" * 200, "crm-sync/2.1 (topo_***)"]
    found = api("GET", "/_sandbox/journal", params={"text": "CRM-Sync"}).json()["items"]
    assert [kept["user_agent"] for kept in found] == ["crm-sync/2.1 (topo_***)"]


def test_of_a_query_with_very_many_parameters_the_first_are_told(api):
    api("GET", f"me?{'a&' * 30_000}")
    (entry,) = api("GET", "/_sandbox/journal.har").json()["log"]["entries"]
    assert len(entry["request"]["queryString"]) == 100
    assert len(entry["request"]["url"]) > 60_000
