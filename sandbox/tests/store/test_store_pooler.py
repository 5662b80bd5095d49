"""PgBouncer between the program and PostgreSQL, in transaction mode and without prepared statements (Debian's 1.18)."""

import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from sequences_sandbox.domain.errors import CommitIssue
from sequences_sandbox.store.base import StoreError
from sequences_sandbox.store.records import ChangeSet
from sequences_sandbox.traffic.rate_limits import RateLimit

TEMPORARY = Path(tempfile.gettempdir())
WALL = 1_772_442_000_000_000
SETTINGS = """
[databases]
* = host={host} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 3
max_client_conn = 100
server_login_retry = 1
query_wait_timeout = 5
logfile = {folder}/log
"""


class Pooler:
    """A PgBouncer in front of a PostgreSQL."""

    def __init__(self, program, server, folder, mode):
        parts = urlsplit(server.url)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"postgresql://postgres@127.0.0.1:{port}{parts.path}"
        self._file = folder / "pgbouncer.ini"
        host = parse_qs(parts.query)["host"][0]
        self._file.write_text(SETTINGS.format(host=host, port=port, mode=mode, folder=folder))
        self._program, self._user = program, server.user
        for path in (folder, *folder.parents):  # it runs as the user that may reach the server's socket
            if path != TEMPORARY and path.is_relative_to(TEMPORARY):
                path.chmod(0o777)

    def start(self):
        self.process = subprocess.Popen([self._program, "-q", self._file], user=self._user)
        deadline = time.monotonic() + 20
        while not self._serves():
            assert self.process.poll() is None, self._file.with_name("log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def stop(self):
        self.process.kill()
        self.process.wait()

    def _serves(self):
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True


@pytest.fixture
def pooler(own_postgres, tmp_path, program):
    """Starts a PgBouncer in a mode."""
    pgbouncer = program("pgbouncer")
    started = []

    def start(mode="transaction"):
        started.append(Pooler(pgbouncer, own_postgres, tmp_path, mode))
        started[-1].start()
        return started[-1]

    yield start
    for each in started:
        each.stop()


def test_every_verb_works_through_a_pooler(pooler, store_at, helper):
    store = store_at(url=pooler().url, size=8)
    record, (key,) = helper.create(store, ttl=1000)
    with ThreadPoolExecutor(16) as pool:
        counts = [pool.submit(helper.count_up, store, record.id, f"c{number % 4}") for number in range(200)]
        loads = [pool.submit(store.load, record.id, 0) for _ in range(200)]
        entries = [pool.submit(store.append_journal, record.id, helper.entry()) for _ in range(200)]
        limit = RateLimit(10, 86_400, 10)
        tokens = [pool.submit(store.take_token, record.id, key.id, limit, WALL, WALL) for _ in range(50)]
        for work in (*counts, *loads, *entries):
            work.result()
    assert [helper.counted(store, record.id, f"c{number}") for number in range(4)] == [50] * 4
    assert sum(token.result().allowed for token in tokens) == 10
    assert len(store.read_journal(record.id)) == 200
    store.touch(record.id, key, 5)
    assert store.keys(record.id)[0].last_used_at == 5
    store.watch(record.id)
    store.publish(record.id, "kind", "{}")
    assert len(store.read_after({record.id: 0})) == 1
    helper.put(store, record.id, {("a", "1"): {}}, replaces=True)
    assert set(store.load(record.id, None).documents) == {("a", "1")}
    loaded = store.load(record.id, None)
    with pytest.raises(CommitIssue):
        store.commit(record.id, loaded.version + 1, ChangeSet({}, loaded.moment))
    time.sleep(0.002)
    assert list(store.expired()) == [record.id]
    assert store.delete(record.id)
    assert store.worlds() == []
    assert store.trouble() is None


def test_the_first_verb_after_the_pooler_was_replaced_succeeds(pooler, store_at, helper):
    through = pooler()
    store = store_at(url=through.url, size=4)
    record, _ = helper.create(store)
    through.stop()
    assert store.trouble() is not None
    through.start()
    assert store.load(record.id, None) is not None


def test_the_first_verb_after_the_server_behind_a_pooler_was_restarted_succeeds(
    own_postgres, pooler, store_at, helper, eventually
):
    store = store_at(url=pooler().url, size=4)
    record, _ = helper.create(store)
    version = helper.put(store, record.id, {("a", "1"): {}})
    own_postgres.stop("immediate")
    own_postgres.start()
    eventually(lambda: store.trouble() is None)
    assert store.load(record.id, version).complete, "the server may have lost what this process saw"


def test_a_pooler_that_knows_no_transactions_stops_the_start(pooler, store_at):
    with pytest.raises(StoreError, match="transaction") as raised:
        store_at(url=pooler("statement").url)
    assert "\n" not in str(raised.value)
