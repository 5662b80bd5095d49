"""What a request costs the database: a read one statement, a pause three at most. A statement is a round trip."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sequences_sandbox.store.postgres import PostgresStore
from sequences_sandbox.worlds.documents import CODECS

OPENING = ("SELECT pg_backend_pid()", "SELECT version FROM schema_version")


@contextmanager
def counting(monkeypatch) -> Iterator[list]:
    """Counts what requests send: not what the journal's thread sends behind their backs, nor what opens a connection."""
    sent, execute = [], psycopg.Connection.execute

    def counted(self, query, *arguments, **how):
        if threading.current_thread().name != "journal" and query not in OPENING:
            sent.append(query)
        return execute(self, query, *arguments, **how)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "execute", counted)
        yield sent


@pytest.fixture
def api(api_with, postgres_url, clock):
    store = PostgresStore(postgres_url, CODECS, size=2, wall=clock)
    yield api_with(store, fixture="demo")
    store.disconnect()


@pytest.mark.parametrize(
    ("method", "path", "body", "most"),
    [
        ("GET", "sequences/{id}", None, 1),
        ("GET", "sequences", None, 1),
        ("POST", "sequences/{id}/pause", {"paused_until": "2100-01-04T08:00:00Z"}, 3),
        ("PATCH", "sequences/{id}", {"variables": {"a": "b"}}, 3),
    ],
)
def test_a_request_sends_few_statements(api, monkeypatch, method, path, body, most):
    (run, *_) = api.sequences(status="ACTIVE")
    with counting(monkeypatch) as sent:
        response = api(method, path.format(id=run["id"]), json=body)
    assert response.status_code == 200
    assert len(sent) <= most, sent
