"""Workers while their database is away: the start waits, no worker is given up, and all are replaced at SIGHUP."""

import os
import signal
import socket
import subprocess
import sys
import threading

import httpx
import pytest

KEY = {"Authorization": "Bearer topo_demo_readonly"}


class Service:
    """A sandbox of two workers on a port that is known before it answers."""

    def __init__(self, store, log):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = log
        options = ["--port", str(port), "--store", store, "--workers", "2", "--store-connections", "4"]
        command = [sys.executable, "-m", "sequences_sandbox", "serve", *options, "--wait-for-store", "600"]
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [*command, "--log-level", "warning"], stdout=subprocess.DEVNULL, stderr=errors
            )

    def get(self, path):
        """The response; None where there is nobody to answer."""
        try:
            return httpx.get(self.url + path, headers=KEY, timeout=30)
        except httpx.TransportError:
            return None

    def answers(self, path, status):
        response = self.get(path)
        return response is not None and response.status_code == status

    def workers(self):
        listed = subprocess.run(
            ["ps", "-o", "pid=,stat=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        pairs = [line.split() for line in listed.stdout.splitlines()]
        return {int(pid) for pid, state in pairs if not state.startswith("Z")}

    def is_shut_out(self):
        """Whether it left because its port was taken meanwhile."""
        return self.process.poll() is not None and "cannot be listened on" in self.log()

    def has_begun(self):
        return self.is_shut_out() or self.answers("/_sandbox/ready", 503)

    def log(self):
        return self._log.read_text()


@pytest.fixture
def away(own_postgres, tmp_path, eventually):
    """A sandbox whose database is away, and the database."""
    own_postgres.stop("immediate")
    service = Service(own_postgres.url, tmp_path / "log")
    try:
        for _ in range(5):
            eventually(service.has_begun)
            if not service.is_shut_out():
                break
            service = Service(own_postgres.url, tmp_path / "log")
        yield service, own_postgres
    finally:
        service.process.kill()
        service.process.wait()


def test_a_database_that_is_away_stops_no_worker_for_good(away, eventually):
    service, database = away
    readiness = service.get("/_sandbox/ready").json()
    assert (readiness["ready"], readiness["store"]) == (False, "postgresql")
    assert service.answers("/_sandbox/health", 200)
    response = service.get("/v1/sequences")
    assert (response.status_code, response.json()["type"], response.headers["Retry-After"]) == (
        503,
        "InternalIssue",
        "1",
    )
    assert "the sandbox waits up to 600 s for its database" in service.log()

    database.start()
    eventually(lambda: service.answers("/v1/sequences?size=1", 200))
    eventually(lambda: len(service.workers()) == 2)
    first = service.workers()
    assert connections(database) <= 4

    database.stop("immediate")
    for worker in first:
        os.kill(worker, signal.SIGKILL)
    eventually(lambda: len(service.workers() - first) == 2)
    eventually(lambda: service.answers("/v1/sequences?size=1", 503))
    database.start()
    eventually(lambda: service.answers("/v1/sequences?size=1", 200))

    second = service.workers()
    with asked_meanwhile(service) as statuses:
        service.process.send_signal(signal.SIGHUP)
        eventually(lambda: len(service.workers() - second) == 2 and not service.workers() & second)
    assert set(statuses) == {200}
    assert connections(database) <= 4

    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(30) == 0
    assert "Traceback" not in service.log()


def connections(database):
    (cursor,) = database.execute("SELECT 1 FROM pg_stat_activity WHERE application_name = 'sequences-sandbox'")
    return cursor.rowcount


class asked_meanwhile:  # noqa: N801
    """Asks again and again, each time on a new connection; the statuses, None where no response came."""

    def __init__(self, service):
        self._service, self._statuses, self._ending = service, [], threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def _ask(self):
        while not self._ending.is_set():
            response = self._service.get("/v1/sequences?size=1")
            self._statuses.append(response and response.status_code)

    def __enter__(self):
        self._thread.start()
        return self._statuses

    def __exit__(self, *_):
        self._ending.set()
        self._thread.join()
