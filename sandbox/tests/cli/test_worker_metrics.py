"""The metrics of several workers: one answers for all of them, and what one counted outlives it."""

import os
import re
import signal
import tempfile
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

KEY = {"Authorization": "Bearer topo_demo_readonly"}


@pytest.fixture
def workers(running, postgres_url, tmp_path):
    """Two workers, and the folder of what is temporary."""
    sandbox = running("--store", postgres_url, "--workers", "2", "--log-level", "warning", TMPDIR=str(tmp_path))
    sandbox.url = sandbox.base.removesuffix("/v1")
    return sandbox


def found(sandbox):
    """The metrics, over a connection of their own, so that any worker may answer."""
    text = httpx.get(f"{sandbox.url}/_sandbox/metrics", timeout=30).raise_for_status().text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_each_worker_tells_what_all_of_them_counted(workers, eventually):
    for _ in range(20):
        httpx.get(f"{workers.base}/me", headers=KEY, timeout=30).raise_for_status()
    name = "sequences_sandbox_requests_total"
    eventually(lambda: found(workers)[name, "getMe", "200"] == 20)
    eventually(lambda: found(workers)["sequences_sandbox_processes",] == 2)
    assert {found(workers)[name, "getMe", "200"] for _ in range(10)} == {20}
    assert found(workers)["sequences_sandbox_request_duration_seconds_count", "getMe", "2xx"] == 20
    assert found(workers)["sequences_sandbox_worlds", "default"] == 1


def test_counts_stay_when_workers_are_replaced_and_when_one_is_killed(workers, eventually):
    for _ in range(10):
        httpx.get(f"{workers.base}/me", headers=KEY, timeout=30).raise_for_status()
    workers.process.send_signal(signal.SIGHUP)
    starts = "sequences_sandbox_process_starts_total"
    eventually(lambda: (found(workers)[starts,], found(workers)["sequences_sandbox_processes",]) == (4, 2))
    assert found(workers)["sequences_sandbox_requests_total", "getMe", "200"] == 10
    listed = Path(f"/proc/{workers.process.pid}/task/{workers.process.pid}/children").read_text().split()
    os.kill(int(listed[0]), signal.SIGKILL)
    eventually(lambda: (found(workers)[starts,], found(workers)["sequences_sandbox_processes",]) == (5, 2))
    assert found(workers)["sequences_sandbox_requests_total", "getMe", "200"] == 10


def test_the_files_are_for_nobody_else_and_go_with_the_sandbox(workers, tmp_path):
    (folder,) = tmp_path.glob("sequences-sandbox-metrics-*")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {re.sub(r"\d", "", path.name) for path in folder.glob("*.db")} == {
        "counter_.db", "histogram_.db", "gauge_livesum_.db",
    }  # fmt: skip
    assert workers.stop(signal.SIGTERM)[0] == 0
    assert list(tmp_path.iterdir()) == []


def test_without_a_temporary_folder_the_workers_serve_and_say_so(monkeypatch, caplog):
    from sequences_sandbox.cli import workers  # noqa: PLC0415  # needs signals that not every system has

    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    assert workers._metric_folder() is None
    assert "set TMPDIR to one that can be written to" in caplog.text
