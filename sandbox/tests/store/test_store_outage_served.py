"""A whole server whose database goes away under load and comes back: 503s that say so, and nothing lost."""

import json
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager

RUNS = ("88c23cea-f199-4cf0-964c-3f1e007417b7", "88c23cea-f199-4cf0-964c-3f1e007417b1")
LONGEST_SECONDS = 30


def ask(base, method, path, body=None):
    """Status, headers and body of one request."""
    request = urllib.request.Request(
        base + path, method=method, data=None if body is None else json.dumps(body).encode()
    )
    request.add_header("Authorization", "Bearer topo_demo_readwrite")
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=LONGEST_SECONDS) as response:
            return response.status, response.headers, json.load(response)
    except urllib.error.HTTPError as error_response:
        with error_response:
            return error_response.code, error_response.headers, json.load(error_response)


class Writer(threading.Thread):
    """Writes 1, 2, 3 … into a run, each until it is acknowledged."""

    def __init__(self, base, run):
        super().__init__()
        self.base, self.run_id = base, run
        self.acknowledged, self.errors, self.changed = 0, [], threading.Condition()
        self.ending = threading.Event()

    def run(self):
        while not self.ending.is_set():
            number = str(self.acknowledged + 1)
            response = ask(self.base, "PATCH", f"/sequences/{self.run_id}", {"variables": {"count": number}})
            with self.changed:
                if response[0] == 200:
                    self.acknowledged += 1
                else:
                    self.errors.append(response)
                self.changed.notify_all()

    def wait_for(self, condition):
        """Waits until something is so of the writer."""
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self), LONGEST_SECONDS)


@contextmanager
def writing(base):
    writers = [Writer(base, run) for run in RUNS]
    for writer in writers:
        writer.start()
    try:
        yield writers
    finally:
        for writer in writers:
            writer.ending.set()
            writer.join(LONGEST_SECONDS)


def test_a_database_that_goes_and_comes_back_loses_nothing(own_postgres, running):
    sandbox = running("--store", own_postgres.url, "--log-level", "warning")
    base = sandbox.base
    control = base.removesuffix("/v1") + "/_sandbox"
    assert ask(control, "GET", "/ready")[0] == 200
    with writing(base) as writers:
        for writer in writers:
            writer.wait_for(lambda it: it.acknowledged >= 5)
        own_postgres.stop()
        for writer in writers:
            writer.wait_for(lambda it: it.errors)
        status, _, body = ask(control, "GET", "/ready")
        assert (status, body["ready"]) == (503, False)
        assert body["reason"]
        assert ask(base, "GET", "/sequences")[0] == 503
        own_postgres.start()
        before = [writer.acknowledged for writer in writers]
        for writer, count in zip(writers, before, strict=True):
            writer.wait_for(lambda it, count=count: it.acknowledged >= count + 5)
    assert ask(control, "GET", "/ready")[0] == 200
    for writer in writers:
        status, _, run = ask(base, "GET", f"/sequences/{writer.run_id}")
        assert run["variables"]["count"] == str(writer.acknowledged)
        for status, headers, body in writer.errors:
            assert (status, body["status_code"], body["type"]) == (503, 503, "InternalIssue")
            assert int(headers["Retry-After"]) >= 1
            assert body["request_id"] == headers["X-Request-Id"]
    assert "Traceback" not in sandbox.stop()[1]
