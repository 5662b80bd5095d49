"""`serve --store` and `--workers`: what they refuse, and that several processes are one sandbox."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sequences_sandbox.store.base import StoreError
from sequences_sandbox.store.open import open_store
from sequences_sandbox.worlds.documents import CODECS


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--workers", "2"], ["memory", "--store postgresql://"]),
        (["--workers", "0"], ["1 or more"]),
        (["--store", "mysql://db"], ["mysql", "postgresql://"]),
        (["--store", "postgresql://127.0.0.1:1/none"], ["cannot be reached", "check the URL"]),
        (["--store", "postgresql://127.0.0.1/none?nonsense=1"], ["nonsense"]),
    ],
)
def test_a_store_that_cannot_serve_is_refused_with_a_way_out(arguments, words):
    line = [sys.executable, "-m", "sequences_sandbox", "serve", "--port", "0", *arguments]
    result = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert len(result.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in result.stderr


def test_a_missing_driver_is_named_with_the_way_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sequences_sandbox.store.postgres", None)
    with pytest.raises(StoreError, match=re.escape("pip install '.[postgres]'")):
        open_store("postgresql://db/sandbox", CODECS, lambda: 0)


def test_memory_loads_no_driver():
    program = "import sys, sequences_sandbox.app as app; app.build(app.Settings()); print('psycopg' in sys.modules)"
    line = [sys.executable, "-W", "ignore", "-c", program]
    assert subprocess.run(line, capture_output=True, text=True, timeout=60, check=True).stdout == "False\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_workers_are_one_sandbox_and_leave_together(running, postgres_url, how):
    sandbox = running("--store", postgres_url, "--workers", "3", "--log-level", "error")
    with ThreadPoolExecutor(6) as pool:
        totals = set(pool.map(lambda _: sandbox.get("/sequences?size=1")["total_count"], range(30)))
    assert len(totals) == 1
    workers = children(sandbox.process.pid)
    assert len(workers) == 3
    status, errors = sandbox.stop(how)
    assert (status, errors) == (0, "")
    assert not [worker for worker in workers if is_alive(worker)]


def test_a_worker_that_dies_is_replaced(running, postgres_url):
    sandbox = running("--store", postgres_url, "--workers", "2", "--log-level", "warning")
    sandbox.get("/sequences?size=1")
    first = children(sandbox.process.pid)
    os.kill(first[0], signal.SIGKILL)
    assert any("ended with status -9" in line for line in sandbox.process.stderr)
    assert sandbox.get("/sequences?size=1")["total_count"] > 0
    assert sandbox.stop()[0] == 0


def test_two_sandboxes_on_one_database_see_what_the_other_did(running, postgres_url):
    one, other = (running("--store", postgres_url) for _ in range(2))
    run = one.get("/sequences?size=1&status=ACTIVE")["items"][0]["id"]
    request = urllib.request.Request(f"{one.base}/sequences/{run}/stop", method="POST")
    request.data = b'{"reason": "WIN", "scope": "CONTACT"}'
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", "Bearer topo_demo_readwrite")
    urllib.request.urlopen(request, timeout=10).close()
    assert other.get(f"/sequences/{run}")["status"] == "STOPPED_EARLY"


def children(parent):
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=True)
    return [int(pid) for pid in listed.stdout.split()]


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_listeners_hear_what_another_process_did_and_go_on_at_any(running, postgres_url):
    one, other = (running("--store", postgres_url) for _ in range(2))
    key = {"Authorization": "Bearer topo_demo_readwrite"}
    run = one.get("/sequences?size=1&status=ACTIVE")["items"][0]["id"]
    events = other.base.removesuffix("/v1") + "/_sandbox/events"
    with httpx.Client(headers=key, timeout=20) as client:
        with client.stream("GET", events) as stream:
            lines = stream.iter_lines()
            assert next(lines) == ": listening"
            client.post(f"{one.base}/sequences/{run}/stop", json={"reason": "WIN", "scope": "CONTACT"})
            heard = heard_from(lines, 2)
        assert [kind for _, kind, _ in heard] == ["sequence", "request"]
        assert (heard[0][2]["to"], heard[0][2]["sequence"]["id"]) == ("STOPPED_EARLY", run)
        missed = {"Last-Event-ID": str(heard[0][0])}
        with client.stream("GET", events.replace(other.base[:-3], one.base[:-3]), headers=missed) as stream:
            assert heard_from(stream.iter_lines(), 1) == heard[1:]
        journal = client.get(events.replace("/events", "/journal")).json()["items"]
    assert heard[1][2]["request_id"] in [entry["request_id"] for entry in journal]


def heard_from(lines, count):
    """The id, kind and data of so many events."""
    found = []
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            found.append([int(value)])
        elif name == "event":
            found[-1].append(value)
        elif name == "data":
            found[-1].append(json.loads(value))
            if len(found) == count:
                break
    return [tuple(event) for event in found]


def test_a_fault_set_through_one_process_befalls_requests_to_another(running, postgres_url):
    one, other = (running("--store", postgres_url) for _ in range(2))
    with httpx.Client(headers={"Authorization": "Bearer topo_demo_readwrite"}, timeout=20) as client:
        control = one.base.removesuffix("/v1") + "/_sandbox"
        client.post(f"{control}/faults", json={"effect": {"status": 503}, "times": 1}).raise_for_status()
        client.put(f"{control}/rate-limit", json={"limit": 2, "per_seconds": 3600}).raise_for_status()
        answers = [client.get(f"{sandbox.base}/sequences").status_code for sandbox in (other, one, other)]
    assert answers == [503, 200, 429]
