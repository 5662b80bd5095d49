"""Metrics for Prometheus, read back by its own client library."""

import subprocess
import sys

from prometheus_client.parser import text_string_to_metric_families
from sequences_sandbox.domain.limits import VisitorLimits

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"


def _position(label):
    return label[0] == "le", label[0]


def metrics(api, **how):
    response = api("GET", "/_sandbox/metrics", **how)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items(), key=_position))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_operation_and_status(api):
    api("GET", "sequences")
    api("GET", "sequences")
    api("GET", "sequences?size=0")
    api("GET", "unknown")
    found = metrics(api)
    name = "sequences_sandbox_requests_total"
    assert found[name, "listSequences", "200"] == 2
    assert found[name, "listSequences", "400"] == 1
    assert found[name, "", "404"] == 1
    assert sum(value for key, value in found.items() if key[0] == name) == 4


def test_durations_make_a_histogram(api):
    api("GET", "sequences", headers={"X-Sandbox-Fault": "latency=30"})
    api("GET", "sequences")
    found = metrics(api)
    name = "sequences_sandbox_request_duration_seconds"
    assert found[f"{name}_count", "listSequences", "200"] == 2
    assert found[f"{name}_bucket", "listSequences", "200", "+Inf"] == 2
    assert found[f"{name}_bucket", "listSequences", "200", "0.025"] <= 1
    assert found[f"{name}_sum", "listSequences", "200"] >= 0.03


def test_faults_worlds_and_journals_are_counted(api):
    before = metrics(api)
    api("POST", "/_sandbox/worlds", json={}, key=None)
    api("GET", "sequences", headers={"X-Sandbox-Fault": "status=503, latency=1, retry_after=1"})
    after = metrics(api)
    assert after["sequences_sandbox_worlds",] == before["sequences_sandbox_worlds",] + 1 == 2
    assert before["sequences_sandbox_journal_bytes",] == 0 < after["sequences_sandbox_journal_bytes",]
    assert {key[1]: value for key, value in after.items() if key[0] == "sequences_sandbox_faults_total"} == {
        "status": 1,
        "latency": 1,
    }


def test_two_sandboxes_in_one_process_count_for_themselves(api_with):
    first, second = api_with(), api_with()
    first("GET", "sequences")
    assert ("sequences_sandbox_requests_total", "listSequences", "200") in metrics(first)
    assert ("sequences_sandbox_requests_total", "listSequences", "200") not in metrics(second)


def test_the_metrics_are_the_admins(api_with):
    api = api_with(admin_token="open-sesame")
    assert api("GET", "/_sandbox/metrics").status_code == 401
    assert metrics(api, key="open-sesame")


def test_the_client_library_is_loaded_only_when_metrics_are_asked_for():
    script = (
        "import sys, sequences_sandbox.app as app; app.build(app.Settings()); print('prometheus_client' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "False"


def test_memory_and_places_that_are_bounded_are_told(api_with):
    api = api_with(admin_token="sesame-1234", visitors=VisitorLimits(5))
    made = api("POST", "/_sandbox/worlds", key=None).json()
    key = made["organizations"][0]["api_keys"][0]["token"]
    api("GET", "/_sandbox/world", key=key)
    found = metrics(api, key="sesame-1234")
    assert found["sequences_sandbox_cache_bytes", "worlds"] >= found["sequences_sandbox_cache_bytes", "fixtures"] > 0
    assert found["sequences_sandbox_visitor_worlds",] == 1
    for limit in ("event streams", "delayed responses", "requests that take long", "requests that wait for their turn"):
        assert (
            found["sequences_sandbox_places_taken", limit]
            == found["sequences_sandbox_places_refused_total", limit]
            == 0
        )
