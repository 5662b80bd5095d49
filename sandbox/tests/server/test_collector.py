"""Garbage: requests of the API leave none, and what leaves some is looked for when it is time."""

import asyncio
import gc

import pytest
from sequences_sandbox.app import Settings, build
from sequences_sandbox.server import collector

RUN = "/v1/sequences/88c23cea-f199-4cf0-964c-3f1e007417b7"
KEY = (b"authorization", b"Bearer topo_demo_readwrite")
JSON = (b"content-type", b"application/json")


async def call(asgi, method, path, body=b"", headers=(KEY, JSON)):
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        pass

    path, _, query = path.partition("?")
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1"), *headers], "http_version": "1.1",
    }  # fmt: skip
    await asgi(scope, receive, send)


@pytest.mark.parametrize(
    "request_",
    [
        ("GET", RUN),
        ("GET", "/v1/sequences?status=ACTIVE&sort_by=updated_at"),
        ("PATCH", RUN, b'{"variables": {"a": "b"}}'),
        ("POST", f"{RUN}/pause", b'{"paused_until": "2100-01-01T00:00:00Z"}'),
        ("POST", f"{RUN}/resume", b"{}"),
        ("POST", f"{RUN}/pause", b"{"),
        ("GET", "/v1/sequences?page=0"),
        ("GET", "/v1/sequences", b"", ()),
        ("GET", "/v1/nothing"),
        ("GET", "/_sandbox/world"),
    ],
    ids=str,
)
def test_a_request_leaves_no_garbage(request_):
    asgi = build(Settings()).asgi

    async def left():
        await call(asgi, *request_)
        gc.collect()
        for _ in range(20):
            await call(asgi, *request_)
        return gc.collect()

    assert asyncio.run(left()) == 0


@pytest.fixture
def looks(monkeypatch):
    """The generations that were looked through, and how much is new."""
    seen, new = [], [0]
    monkeypatch.setattr(collector.gc, "collect", seen.append)
    monkeypatch.setattr(collector.gc, "get_count", lambda: (new[0], 0, 0))
    return seen, new


def test_garbage_is_looked_for_when_many_connections_ended_and_now_and_then_everywhere(looks):
    seen, _ = looks
    watching = collector.Collector()
    for ended in (0, 499, 500, 999, 1000):
        watching.look(ended, requests=ended + 1)
    assert seen == [1, 1]
    for ended in range(1500, 6000, 500):
        watching.look(ended, requests=ended + 1)
    assert seen == [1] * 9 + [2, 1]


def test_garbage_is_looked_for_while_nobody_asks_and_much_is_new(looks):
    seen, new = looks
    watching = collector.Collector()
    for number, requests in ((20_000, 5), (9_999, 5), (20_000, 5), (20_000, 9)):
        new[0] = number
        watching.look(0, requests)
    assert seen == [1]
