"""The database goes away in every way it can, and comes back: quick 503s that say so, then the first verb succeeds."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sequences_sandbox.domain.errors import UnavailableIssue
from sequences_sandbox.store.records import ChangeSet

POOLED = 4
QUICKLY_SECONDS = 2.0


@pytest.fixture
def store(own_postgres, store_at):
    """A store with several idle connections."""
    store = store_at(url=own_postgres.url, size=POOLED)
    fill(store)
    return store


@pytest.fixture
def world(store, helper):
    return helper.create(store)[0].id


@pytest.fixture(autouse=True)
def no_traceback(caplog):
    yield
    records = caplog.get_records("call")
    assert not [record for record in records if record.exc_info or "Traceback" in record.getMessage()]


def fill(store):
    """Opens as many connections as there may be."""
    with ThreadPoolExecutor(POOLED) as pool:
        list(pool.map(lambda _: store._database.rows("SELECT pg_sleep(0.2)"), range(POOLED)))


def refused(verb):
    """Asserts that a verb says quickly to come again."""
    began = time.monotonic()
    with pytest.raises(UnavailableIssue) as raised:
        verb()
    assert raised.value.data["retry_after_seconds"] >= 1
    assert raised.value.status_code == 503
    assert time.monotonic() - began < QUICKLY_SECONDS


@pytest.fixture
def verbs(store, world, helper):
    """Verbs to be called later, which know already what they need."""
    loaded = store.load(world, None)
    changes = ChangeSet({("a", "1"): {"n": 1}}, loaded.moment)
    return {
        "load": lambda: store.load(world, loaded.version),
        "commit": lambda: store.commit(world, loaded.version, changes),
        "find_key": lambda: store.find_key(b"x" * 32),
        "create": lambda: helper.create(store, wall=1),
        "touch": lambda: store.touch(world, None, 0),
        "read_journal": lambda: store.read_journal(world),
    }


def each_first(verbs, after):
    """Every verb is the first one after what happens, once."""
    for verb in verbs.values():
        after()
        verb()


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_the_first_verb_after_a_restart_succeeds(own_postgres, store, verbs, mode):
    def restart():
        fill(store)
        own_postgres.stop(mode)
        own_postgres.start()

    each_first(verbs, restart)
    assert store.trouble() is None


def test_the_first_verb_after_backends_were_terminated_succeeds(own_postgres, store, verbs):
    def terminate():
        fill(store)
        own_postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    each_first(verbs, terminate)


def test_the_first_verb_after_a_backend_crashed_succeeds(own_postgres, store, verbs, eventually):
    def crash():
        fill(store)
        (found,) = own_postgres.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'sequences-sandbox'")
        with psycopg.connect(own_postgres.url, autocommit=True) as witness:
            os.kill(found.fetchone()[0], signal.SIGKILL)  # the server restarts all of them, once it has seen it
            eventually(lambda: not answers(witness))
        eventually(lambda: serves(own_postgres.url))

    each_first({name: verbs[name] for name in ("load", "commit")}, crash)


def answers(connection):
    try:
        return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def serves(url):
    try:
        with psycopg.connect(url) as connection:
            return answers(connection)
    except psycopg.OperationalError:
        return False


def test_while_the_server_is_away_verbs_say_so_and_do_nothing(own_postgres, store, world, verbs, helper, caplog):
    before = store.load(world, None)
    own_postgres.stop()
    for name, verb in verbs.items():
        if name != "read_journal":
            refused(verb)
    assert store.trouble().startswith("The database cannot serve: ")
    store.append_journal(world, helper.entry("meanwhile"))
    refused(verbs["read_journal"])
    assert len([record for record in caplog.records if "cannot serve" in record.getMessage()]) == 1
    own_postgres.start()
    assert [entry.request_id for entry in store.read_journal(world)] == ["meanwhile"]
    assert store.load(world, None).documents == before.documents
    assert store.trouble() is None
    assert len(store.worlds()) == 1


def test_a_server_that_became_read_only_serves_nothing_until_it_is_not(own_postgres, store, world, verbs, eventually):
    own_postgres.execute("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    eventually(lambda: store.trouble() is not None)
    assert "read-only" in store.trouble()
    for name in ("load", "commit", "create", "touch"):
        refused(verbs[name])
    # What a standby does not have yet may be there: nobody is told that a key is wrong or a world gone.
    refused(lambda: store.find_key(b"made on the server before"))
    refused(lambda: store.load("made on the server before", None))
    own_postgres.execute("ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()")
    eventually(lambda: writable(own_postgres.url))
    verbs["commit"]()
    assert store.trouble() is None


def test_a_database_whose_tables_are_being_restored_is_away(own_postgres, store, verbs):
    own_postgres.execute("ALTER TABLE keys RENAME TO restored", "ALTER TABLE worlds RENAME TO restored_too")
    refused(verbs["load"])
    refused(lambda: store.find_key(b"unknown"))
    assert "does not exist" in store._database.trouble
    own_postgres.execute("ALTER TABLE restored RENAME TO keys", "ALTER TABLE restored_too RENAME TO worlds")
    verbs["load"]()


def writable(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SHOW transaction_read_only").fetchone() == ("off",)


def test_connections_that_are_left_read_only_by_a_failover_are_replaced(store, verbs):
    """As when the address moves from one server to another, and connections to the first one live on."""

    def demote():
        with ThreadPoolExecutor(POOLED) as pool:
            statement = "SELECT set_config('default_transaction_read_only', 'on', false), pg_sleep(0.2)"
            list(pool.map(lambda _: store._database.rows(statement), range(POOLED)))

    each_first(verbs, demote)


@pytest.fixture
def limited(own_postgres, store_at):
    """A store whose role may have three connections."""
    own_postgres.execute("DROP ROLE IF EXISTS sandbox", "CREATE ROLE sandbox LOGIN CONNECTION LIMIT 3")
    own_postgres.execute("CREATE SCHEMA sandbox AUTHORIZATION sandbox")
    url = own_postgres.url.replace("postgres:@", "sandbox@")
    return store_at(url=url, size=POOLED), url


def test_a_database_that_has_no_connections_left_heals(limited, helper):
    store, url = limited
    world = helper.create(store)[0].id
    assert helper.put(store, world, {("a", "1"): {}})
    store.disconnect()
    store.connect()
    others = [psycopg.connect(url) for _ in range(3)]
    refused(lambda: store.load(world, None))
    assert "too many connections" in store.trouble()
    others.pop().close()
    deadline = time.monotonic() + 10
    while not serves(url):  # the server has noticed
        assert time.monotonic() < deadline
    assert store.load(world, None).documents
    # One connection is enough for all, in turn; it costs some of them a retry.
    for _ in range(20):
        store.load(world, None)
    for other in others:
        other.close()


class Writer(threading.Thread):
    """Counts up in a counter of its own, and how often that was acknowledged, or answered by an issue."""

    def __init__(self, helper, store, world, name):
        super().__init__()
        self.count_up = lambda: helper.count_up(store, world, name)
        self.acknowledged = self.unknown = 0
        self.ending = threading.Event()

    def run(self):
        while not self.ending.is_set():
            try:
                self.count_up()
                self.acknowledged += 1
            except UnavailableIssue:
                self.unknown += 1
                time.sleep(0.02)


def test_writers_lose_nothing_that_was_acknowledged_when_the_server_is_killed(
    own_postgres, store, world, helper, eventually
):
    writers = {name: Writer(helper, store, world, name) for name in ("one", "two")}
    for writer in writers.values():
        writer.start()
    try:
        for mode in ("immediate", "fast", "immediate", None):
            for writer in writers.values():
                more = writer.acknowledged + 10
                eventually(lambda writer=writer, more=more: writer.acknowledged >= more)
            if mode is not None:
                own_postgres.stop(mode)
                own_postgres.start()
    finally:
        for writer in writers.values():
            writer.ending.set()
            writer.join()
    for name, writer in writers.items():
        found = helper.counted(store, world, name)
        assert writer.acknowledged <= found <= writer.acknowledged + writer.unknown
