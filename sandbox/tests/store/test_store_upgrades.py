"""Two versions of the program on one database: the older one serves until the newer one changes the tables."""

import os
import signal
import threading
from contextlib import contextmanager

import httpx
import psycopg
import pytest
from sequences_sandbox.domain.errors import CommitIssue, UnavailableIssue
from sequences_sandbox.store.postgres import schema
from sequences_sandbox.store.records import ChangeSet

from ..cli.test_cli_store import children

NEWER = max(schema.migrations()) + 1
KEY = {"Authorization": "Bearer topo_demo_readonly"}


@contextmanager
def newer_program(monkeypatch):
    """Within, the program knows one version more, which keeps documents otherwise."""
    known = {**schema.migrations(), NEWER: "UPDATE documents SET body = NULL"}
    with monkeypatch.context() as patch:
        patch.setattr(schema, "migrations", lambda: known)
        yield


def documents(store, world_id):
    return dict(store.load(world_id, None).documents)


def test_an_older_program_writes_nothing_once_a_newer_one_changed_the_tables(store_at, helper, monkeypatch):
    older = store_at()
    record, (key,) = helper.create(older)
    loaded = older.load(record.id, None)
    with newer_program(monkeypatch):
        newer = store_at()

    with pytest.raises(CommitIssue):
        older.commit(record.id, loaded.version, ChangeSet({("a", "1"): {}}, loaded.moment))
    with pytest.raises(UnavailableIssue):
        older.load(helper.create(older)[0].id, None)
    with pytest.raises(UnavailableIssue):
        older.load(record.id, loaded.version)
    with pytest.raises(UnavailableIssue):
        older.keys(record.id)
    assert older.trouble() == (
        f"The database cannot serve: its tables have version {NEWER}, this program knows {NEWER - 1}; "
        "start the newer program."
    )
    assert newer.worlds() == [record]
    assert documents(newer, record.id) == {}
    helper.put(newer, record.id, {("a", "1"): {"by": "newer"}})
    assert documents(newer, record.id) == {("a", "1"): {"by": "newer"}}
    assert newer.find_key(key.digest) == key


def test_a_commit_that_meets_a_change_of_the_tables_waits_and_writes_nothing(
    store_at, helper, monkeypatch, postgres_url, eventually
):
    older = store_at()
    record, _ = helper.create(older)
    loaded, outcome = older.load(record.id, None), []

    def commit():
        try:
            older.commit(record.id, loaded.version, ChangeSet({("a", "1"): {}}, loaded.moment))
        except CommitIssue as issue:
            outcome.append(issue)

    writer = threading.Thread(target=commit)
    with newer_program(monkeypatch), psycopg.connect(postgres_url) as changing, psycopg.connect(postgres_url) as other:
        changing.execute("SELECT")  # begins the transaction that the migration is then a part of
        schema.migrate(changing)
        writer.start()
        waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'worlds'::regclass"
        eventually(lambda: other.execute(waiting).rowcount)
        changing.commit()
        writer.join()
        newer = store_at()
    assert len(outcome) == 1
    assert documents(newer, record.id) == {}


def test_workers_on_newer_tables_say_so_and_serve_when_the_tables_are_as_before(running, postgres_url, eventually):
    sandbox = running("--store", postgres_url, "--workers", "2", "--log-level", "warning")
    url = sandbox.base.removesuffix("/v1")

    def status(path):
        return httpx.get(f"{url}{path}", headers=KEY, timeout=30).status_code

    def set_version(number):
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("UPDATE schema_version SET version = %s", (number,))

    assert status("/v1/sequences") == 200
    set_version(NEWER)
    assert {status("/v1/sequences") for _ in range(10)} == {503}
    before = children(sandbox.process.pid)
    os.kill(sandbox.process.pid, signal.SIGHUP)
    eventually(lambda: len(set(children(sandbox.process.pid)) - set(before)) == 2)
    assert {status("/v1/sequences") for _ in range(10)} == {503}
    ready = httpx.get(f"{url}/_sandbox/ready", timeout=30)
    assert ready.status_code == 503
    assert f"its tables have version {NEWER}" in ready.json()["reason"]
    assert status("/_sandbox/health") == 200
    set_version(NEWER - 1)
    assert {status("/v1/sequences") for _ in range(10)} == {200}
    code, log = sandbox.stop(signal.SIGTERM)
    assert code == 0
    assert "Traceback" not in log
    assert f"the database cannot serve: its tables have version {NEWER}" in log
