"""Metrics for Prometheus, read back by its own client library."""

import socket
import subprocess
import sys
from contextlib import suppress

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sequences_sandbox.app import build
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.lifecycles import run_lifecycle
from sequences_sandbox.contract.reading import read_spec
from sequences_sandbox.domain.errors import CatchingUpIssue
from sequences_sandbox.domain.limits import VisitorLimits
from sequences_sandbox.http.traffic.injection import ConnectionDropped
from sequences_sandbox.metrics.files import MetricFiles, MetricFolder
from sequences_sandbox.metrics.prometheus import Metrics
from sequences_sandbox.settings import Settings
from sequences_sandbox.store.memory import MemoryStore
from sequences_sandbox.traffic.metrics import Tally
from sequences_sandbox.traffic.rate_limits import RateLimit
from sequences_sandbox.worlds.events import EventBus
from sequences_sandbox.worlds.worlds import Worlds

from ..conftest import Api

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"


def _position(label):
    return label[0] == "le", label[0]


def metrics(api, **how):
    response = api("GET", "/_sandbox/metrics", **how)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    return read(response.text)


def read(text):
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items(), key=_position))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def worlds_of_nobody():
    store = MemoryStore(lambda: 0)
    return Worlds(store, EventBus(store), run_lifecycle(read_spec(shipped("openapi.yaml"))))


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


def test_pages_and_the_control_api_are_counted_too(api):
    api("GET", "/embed/pauseSequence", key=None)
    api("GET", "/_sandbox/world")
    found = metrics(api)
    name = "sequences_sandbox_requests_total"
    assert found[name, "", "200"] == found[name, "getWorld", "200"] == 1


def test_statuses_that_nobody_knows_share_a_label_and_so_do_requests_without_a_response(api):
    for fault in ("status=598", "status=496", "status=497", "close=before"):
        with suppress(ConnectionDropped):
            api("GET", "sequences", headers={"X-Sandbox-Fault": fault})
    found = metrics(api)
    counted = {key[2]: value for key, value in found.items() if key[0] == "sequences_sandbox_requests_total"}
    assert counted == {"5xx": 1, "4xx": 2, "none": 1}
    timed = {key[2]: value for key, value in found.items() if key[0].endswith("request_duration_seconds_count")}
    assert timed == counted


@pytest.mark.parametrize(
    ("sent", "labels"),
    [
        (b"nonsense\r\n\r\n", ("", "400")),
        (b"GET /v1/sequences HTTP/1.1\r\nX-Long: " + b"x" * 70_000 + b"\r\n\r\n", ("", "431")),
        (
            b"POST /v1/sequences/x/stop HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
            ("stopSequence", "499"),
        ),
    ],
)
def test_what_never_became_a_request_is_counted_too(url, client, eventually, sent, labels):
    def number():
        return read(client.get("/_sandbox/metrics").text).get(("sequences_sandbox_requests_total", *labels), 0)

    before = number()
    address = httpx.URL(url)
    with socket.create_connection((address.host, address.port)) as connection:
        connection.sendall(sent)
    eventually(lambda: number() == before + 1)


def test_durations_make_a_histogram(api):
    api("GET", "sequences", headers={"X-Sandbox-Fault": "latency=30"})
    api("GET", "sequences")
    found = metrics(api)
    name = "sequences_sandbox_request_duration_seconds"
    assert found[f"{name}_count", "listSequences", "2xx"] == 2
    assert found[f"{name}_bucket", "listSequences", "2xx", "+Inf"] == 2
    assert found[f"{name}_sum", "listSequences", "2xx"] > 0


def test_faults_worlds_and_journals_are_counted(api):
    before = metrics(api)
    api("POST", "/_sandbox/worlds", json={}, key=None)
    api("GET", "sequences", headers={"X-Sandbox-Fault": "status=503, latency=1, retry_after=1"})
    after = metrics(api)
    assert (before["sequences_sandbox_worlds", "admin"], after["sequences_sandbox_worlds", "admin"]) == (0, 1)
    assert after["sequences_sandbox_worlds", "default"] == after["sequences_sandbox_ready",] == 1
    assert before["sequences_sandbox_journal_bytes",] == 0 < after["sequences_sandbox_journal_bytes",]
    assert {key[1]: value for key, value in after.items() if key[0] == "sequences_sandbox_faults_total"} == {
        "status": 1,
        "latency": 1,
    }


def test_failures_are_counted_unless_a_fault_injected_them(api, monkeypatch):
    api("GET", "sequences", headers={"X-Sandbox-Fault": "status=503"})
    name = "sequences_sandbox_failures_total"
    assert [key for key in metrics(api) if key[0] == name] == []
    monkeypatch.setattr("sequences_sandbox.worlds.worlds.Worlds.transaction", lambda self, caller: 1 / 0)
    assert api("GET", "sequences").status_code == 500
    assert {key: value for key, value in metrics(api).items() if key[0] == name} == {(name, "listSequences", "500"): 1}


def test_two_sandboxes_in_one_process_count_for_themselves(api_with):
    first, second = api_with(), api_with()
    first("GET", "sequences")
    assert ("sequences_sandbox_requests_total", "listSequences", "200") in metrics(first)
    assert ("sequences_sandbox_requests_total", "listSequences", "200") not in metrics(second)


def test_a_sandbox_that_takes_the_place_of_another_counts_on(api):
    api("GET", "sequences")
    after = Api(build(Settings(), api.clock, api.app.worlds.store, api.app), api.clock)
    after("GET", "sequences")
    assert metrics(after)["sequences_sandbox_requests_total", "listSequences", "200"] == 2
    assert after.app.connections is api.app.connections


def test_a_world_that_is_catching_up_is_no_failure_of_the_server(api, monkeypatch):
    def behind(*_):
        raise CatchingUpIssue("It takes longer.", retry_after_seconds=1)

    monkeypatch.setattr("sequences_sandbox.worlds.worlds.Worlds.transaction", behind)
    assert api("GET", "sequences").status_code == 503
    assert [key for key in metrics(api) if key[0] == "sequences_sandbox_failures_total"] == []


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
    assert found["sequences_sandbox_memory_bytes", "documents"] > 0
    assert found["sequences_sandbox_memory_bytes", "fixtures"] > 0
    assert found["sequences_sandbox_memory_bytes", "snapshots"] == 0
    api("PUT", "/_sandbox/snapshots/one", key=key)
    assert metrics(api, key="sesame-1234")["sequences_sandbox_memory_bytes", "snapshots"] > 0
    assert found["sequences_sandbox_worlds", "visitor"] == 1
    held = {"connections", "event streams", "delayed responses", "requests that take long"}
    held |= {"requests that wait for their turn", "bytes of memory", "large bodies"}
    assert {key[1] for key in found if key[0] == "sequences_sandbox_places_taken"} == held
    for what in held:
        assert 0 <= found["sequences_sandbox_places_taken", what] < found["sequences_sandbox_places", what]


def test_limits_are_counted_by_their_names(api_with):
    api = api_with(rate_limit=RateLimit(2, 60, 2))
    for _ in range(3):
        api("GET", "sequences")
    for number in range(101):
        api("PUT", f"/_sandbox/snapshots/s{number}")
    reached = {key[1]: value for key, value in metrics(api).items() if key[0] == "sequences_sandbox_limits_hit_total"}
    assert reached == {"calls of a key": 1, "snapshots": 1}


def test_the_process_tells_what_it_takes_of_the_machine(api):
    found = metrics(api)
    assert found["sequences_sandbox_processes",] == found["sequences_sandbox_process_starts_total",] == 1
    assert found["sequences_sandbox_cpu_seconds_total",] > 0
    assert found["sequences_sandbox_resident_memory_bytes",] > 1 << 20


# A process leaves its files open until it ends.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_who_takes_the_place_of_a_process_that_ended_counts_on():
    folder = MetricFolder()
    assert folder.path.stat().st_mode & 0o777 == 0o700
    tallies = []

    def process(place):
        tally = Tally()
        tallies.append(tally)
        mine = Metrics(worlds_of_nobody(), tally, (), "")
        mine.share(MetricFiles(folder.path, place))
        return mine

    first, other = process(0), process(1)
    for tally, seconds in zip(tallies, (0.001, 3), strict=True):
        tally.request("getMe", 200, seconds)
    first.publish()
    folder.end(0)
    third = process(0)
    tallies[-1].request("getMe", 200, 0.1)
    third.publish()
    found = read(other.written()[1].decode())
    name = "sequences_sandbox_request_duration_seconds"
    buckets = [
        found[f"{name}_bucket", "getMe", "2xx", bound] for bound in ("0.0005", "0.001", "0.1", "2.5", "5.0", "+Inf")
    ]
    assert (buckets, found[f"{name}_count", "getMe", "2xx"]) == ([0, 1, 2, 2, 3, 3], 3)
    assert found["sequences_sandbox_requests_total", "getMe", "200"] == 3
    assert found["sequences_sandbox_process_starts_total",] == 3
    assert found["sequences_sandbox_processes",] == 2
    folder.end(0)
    assert read(other.written()[1].decode())["sequences_sandbox_processes",] == 1
    folder.remove()
    assert not folder.path.exists()
