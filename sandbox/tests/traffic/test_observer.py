"""Whoever watches changes nothing: requests with the header X-Sandbox-Observer."""

import pytest
from sequences_sandbox.traffic.rate_limits import RateLimit

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"  # ACTIVE in the demo world
WATCH = {"X-Sandbox-Observer": "console"}


def watched(api, count, path="sequences?size=1", **how):
    return [api("GET", path, headers=WATCH, **how).status_code for _ in range(count)]


def called(api, count):
    return [api("GET", "sequences?size=1").status_code for _ in range(count)]


def test_an_observer_reads_as_everybody_does(api):
    for path in ("sequences?size=2", f"sequences/{RUN}", "me", "contacts?size=1"):
        seen, read = api("GET", path, headers=WATCH), api("GET", path)
        assert (seen.status_code, seen.json()) == (200, read.json())
    assert api("GET", "/_sandbox/clock", headers=WATCH).status_code == 200
    assert api("HEAD", "sequences", headers=WATCH).status_code == 200


def test_an_observer_is_rejected_as_everybody_is(api):
    assert api("GET", "sequences", key=None, headers=WATCH).status_code == 401
    assert api("GET", "sequences", key="topo_demo_writeonly", headers=WATCH).status_code == 403
    assert api("GET", "sequences?size=0", headers=WATCH).status_code == 400
    assert api("GET", "nothing", headers=WATCH).status_code == 404


def test_an_observer_is_not_hit_by_faults_nor_counted(api):
    rule = api("POST", "/_sandbox/faults", json={"match": {"nth": 2}, "effect": {"status": 503}}).json()
    assert watched(api, 3) == [200, 200, 200]
    found = api("GET", f"/_sandbox/faults/{rule['id']}", headers=WATCH).json()
    assert (found["matched"], found["fired"]) == (0, 0)
    assert called(api, 3) == [200, 503, 200]


def test_an_observer_asks_for_no_fault_by_header(api):
    assert api("GET", "sequences", headers={**WATCH, "X-Sandbox-Fault": "status=503"}).status_code == 200


def test_an_observer_is_not_in_the_journal_nor_in_the_metrics(api):
    for path in ("sequences", "sequences?size=0", "nothing"):
        api("GET", path, headers=WATCH)
    api("GET", "sequences", key=None, headers=WATCH)
    assert api("GET", "/_sandbox/journal").json()["total_count"] == 0
    assert "listSequences" not in api("GET", "/_sandbox/metrics").text


def test_an_observer_is_not_published(api):
    published = []
    leave = api.app.worlds.events.subscribe(api.app.default.record.id, published.append)
    assert watched(api, 2) == [200, 200]
    assert called(api, 1) == [200]
    leave()
    assert [event.kind for event in published] == ["request"]


def test_an_observer_neither_meets_nor_uses_the_limit_of_the_world(api):
    api("PUT", "/_sandbox/rate-limit", json={"limit": 2, "per_seconds": 60})
    assert watched(api, 4) == [200] * 4
    assert called(api, 3) == [200, 200, 429]
    assert watched(api, 1) == [200]


def test_the_limit_of_the_operator_holds_for_observers_and_takes_nothing_from_clients(api_with):
    api = api_with(rate_limit=RateLimit(3, 60, 3))
    assert watched(api, 4) == [200, 200, 200, 429]
    assert called(api, 4) == [200, 200, 200, 429]


def test_the_operators_limit_holds_for_observers_where_the_world_has_a_stricter_one(api_with):
    api = api_with(rate_limit=RateLimit(3, 60, 3))
    api("PUT", "/_sandbox/rate-limit", json={"limit": 1, "per_seconds": 60})
    assert called(api, 2) == [200, 429]
    assert watched(api, 4) == [200, 200, 200, 429]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"sequences/{RUN}/resume", None),
        ("POST", f"sequences/{RUN}/stop", {"reason": "WIN", "scope": "CONTACT"}),
        ("PATCH", f"sequences/{RUN}", {"variables": {"k": "v"}}),
        ("POST", "/_sandbox/clock/advance", {"by": "P1D"}),
        ("PUT", "/_sandbox/snapshots/one", {}),
        ("POST", "/_sandbox/world/reset", {}),
        ("DELETE", "/_sandbox/journal", None),
        ("DELETE", "/_sandbox/faults", None),
    ],
)
def test_a_write_of_an_observer_is_rejected_and_changes_nothing(api, method, path, body):
    before = [api("GET", each).json() for each in (f"sequences/{RUN}", "/_sandbox/clock", "/_sandbox/snapshots")]
    rejected = api(method, path, headers=WATCH, json=body)
    assert (rejected.status_code, rejected.json()["data"]["field"]) == (400, "X-Sandbox-Observer")
    assert [
        api("GET", each).json() for each in (f"sequences/{RUN}", "/_sandbox/clock", "/_sandbox/snapshots")
    ] == before
    assert api("GET", "/_sandbox/journal").json()["total_count"] == 2
