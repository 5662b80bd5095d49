"""docs/hosting: alerts and dashboard are about metrics that a sandbox has, and alerts come when they should."""

import json
import re
import socket
import subprocess
from contextlib import contextmanager

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sequences_sandbox.contract.files import shipped

FOLDER = shipped("openapi.yaml").parent / "docs" / "hosting"
PAGE = (FOLDER.parent / "hosting.md").read_text("utf-8")
RULES = [rule for group in yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
NAME = re.compile(r"\bsequences_sandbox_[a-z0-9_]+")
SAMPLES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
KEY = {"Authorization": "Bearer topo_demo_readwrite"}
FAULTY = {**KEY, "X-Sandbox-Fault": "latency=1"}


def served(url):
    """The names of the samples, and the names of their labels, that a sandbox can have."""
    families = list(text_string_to_metric_families(httpx.get(f"{url}/_sandbox/metrics").text))
    names = {family.name + end for family in families for end in SAMPLES[family.type]}
    return names, {label for family in families for sample in family.samples for label in sample.labels}


def some_requests(url):
    """Requests of which every metric tells something, apart from failures."""
    with httpx.Client(base_url=url, timeout=20) as client:
        client.get("/v1/me", headers=FAULTY).raise_for_status()
        for number in range(101):
            last = client.put(f"/_sandbox/snapshots/s{number}", headers=KEY).status_code
        assert last == 413


def test_rules_and_panels_name_metrics_and_labels_that_exist(url):
    some_requests(url)
    names, labels = served(url)
    for query in [*QUERIES, *(rule["expr"] for rule in RULES), *_variables()]:
        used = set(NAME.findall(query))
        assert used <= names
        assert used or query.startswith("up{")
        by = {name.strip() for group in re.findall(r"by \(([^)]*)\)", query) for name in group.split(",")}
        assert by | set(re.findall(r"(\w+) ?!?=\"", query)) <= labels | {"job", "instance", "le"}


def _variables():
    return [each["definition"] for each in DASHBOARD["templating"]["list"] if each["type"] == "query"]


def test_the_panels_lie_beside_each_other_and_have_numbers_of_their_own():
    cells = [
        (column, row)
        for place in (panel["gridPos"] for panel in DASHBOARD["panels"])
        for column in range(place["x"], place["x"] + place["w"])
        for row in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(column for column, _ in cells) < 24
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(numbers) == len(set(numbers))


def test_the_page_says_of_each_alert_what_to_look_at_first():
    listed = re.findall(r"^\| `(Sandbox\w+)` \|", PAGE, re.MULTILINE)
    assert listed == [rule["alert"] for rule in RULES]


def test_the_page_lists_every_metric(url):
    families = text_string_to_metric_families(httpx.get(f"{url}/_sandbox/metrics").text)
    ends = {"counter": "_total", "histogram": "", "gauge": ""}
    served = [family.name.removeprefix("sequences_sandbox_") + ends[family.type] for family in families]
    table = PAGE.partition("| metric | what it counts |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.strip().splitlines()[1:]]
    assert sorted(name for row in rows for name in re.findall(r"`(\w+)`", row)) == sorted(served)


def test_promtool_finds_nothing_wrong_with_the_rules(program):
    program("promtool")
    done = subprocess.run(["promtool", "check", "rules", FOLDER / "alerts.yaml"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


CALM = {
    'up{job="sandbox"}': "1+0x60",
    "sequences_sandbox_ready": "1+0x60",
    "sequences_sandbox_processes": "2+0x60",
    'sequences_sandbox_requests_total{operation="getMe"}': "0+600x60",
    'sequences_sandbox_failures_total{operation="getMe"}': "0+1x60",
    'sequences_sandbox_request_duration_seconds_bucket{le="0.01"}': "0+600x60",
    'sequences_sandbox_request_duration_seconds_bucket{le="+Inf"}': "0+600x60",
    "sequences_sandbox_cpu_seconds_total": "0+30x60",
    "sequences_sandbox_resident_memory_bytes": "300e6+0x60",
    "sequences_sandbox_process_starts_total": "2+0x60",
    'sequences_sandbox_places_taken{limit="connections"}': "10+0x60",
    'sequences_sandbox_places{limit="connections"}': "1000+0x60",
    'sequences_sandbox_limits_hit_total{limit="worlds of visitors"}': "5+0x60",
    'sequences_sandbox_limits_hit_total{limit="calls of a key"}': "0+6x60",
}
"""An hour of a sandbox with which all is well, as series of Prometheus' own tests: a start, and a step each minute."""
TROUBLE = {
    "SandboxDown": {'up{job="sandbox"}': "0+0x60"},
    "SandboxNotReady": {"sequences_sandbox_ready": "0+0x60"},
    "SandboxFails": {'sequences_sandbox_failures_total{operation="getMe"}': "0+12x60"},
    "SandboxSlow": {
        'sequences_sandbox_request_duration_seconds_bucket{le="0.01"}': "0+500x60",
        'sequences_sandbox_request_duration_seconds_bucket{le="1.0"}': "0+600x60",
    },
    "SandboxBusy": {"sequences_sandbox_cpu_seconds_total": "0+110x60"},
    "SandboxMemory": {"sequences_sandbox_resident_memory_bytes": "1.7e9+0x60"},
    "SandboxRestarts": {"sequences_sandbox_process_starts_total": "2+1x60"},
    "SandboxFull": {'sequences_sandbox_places_taken{limit="connections"}': "900+0x60"},
    "SandboxWorldsTaken": {'sequences_sandbox_limits_hit_total{limit="worlds of visitors"}': "0+1x60"},
    "SandboxLimitsHit": {'sequences_sandbox_limits_hit_total{limit="calls of a key"}': "0+90x60"},
}


@pytest.mark.parametrize("alert", [None, *(rule["alert"] for rule in RULES)])
def test_an_alert_comes_with_its_trouble_and_alone(alert, program, tmp_path):
    program("promtool")
    series = {**CALM, **TROUBLE.get(alert, {})}
    expected = [] if alert is None else [{"labels": f'{{alertname="{alert}"}}', "value": 1}]
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": "50m",
                "exp_samples": expected,
            }
        ],
    }
    cases = {"rule_files": [str(FOLDER / "alerts.yaml")], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump(cases))
    done = subprocess.run(
        ["promtool", "test", "rules", tmp_path / "cases.yaml"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def prometheus(folder, target, eventually):
    """A Prometheus as the files configure it, which asks every second."""
    config = (FOLDER / "prometheus.yaml").read_text().replace("127.0.0.1:4010", target)
    config = config.replace("/etc/prometheus/alerts.yaml", str(FOLDER / "alerts.yaml"))
    config = config.replace("/etc/prometheus/sandbox-admin-token", str(folder / "token"))
    (folder / "token").write_text("only-for-tests")
    (folder / "prometheus.yaml").write_text(f"global: {{scrape_interval: 1s, evaluation_interval: 1s}}\n{config}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--config.file={folder}/prometheus.yaml", f"--storage.tsdb.path={folder}/data"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["prometheus", *options, f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=20) as client:
            eventually(lambda: process.poll() is not None or _answers(client))
            assert process.poll() is None, (folder / "log").read_text()
            yield client
    finally:
        process.kill()
        process.wait()


def _answers(client):
    try:
        return client.get("query", params={"query": "vector(1)"}).status_code == 200
    except httpx.TransportError:
        return False


def test_prometheus_reads_a_sandbox_and_every_panel_has_something_to_show(running, program, tmp_path, eventually):
    program("prometheus")
    sandbox = running(SEQUENCES_SANDBOX_ADMIN_TOKEN="only-for-tests")
    url = httpx.URL(sandbox.base)
    with prometheus(tmp_path, f"{url.host}:{url.port}", eventually) as client:

        def found(query):
            query = query.replace("$job", "sandbox").replace("$__rate_interval", "1m")
            return client.get("query", params={"query": query}).raise_for_status().json()["data"]["result"]

        some_requests(str(url.copy_with(path="/")))
        for query in QUERIES:
            if "failures_total" in query:
                assert found(query) == []  # there was none
            else:
                eventually(lambda query=query: found(query))
        eventually(lambda: {rule["health"] for rule in _rules(client)} == {"ok"})
        assert [rule["name"] for rule in _rules(client)] == [rule["alert"] for rule in RULES]


def _rules(client):
    return [rule for group in client.get("rules").json()["data"]["groups"] for rule in group["rules"]]
