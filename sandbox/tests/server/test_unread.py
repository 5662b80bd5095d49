"""Responses that nobody reads: however many are asked for, an address has a few of them."""

import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest

LARGE = {"variables": {"note": "\x01" * 60_000}}
PLACES = 4


@pytest.fixture
def address(running):
    """A hosted sandbox: its host and port."""
    parts = urlsplit(running("--public-worlds", "5", "--admin-token", "sesame-1234").base)
    return parts.hostname, parts.port


@pytest.fixture
def client(address):
    """A visitor's client for a world of its own, whose list is ten megabytes."""
    with httpx.Client(base_url="http://{}:{}".format(*address), timeout=60) as http:
        sequences = [{"status": "ACTIVE"}] * 30
        world = http.post("/_sandbox/worlds", json={"fixture": {"organizations": [{"sequences": sequences}]}}).json()
        token = world["organizations"][0]["api_keys"][0]["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        for run in http.get("/v1/sequences?size=30").json()["items"]:
            http.patch(f"/v1/sequences/{run['id']}", json=LARGE).raise_for_status()
        yield http


def first_bytes(address, token, stack):
    """The first bytes of the response to a request for the list; the others are left unread."""
    connected = stack.enter_context(socket.create_connection(address, 30))
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connected.sendall(
        f"GET /v1/sequences?size=30 HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n\r\n".encode()
    )
    return connected.recv(12)


def test_what_an_address_does_not_read_holds_its_places_until_it_is_read_or_its_connection_ends(address, client):
    token = client.headers["Authorization"]
    with ExitStack() as stack:
        held = [first_bytes(address, token, stack) for _ in range(PLACES)]
        assert held == [b"HTTP/1.1 200"] * PLACES
        assert client.get("/v1/sequences?size=30").status_code == 429
        assert client.get("/v1/sequences?size=1").status_code == 200  # what is small needs no place
    for _ in range(100):
        if (response := client.get("/v1/sequences?size=30")).status_code == 200:
            break
        time.sleep(0.1)
    assert len(response.content) > 10_000_000
