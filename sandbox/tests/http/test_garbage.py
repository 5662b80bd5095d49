"""What a request took is free once it is answered: a large one that failed would else wait for a rare collection."""

import asyncio
import json

import pytest
from sequences_sandbox.domain.errors import Issue
from sequences_sandbox.http.request.context import RequestContext

from sandbox.tests.memory import garbage_of

ADMIN = "the-token-of-the-admin"
RUN = "00000000-0000-4000-8000-000000000000"
BAD_FIXTURE = {"fixture": {"organizations": [{"sequences": [{"status": "ASLEEP"}]}]}}
REQUESTS = [
    ("GET", "/v1/sequences", None, 200),
    ("GET", "/v1/sequences?size=1000&size=2&pages=3", None, 400),
    ("GET", "/v1/sequences/1", None, 400),
    ("GET", f"/v1/sequences/{RUN}", None, 404),
    ("GET", "/v1/nowhere", None, 404),
    ("PUT", "/v1/sequences", None, 405),
    ("PATCH", f"/v1/sequences/{RUN}", b"[" * 5000, 400),
    ("PATCH", f"/v1/sequences/{RUN}", b'{"variables": {"a": 1}}', 400),
    ("PATCH", f"/v1/sequences/{RUN}", b"x" * 2_000_000, 413),
    ("POST", "/_sandbox/worlds", json.dumps(BAD_FIXTURE).encode(), 400),
    ("POST", "/_sandbox/worlds", json.dumps({"fixture": "organizations: [{"}).encode(), 400),
    ("POST", "/_sandbox/clock/advance", b'{"by": "long"}', 400),
    ("GET", "/_sandbox/snapshots/none/diff", None, 404),
]
"""Each with the status of its response."""


async def status_of(asgi, method, path, body, token):
    """The status of a response, got without a client that leaves garbage of its own."""
    path, _, query = path.partition("?")
    headers = [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {token}".encode())]
    if body is not None:
        headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "root_path": "", "headers": headers, "client": ("127.0.0.1", 1),
    }  # fmt: skip
    messages, sent = [{"type": "http.request", "body": body or b"", "more_body": False}], []

    async def receive():
        return messages.pop()

    async def send(message):
        sent.append(message)

    await asgi(scope, receive, send)
    return sent[0]["status"]


@pytest.mark.parametrize("blocking", [False, True], ids=["memory", "threads"])
@pytest.mark.parametrize(("method", "path", "body", "status"), REQUESTS)
def test_neither_request_nor_error_waits_for_the_garbage_collector(
    api_with, monkeypatch, method, path, body, status, blocking
):
    monkeypatch.setattr("sequences_sandbox.store.memory.MemoryStore.blocking", blocking)
    api = api_with(fixture="demo", admin_token=ADMIN)
    token = ADMIN if path == "/_sandbox/worlds" else api.key

    async def twice():
        assert await status_of(api.app.asgi, method, path, body, token) == status  # what is loaded once is loaded
        with garbage_of(RequestContext, Issue, json.JSONDecodeError) as left:
            assert await status_of(api.app.asgi, method, path, body, token) == status
        assert left == []

    asyncio.run(twice())
