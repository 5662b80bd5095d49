"""Clients that stall, vanish, refuse to go on, or come by the thousand: each costs itself something and nobody else."""

import socket
import struct

import httpx
import pytest
from sequences_sandbox.http.pages import pages
from sequences_sandbox.server.server import allow_many_connections

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"
KEY = "topo_demo_readwrite"
AUTHORIZED = {"Authorization": f"Bearer {KEY}"}
HEAD = f"Host: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
GET = f"GET /v1/sequences/{RUN} HTTP/1.1\r\n{HEAD}\r\n".encode()
PATCH = f"PATCH /v1/sequences/{RUN} HTTP/1.1\r\n{HEAD}"


@pytest.fixture
def wire(client):
    with socket.create_connection(("127.0.0.1", client.base_url.port), timeout=20) as connection:
        yield connection


def answer(connection):
    """Status, head and body of one answer."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += _some(connection)
    return int(head.split()[1]), head.lower(), body


def _some(connection):
    data = connection.recv(65_536)
    assert data, "the server closed the connection"
    return data


def test_a_head_is_bounded_also_after_a_body_that_was_refused_unread(client, wire):
    size = 3 << 20
    wire.sendall(f"{PATCH}Content-Length: {size}\r\n\r\n".encode())
    assert answer(wire)[0] == 413
    wire.sendall(b" " * size)
    try:
        wire.sendall(b"GET /v1/sequences HTTP/1.1\r\nX-Long: " + b"x" * (2 << 20))
        assert wire.recv(100).startswith(b"HTTP/1.1 431 ")
    except (ConnectionResetError, BrokenPipeError):
        return  # The connection was closed on what was still being sent.


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"PATCH /v1/sequences/{RUN} HTTP/1.1\r\nHost: a\r\n", 401),
        (f"{PATCH}X-Sandbox-Fault: nonsense\r\n", 400),
        (PATCH.replace("application/json\r\n", "application/json\r\nAuthorization: Bearer x\r\n"), 401),
    ],
)
def test_who_asks_before_sending_a_body_that_is_refused_is_told_and_the_connection_closes(client, wire, head, status):
    wire.sendall(f"{head}Content-Length: 20\r\nExpect: 100-continue\r\n\r\n".encode())
    code, fields, _ = answer(wire)
    assert code == status
    assert b"connection: close" in fields
    assert wire.recv(100) == b""


def test_who_asks_before_sending_a_body_that_is_wanted_is_told_to_go_on(client, wire):
    body = b'{"variables":{"a":"b"}}'
    wire.sendall(f"{PATCH}Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode())
    assert wire.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    wire.sendall(body)
    status, head, _ = answer(wire)
    assert status == 200
    assert b"connection: close" not in head


def test_a_client_that_goes_in_the_middle_of_its_body_changes_nothing_and_is_logged_as_such(running):
    sandbox = running()
    port = httpx.URL(sandbox.base).port
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
            wire.sendall(f'{PATCH}Content-Length: 90\r\n\r\n{{"variables":'.encode())
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert sandbox.get(f"/sequences/{RUN}")["status"] == "ACTIVE"
    _, errors = sandbox.stop()
    assert "Traceback" not in errors
    lines = [line.split() for line in errors.splitlines() if line.startswith("PATCH")]
    assert [line[2] for line in lines] == ["499"] * len(lines)


def test_a_thousand_connections_at_once_are_all_answered_and_the_unfinished_among_them_hold_nothing_up(client):
    allow_many_connections()
    address = ("127.0.0.1", client.base_url.port)
    wires = []
    try:
        for number in range(1000):
            wires.append(socket.create_connection(address, timeout=20))
            wires[-1].sendall(GET if number % 2 else PATCH.encode())
        for wire in wires[1::2]:
            assert answer(wire)[0] == 200
        assert client.get(f"/v1/sequences/{RUN}").status_code == 200
        body = b'{"variables":{}}'
        for wire in wires[::2]:
            wire.sendall(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        for wire in wires[::2]:
            assert answer(wire)[0] == 200
    finally:
        for wire in wires:
            wire.close()


def test_requests_sent_together_are_answered_in_order_also_when_one_is_late(client, wire):
    slow = GET.replace(b"\r\n\r\n", b"\r\nX-Sandbox-Fault: latency=50\r\n\r\n")
    wire.sendall(slow + GET.replace(b"GET", b"HEAD") + GET)
    text = b""
    while text.count(b"HTTP/1.1 200 OK") < 3 or not text.endswith(b"}"):
        text += _some(wire)
    assert text.index(b"x-sandbox-fault") < text.index(b"}") < len(text) - 1


def test_the_contract_is_turned_into_json_once_however_often_it_is_asked_for(api, monkeypatch):
    calls, load = [], pages.yaml.load
    monkeypatch.setattr(pages.yaml, "load", lambda *arguments: calls.append(1) or load(*arguments))
    texts = [api("GET", "/openapi.json", key=None).text for _ in range(3)]
    assert len(set(texts)) == 1
    assert len(calls) == 1


@pytest.mark.parametrize("path", ["/console//js/main.js", "//console/", "/embed//", "/watch/"])
def test_no_path_is_redirected_to_the_host_that_the_client_named(client, path):
    answer = client.get(f"http://127.0.0.1:{client.base_url.port}{path}", headers={"Host": "evil.example"})
    assert answer.status_code == 404
    assert "Location" not in answer.headers
    assert answer.json()["type"] == "NotFoundIssue"
