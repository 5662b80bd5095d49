"""How the server stops: connections, streams and responses under way, the signal early or twice, and as process 1."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from .conftest import serving

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"
KEY = {"Authorization": "Bearer topo_demo_readwrite"}
SIGNALS = [signal.SIGINT, signal.SIGTERM]


def request(path, *headers):
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Authorization: Bearer topo_demo_readwrite", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


class Wire:
    """A connection on which a request was sent."""

    def __init__(self, sandbox, path, *headers):
        self.socket = socket.create_connection(("127.0.0.1", httpx.URL(sandbox.base).port), timeout=30)
        self.socket.sendall(request(path, *headers))

    def until(self, text):
        received = b""
        while text not in received:
            data = self.socket.recv(65_536)
            assert data, received
            received += data
        return received

    def rest(self):
        received = b""
        while data := self.socket.recv(65_536):
            received += data
        self.socket.close()
        return received


def late(sandbox, milliseconds):
    """A request whose response is due so much later, and that the sandbox has begun to carry out."""
    wire = Wire(sandbox, f"/v1/sequences/{RUN}", f"X-Sandbox-Fault: latency={milliseconds}")
    for _ in range(1000):
        if httpx.get(f"{sandbox.base.removesuffix('/v1')}/_sandbox/journal", headers=KEY).json()["total_count"]:
            return wire
        time.sleep(0.01)
    raise AssertionError("the request did not arrive")


def begin_to_stop(sandbox, stop):
    """Sends the signal, and returns when the server has begun to stop: then it closes connections that are idle."""
    with socket.create_connection(("127.0.0.1", httpx.URL(sandbox.base).port), timeout=20) as idle:
        sandbox.process.send_signal(stop)
        assert idle.recv(10) == b""


@pytest.mark.parametrize("stop", SIGNALS)
def test_a_response_that_is_late_is_finished_and_the_server_leaves_with_status_0(running, stop):
    sandbox = running()
    wire = late(sandbox, 1500)
    sandbox.process.send_signal(stop)
    response = wire.rest()
    assert response.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in response
    assert sandbox.process.wait(20) == 0
    assert "Traceback" not in sandbox.process.stderr.read()


def test_a_response_that_is_not_ready_within_the_grace_time_is_cut(running):
    sandbox = running("--grace-seconds", "0.3")
    wire = late(sandbox, 60_000)
    status, errors = sandbox.stop(signal.SIGTERM)
    assert status == 0
    assert wire.rest() == b""
    assert "1 responses unfinished" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("stop", SIGNALS)
def test_a_stream_of_events_ends_whole_with_a_hint_when_to_come_again(running, stop):
    sandbox = running()
    wire = Wire(sandbox, "/_sandbox/events")
    received = wire.until(b"\n\n\r\n")
    status, errors = sandbox.stop(stop)
    received += wire.rest()
    assert received.endswith(b"retry: 1000\n\n\r\n0\r\n\r\n")
    assert (status, "Traceback" in errors) == (0, False)


def test_new_connections_are_refused_while_responses_are_finished(running):
    sandbox = running()
    wire = late(sandbox, 2000)
    begin_to_stop(sandbox, signal.SIGTERM)
    with pytest.raises(ConnectionRefusedError):
        Wire(sandbox, "/v1/sequences")
    assert wire.rest().startswith(b"HTTP/1.1 200")


def test_a_client_that_has_just_connected_gets_its_response(monkeypatch):
    monkeypatch.setattr("sequences_sandbox.server.protocol._FIRST_REQUEST_SECONDS", 600)

    async def connect_then_stop_then_ask():
        async with serving() as (address, state):
            reader, writer = await asyncio.open_connection(*address)
            while not state.connections:
                await asyncio.sleep(0)
            for connection in list(state.connections):
                connection.shutdown()
            writer.write(request("/v1/me"))
            response = await asyncio.wait_for(reader.read(), 60)
            writer.close()
            return response

    response = asyncio.run(connect_then_stop_then_ask())
    assert response.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in response


def test_the_same_signal_twice_does_not_wait(running):
    sandbox = running("--grace-seconds", "60")
    wire = late(sandbox, 60_000)
    begin_to_stop(sandbox, signal.SIGINT)
    status, errors = sandbox.stop(signal.SIGINT)
    assert (status, "Traceback" in errors) == (0, False)
    wire.socket.close()


LOADING = """
import sys, time
from sequences_sandbox import cli
sys.argv[1:] = ["serve", "--port", "0"]
import sequences_sandbox.cli.serving as serving
def load(*arguments):
    print("loading", flush=True)
    time.sleep(60)
serving.build = load
sys.exit(cli.main())
"""


def _stop_while_loading(command, stop):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "loading\n"
        process.send_signal(stop)
        _, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    return process.returncode, errors


@pytest.mark.parametrize("stop", SIGNALS)
def test_a_signal_while_the_fixture_loads_stops_at_once(stop):
    assert _stop_while_loading([sys.executable, "-c", LOADING], stop) == (0, "")


FIRST = ["unshare", "--fork", "--pid", "--kill-child"]


# The signal comes from within: what sends it from outside would signal unshare.
_INSIDE = """
import os, sys
number, *command = sys.argv[1:]
# A child of the first process signals it, once it has said something.
reading, writing = os.pipe()
if os.fork() == 0:
    os.close(writing)
    said = b""
    while b"loading" not in said and b"Ctrl-C" not in said:
        data = os.read(reading, 4096)
        if not data:
            os._exit(1)
        said += data
    os.kill(1, int(number))
    os._exit(0)
os.dup2(writing, 1)
os.execv(command[0], command)
"""


@pytest.mark.parametrize("stop", SIGNALS)
@pytest.mark.parametrize("loading", [True, False])
def test_the_first_process_of_a_container_stops_as_any_other(stop, loading):
    """The first process of a namespace gets no signal that it does not handle itself."""
    if subprocess.run([*FIRST, "true"], capture_output=True, check=False).returncode:
        assert not (os.environ.get("CI") and os.geteuid() == 0), "unshare is missing"
        pytest.skip("a namespace for processes cannot be made here")
    serve = (
        [sys.executable, "-c", LOADING]
        if loading
        else [sys.executable, "-m", "sequences_sandbox", "serve", "--port", "0"]
    )
    command = [*FIRST, sys.executable, "-c", _INSIDE, str(int(stop)), *serve]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr.count("Traceback")) == (0, 0)
