"""The reference_server is correct when unaltered, and no fault and no allowed reading is without effect."""

import itertools
import json
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from .reference_server import ALLOWED_READINGS, FAULTS, altered, serve
from .reference_server.control import ReferenceServer
from .reference_server.messages import Request
from .reference_server.probe_world import TOKENS, document
from .reference_server.probes import outcome
from .reference_server.responses import FUTURE, RESPONSES, RUN, STOP

HERE = Path(__file__).parent
GROUPS = {
    "me",
    "contacts",
    "templates",
    "shape",
    "access",
    "list",
    "update",
    "lifecycle",
    "stop",
    "journeys",
    "robustness",
    "concurrency",
    "stale",
}
TYPES = {400: "ValidationIssue", 401: "UnauthorizedIssue", 403: "UnauthorizedIssue", 404: "NotFoundIssue"}
TYPES |= {405: "ValidationIssue", 413: "ValidationIssue", 415: "ValidationIssue", 422: "BusinessIssue"}


@pytest.mark.parametrize(("script", "status", "held"), RESPONSES)
def test_the_unaltered_reference_server_responses_as_the_contract_says(
    script: str, status: int, held: dict[str, Any]
) -> None:
    found, headers, body = outcome(ReferenceServer, script)[-1]
    assert found == status, body
    assert headers["x-request-id"] == "fresh"
    expected = {"status_code": status, "type": TYPES[status], "request_id": "fresh"} | held if status >= 400 else held
    assert {name: (body or {}).get(name) for name in expected} == expected
    assert ("www-authenticate" in headers) == (status == 401)
    assert ("allow" in headers) == (status in (204, 405))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_alters_an_observable_response(name: str) -> None:
    probe = FAULTS[name].probe
    good = outcome(ReferenceServer, probe)
    assert good == outcome(ReferenceServer, probe), "the probe itself is not repeatable"
    assert all(response[0] < 500 for response in good)
    assert outcome(altered(faults=[name]), probe) != good


@pytest.mark.parametrize("name", ALLOWED_READINGS)
def test_a_allowed_reading_alters_an_observable_response(name: str) -> None:
    probe = ALLOWED_READINGS[name].probe
    responses = outcome(altered(allowed_readings=[name]), probe)
    assert responses != outcome(ReferenceServer, probe)
    assert all(response[0] < 500 for response in responses)


def test_no_two_faults_of_a_group_are_the_same() -> None:
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for fault in FAULTS.values():
        alike[fault.probe, str(outcome(altered(faults=[fault.name]), fault.probe))].append(fault.name)
    pairs = [pair for names in alike.values() for pair in itertools.combinations(names, 2)]
    assert [pair for pair in pairs if not distinguished(*pair)] == []


def distinguished(one: str, other: str) -> bool:
    """Whether some probe of the group shows a difference between two faults that one probe shows alike."""
    probes = dict.fromkeys(fault.probe for fault in FAULTS.values() if fault.group == FAULTS[one].group)
    return any(outcome(altered([one]), probe) != outcome(altered([other]), probe) for probe in probes)


def test_the_faults_cover_every_group() -> None:
    assert {fault.group for fault in FAULTS.values()} == GROUPS
    assert {fault.profile for fault in FAULTS.values()} == {"documented", "strict"}
    assert all(fault.summary and fault.rule for fault in FAULTS.values())
    assert len(FAULTS) >= 125
    assert not FAULTS.keys() & ALLOWED_READINGS.keys()


def test_the_reference_server_shares_no_code_with_what_it_tests() -> None:
    source = "".join(path.read_text("utf-8") for path in (HERE / "reference_server").rglob("*.py"))
    assert "import" in source
    assert not any(f"import {package}" in source or f"from {package}" in source
                   for package in ("sequences_sandbox", "sequences_contract"))  # fmt: skip


def test_with_every_allowed_reading_each_operation_still_succeeds() -> None:
    lines = [
        "GET /sequences",
        "GET {active}",
        'PUT {active} {"variables": {"a": "b"}}',
        f"POST {{active}}/pause {FUTURE}",
    ]
    lines += ["POST {active}/resume", f"POST {{active}}/stop {STOP}"]
    assert [response[0] for response in outcome(altered(allowed_readings=["all"]), " && ".join(lines))] == [200] * 6


def test_faults_combine() -> None:
    items = outcome(altered(faults=["default_size_20", "default_order_desc"]), "GET /sequences")[0][2]["items"]
    assert len(items) == 20
    assert items[0]["created_at"] > items[-1]["created_at"]


def test_one_connection_carries_bodies_of_every_kind() -> None:
    with serve(document()) as url, httpx.Client(headers={"Authorization": f"Bearer {TOKENS['rw']}"}) as client:
        typed = {"Content-Type": "application/json"}
        chunked = client.patch(url + RUN, content=iter([b'{"variables": ', b'{"a": "b"}}']), headers=typed)
        assert chunked.json()["variables"]["a"] == "b"
        assert client.head(url + RUN).content == b""
        assert client.patch(url + RUN, content=b"x" * 3_000_000, headers=typed).status_code == 413
        assert client.patch(url + RUN, content=b"{}", headers={**typed, "Expect": "100-continue"}).status_code == 400
        assert client.options(url + RUN).headers["allow"] == "GET, HEAD, OPTIONS, PATCH"
        assert client.get(url + "/sequences").json()["total_count"] == 38


def control(app: ReferenceServer, key: str, method: str, path: str, body: Any = None) -> Any:
    sent = {"authorization": f"Bearer {key}"}
    return app.handle(Request(method, f"/_sandbox/{path}", sent, json.dumps(body).encode() if body else b"")).body


def test_a_fresh_world_has_keys_of_its_own_and_meets_no_other() -> None:
    app = ReferenceServer(document())
    world = control(app, "", "POST", "worlds", {"frozen": True})
    key = world["organizations"][0]["api_keys"][0]["token"]
    assert key != TOKENS["rw"]
    sent = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    app.handle(Request("POST", f"/v1{RUN}/stop", sent, STOP.encode()))
    assert control(app, key, "GET", "world")["organizations"][0]["counts"]["STOPPED_EARLY"] == 2
    assert control(app, TOKENS["rw"], "GET", "world")["organizations"][0]["counts"]["STOPPED_EARLY"] == 1
    assert control(app, key, "POST", "world/reset")["organizations"][0]["counts"]["STOPPED_EARLY"] == 1
    assert control(app, key, "DELETE", "world") is None
    assert control(app, key, "GET", "world")["status_code"] == 401


def test_time_is_set_forward_and_never_back() -> None:
    app = ReferenceServer(document())
    assert control(app, TOKENS["rw"], "GET", "clock")["next_due"]["at"] == "2026-03-03T09:00:00Z"
    fired = control(app, TOKENS["rw"], "POST", "clock/advance", {"by": "P1D"})
    assert (fired["now"], fired["fired_count"], fired["fired"][0]["to"]) == ("2026-03-03T09:00:00Z", 2, "ACTIVE")
    assert control(app, TOKENS["rw"], "PATCH", "clock", {"now": "2026-03-02T09:00:00Z"})["status_code"] == 422
    assert control(app, TOKENS["rw"], "PATCH", "clock", {"frozen": False})["frozen"] is False


def test_runs_are_enrolled_and_moved_by_engine_events() -> None:
    app = ReferenceServer(document())
    model = outcome(ReferenceServer, "GET {active}")[0][2]
    wanted = {"contact_id": model["contact_id"], "sequence_template_id": model["sequence_template_id"]}
    run = control(app, TOKENS["rw"], "POST", "sequences", wanted)
    assert (run["status"], run["created_at"], run["variables"]) == ("FOUND", "2026-03-02T09:00:00Z", None)
    assert (
        control(app, TOKENS["rw"], "POST", f"sequences/{run['id']}/events", {"event": "activate"})["status"] == "ACTIVE"
    )
    assert (
        control(app, TOKENS["rw"], "POST", f"sequences/{run['id']}/events", {"event": "response"})["status_code"] == 422
    )


def test_it_starts_as_a_program_of_its_own(tmp_path: Path) -> None:
    fixture, ready = tmp_path / "world.json", tmp_path / "ready.json"
    fixture.write_text(json.dumps(document()), "utf-8")
    command = [sys.executable, str(HERE / "reference_server"), "--fixture", str(fixture), "--ready-file", str(ready)]
    with subprocess.Popen([*command, "--fault", "default_size_20"], stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 20
        while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        url = json.loads(ready.read_text("utf-8"))["url"]
        found = httpx.get(url + "/sequences", headers={"Authorization": f"Bearer {TOKENS['rw']}"}).json()
        process.terminate()
    assert (len(found["items"]), process.returncode) == (20, 0)
