"""What holds for PostgreSQL alone: round trips, its clock, its schema, answers that were lost, servers that took over."""

import json
import os
import threading
from contextlib import contextmanager, suppress

import psycopg
import pytest
from sequences_sandbox.domain.errors import CommitIssue, UnavailableIssue, ValidationIssue
from sequences_sandbox.store.base import StoreError, UnreachableError
from sequences_sandbox.store.open import open_store
from sequences_sandbox.store.postgres import database, schema
from sequences_sandbox.store.records import ChangeSet
from sequences_sandbox.traffic.rate_limits import RateLimit

WALL = 1_772_442_000_000_000


@contextmanager
def counting(monkeypatch):
    """Counts the statements that this thread sends, each of which is a round trip."""
    sent, execute, thread = [], psycopg.Connection.execute, threading.get_ident()

    def counted(self, query, *arguments, **how):
        if threading.get_ident() == thread:
            sent.append(query)
        return execute(self, query, *arguments, **how)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "execute", counted)
        yield sent


def test_the_verbs_of_a_request_are_one_statement_each(store_at, helper, monkeypatch):
    store = store_at()
    record, (key,) = helper.create(store)
    store.find_key(key.digest)
    version = store.load(record.id, None).version
    moment = store.load(record.id, version).moment
    store.watch(record.id)
    limit = RateLimit(1, 1, 1)
    verbs = {
        "find_key": (lambda: store.find_key(key.digest), 0),
        "load": (lambda: store.load(record.id, version), 1),
        "commit": (lambda: store.commit(record.id, version, ChangeSet({("a", "1"): {}}, moment)), 1),
        "touch": (lambda: store.touch(record.id, key, 1), 1),
        "take_token": (lambda: store.take_token(record.id, key.id, limit, WALL, WALL), 1),
        "append_journal": (lambda: store.append_journal(record.id, helper.entry()), 0),
        "publish": (lambda: store.publish(record.id, "kind", "{}"), 1),
        "publish many": (lambda: store.publish(record.id, "kind", *["{}"] * 50), 1),
    }
    for name, (verb, number) in verbs.items():
        with counting(monkeypatch) as sent:
            verb()
        assert len(sent) == number, name


def test_the_documents_of_a_large_world_can_be_left_out(store_at, helper):
    store = store_at()
    record, _ = helper.create(store)
    version = helper.put(store, record.id, {("a", "1"): {}}, bytes=1000)
    for since, most, lacks in ((None, 999, True), (None, 1000, False), (version, 999, False), (None, None, False)):
        loaded = store.load(record.id, since, most)
        assert loaded.lacks_documents == lacks
        assert (("a", "1") in loaded.documents) == (since is None and not lacks)
        assert loaded.version == version


def test_a_connection_that_carried_much_is_not_kept(store_at, helper):
    store = store_at()
    record, _ = helper.create(store)
    helper.put(store, record.id, {("a", "1"): {"text": "x" * 1000}})
    assert len(store._database._idle) == 1
    helper.put(store, record.id, {("a", "1"): {"text": "x" * (1 << 21)}})
    assert store._database._idle == []
    store.keys(record.id)
    assert len(store._database._idle) == 1
    assert store.load(record.id, None).documents
    assert store._database._idle == []


def test_a_world_is_made_in_one_statement_once_its_seed_is_there(store_at, helper, monkeypatch):
    store = store_at()
    helper.create(store)
    with counting(monkeypatch) as sent:
        helper.create(store, wall=WALL)
    assert len(sent) == 1


def test_a_seed_is_kept_once_and_goes_with_its_last_world(store_at, helper, postgres_url):
    store = store_at()
    records = [helper.create(store)[0] for _ in range(3)]
    assert store_at().seed(records[0].seed) == {"fixture": "demo"}

    def seeds():
        with psycopg.connect(postgres_url) as connection:
            return connection.execute("SELECT count(*) FROM seeds").fetchone()[0]

    for record in records:
        assert seeds() == 1
        store.delete(record.id)
    assert seeds() == 0
    with pytest.raises(KeyError):
        store.seed(records[0].seed)


def test_time_never_goes_back_within_a_world_whichever_clock_tells_it(store_at, helper):
    ahead, behind = store_at(WALL + 10), store_at(WALL)
    record, _ = helper.create(behind)
    assert behind.load(record.id, None).wall == WALL
    helper.put(ahead, record.id, {})
    assert behind.load(record.id, None).wall == WALL + 10
    helper.put(behind, record.id, {})
    assert behind.load(record.id, None).wall == WALL + 10


def test_the_databases_clock_is_the_clock_of_all(store_at, helper):
    store = store_at()
    record, _ = helper.create(store)
    before = store.wall()
    assert before <= store.load(record.id, None).wall <= store.wall()


class LostAnswers:
    """Commits whose connection breaks when they are done, before the answer comes."""

    def __init__(self, monkeypatch, meanwhile=lambda: None):
        self.lost, execute = 0, psycopg.Connection.execute

        def losing(connection, query, *arguments, **how):
            found = execute(connection, query, *arguments, **how)
            if any(verb in query for verb in ("UPDATE worlds SET version", "DELETE FROM worlds", "INSERT INTO worlds")):
                patch.undo()
                self.lost += 1
                meanwhile()
                connection.close()
                raise psycopg.OperationalError("server closed the connection unexpectedly")
            return found

        patch = monkeypatch
        patch.setattr(psycopg.Connection, "execute", losing)


def test_a_commit_whose_answer_is_lost_is_done_once(store_at, helper, monkeypatch):
    store = store_at()
    record, _ = helper.create(store)
    loaded = store.load(record.id, None)
    losing = LostAnswers(monkeypatch)
    version = store.commit(record.id, loaded.version, ChangeSet({("a", "1"): {"n": 1}}, loaded.moment))
    assert losing.lost == 1
    assert store.load(record.id, loaded.version).version == version
    assert store.load(record.id, version).documents == {}


@pytest.mark.parametrize("commits", [1, 7])
def test_a_commit_whose_answer_is_lost_is_found_below_those_of_others(store_at, helper, monkeypatch, commits):
    store, other = store_at(), store_at()
    record, _ = helper.create(store)
    loaded = store.load(record.id, None)
    LostAnswers(monkeypatch, lambda: [helper.put(other, record.id, {}) for _ in range(commits)])
    version = store.commit(record.id, loaded.version, ChangeSet({("a", "1"): {"n": 1}}, loaded.moment))
    assert store.load(record.id, None).version > version
    assert store.load(record.id, None).documents == {("a", "1"): {"n": 1}}


def test_a_commit_that_cannot_be_told_any_more_is_neither_done_nor_a_conflict(store_at, helper, monkeypatch):
    store, other = store_at(), store_at()
    record, _ = helper.create(store)
    loaded = store.load(record.id, None)
    LostAnswers(monkeypatch, lambda: [helper.put(other, record.id, {}) for _ in range(9)])
    with pytest.raises(UnavailableIssue, match="is not known"):
        store.commit(record.id, loaded.version, ChangeSet({}, loaded.moment))


def test_a_commit_that_was_lost_before_another_came_is_a_conflict(store_at, helper, monkeypatch):
    store, other = store_at(), store_at()
    record, _ = helper.create(store)
    loaded, execute = store.load(record.id, None), psycopg.Connection.execute

    def dying(connection, query, *arguments, **how):
        if "UPDATE worlds SET version" in query:
            monkeypatch.undo()
            helper.put(other, record.id, {})
            raise psycopg.OperationalError("could not send data to server")
        return execute(connection, query, *arguments, **how)

    monkeypatch.setattr(psycopg.Connection, "execute", dying)
    with pytest.raises(CommitIssue):
        store.commit(record.id, loaded.version, ChangeSet({("a", "1"): {}}, loaded.moment))
    assert store.load(record.id, None).documents == {}


def test_a_world_whose_making_or_deletion_lost_its_answer_is_made_or_deleted_once(store_at, helper, monkeypatch):
    store = store_at()
    helper.create(store)
    LostAnswers(monkeypatch)
    record, keys = helper.create(store)
    assert store.keys(record.id) == keys
    LostAnswers(monkeypatch)
    assert store.delete(record.id)
    assert store.load(record.id, None) is None


def test_a_server_that_lacks_commits_is_read_whole(store_at, helper, postgres_url):
    store = store_at()
    record, _ = helper.create(store)
    seen = helper.put(store, record.id, {("a", "1"): {}})
    with psycopg.connect(postgres_url) as connection:  # as a standby that took over before it got the commit
        connection.execute("UPDATE worlds SET version = 0")
        connection.execute("DELETE FROM documents")
    found = store.load(record.id, seen)
    assert found.complete
    assert found.documents == {}


def test_a_world_that_another_start_of_the_server_gives_is_read_whole(own_postgres, store_at, helper):
    store = store_at(url=own_postgres.url)
    record, _ = helper.create(store)
    version = helper.put(store, record.id, {("a", "1"): {}})
    assert not store.load(record.id, version).complete
    own_postgres.stop()
    own_postgres.start()
    assert store.load(record.id, version).complete
    assert not store.load(record.id, version).complete


def test_a_world_is_watched_until_nobody_has_read_its_events_for_a_while(store_at, helper, postgres_url):
    store = store_at()
    record, _ = helper.create(store)
    store.watch(record.id)
    store.publish(record.id, "kind", "{}")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("UPDATE channels SET read_at = now() - interval '1 hour'")
        assert not store.load(record.id, None).watched
        store.publish(record.id, "kind", "{}")
        assert [event.number for event in store.read_after({record.id: 0})] == [1]
        assert store.load(record.id, None).watched, "it was read just now"
        store.delete(record.id)
        store.expired()
        assert len(store.read_after({record.id: 0})) == 1
        connection.execute("UPDATE channels SET read_at = now() - interval '1 hour'")
        store.expired()
        assert store.read_after({record.id: 0}) == []


@pytest.mark.parametrize("at_once", [1, 300, 1200])
def test_the_last_thousand_events_are_kept(store_at, helper, at_once):
    store = store_at()
    record, _ = helper.create(store)
    store.watch(record.id)
    for _ in range(1200 // at_once):
        store.publish(record.id, "kind", *["{}"] * at_once)
    assert [event.number for event in store.read_after({record.id: 0})] == list(range(201, 1201))


def test_a_journal_entry_that_was_sent_twice_is_there_once(store_at, helper, monkeypatch, eventually):
    store = store_at()
    record, _ = helper.create(store)
    execute, lost = psycopg.Connection.execute, []

    def losing(connection, query, *arguments, **how):
        found = execute(connection, query, *arguments, **how)
        if "INSERT INTO journal" in query and not lost:
            lost.append(query)
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return found

    monkeypatch.setattr(psycopg.Connection, "execute", losing)
    store.append_journal(record.id, helper.entry("one"))
    eventually(lambda: lost)
    store.append_journal(record.id, helper.entry("two"))
    assert [entry.request_id for entry in store.read_journal(record.id)] == ["one", "two"]


def test_a_journal_forgets_the_oldest_in_the_database_too(store_at, helper, postgres_url):
    store = store_at()
    record, _ = helper.create(store)
    for number in range(150):
        store.append_journal(record.id, helper.entry(f"r{number}", body=b"x" * 60_000))
    assert len(store.read_journal(record.id)) < 80
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM journal").fetchone()[0] < 90


def test_no_key_reaches_the_journal_in_the_database(store_at, helper, postgres_url):
    store = store_at()
    record, _ = helper.create(store)
    store.append_journal(record.id, helper.entry(body=b'{"key": "topo_secret"}'))
    assert store.read_journal(record.id)[0].request_body == b'{"key": "topo_***"}'
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM journal WHERE entry::text LIKE '%secret%'").fetchone() == (0,)


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
def test_a_name_that_the_database_cannot_hold_is_the_requests_fault(store_at, helper, value):
    store = store_at()
    record, _ = helper.create(store)
    before = store.load(record.id, None)
    with pytest.raises(ValidationIssue, match="cannot be stored"):
        helper.put(store, record.id, {("snapshots", value): {}, ("a", "1"): {}})
    assert store.load(record.id, None).documents == before.documents


def test_a_store_that_was_disconnected_serves_when_it_is_connected_again(store_at, helper):
    store = store_at()
    record, _ = helper.create(store)
    store.append_journal(record.id, helper.entry())
    store.disconnect()
    assert "closed" in store.trouble()
    with pytest.raises(UnavailableIssue):
        store.worlds()
    store.connect()
    assert store.trouble() is None
    assert len(store.read_journal(record.id)) == 1, "what waited was written before"


def test_a_fork_connects_by_itself(store_at, helper):
    store = store_at()
    record, _ = helper.create(store)
    store.append_journal(record.id, helper.entry("parent"))
    store.disconnect()
    children = []
    for number in range(2):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                store.connect()
                for _ in range(10):
                    helper.count_up(store, record.id)
                store.append_journal(record.id, helper.entry(f"child {number}"))
                store.disconnect()
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    store.connect()
    assert helper.counted(store, record.id) == 20
    assert {entry.request_id for entry in store.read_journal(record.id)} == {"parent", "child 0", "child 1"}


def test_connections_are_bounded_and_a_verb_waits_for_one(store_at, helper, postgres_url):
    store = store_at(size=2, url=f"{postgres_url}&application_name=bounded")
    record, _ = helper.create(store)
    threads = [
        threading.Thread(target=lambda: [helper.count_up(store, record.id) for _ in range(10)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        found = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bounded'"
        while any(thread.is_alive() for thread in threads):
            assert connection.execute(found).fetchone()[0] <= 2
    assert helper.counted(store, record.id) == 80


# Opening.


def version_of(url, number):
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)")
        connection.execute("DELETE FROM schema_version")
        connection.execute("INSERT INTO schema_version VALUES (%s)", (number,))


def test_a_connection_lives_for_so_long_and_its_room_for_large_rows_with_it(
    store_at, helper, postgres_url, monkeypatch
):
    store = store_at()

    def connected():
        return store._database.run(lambda connection, _: connection.info.backend_pid)

    def two_at_once():
        return store._database.run(lambda one, _: (one.info.backend_pid, connected()))

    first = two_at_once()
    assert len(set(first)) == 2
    assert set(two_at_once()) == set(first)
    monkeypatch.setattr(database, "_LONGEST_LIFE_SECONDS", -1)
    assert connected() in first
    with psycopg.connect(postgres_url) as connection:
        statement = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)"
        while connection.execute(statement, [list(first)]).fetchone() != (0,):
            connection.rollback()
    assert connected() not in first


def test_a_database_of_a_later_version_stops_the_start(store_at, postgres_url):
    store_at()
    version_of(postgres_url, 99)
    with pytest.raises(StoreError, match=r"version 99.*upgrade the program"):
        store_at()


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_database_of_the_first_edition_says_how_to_move_its_worlds(store_at, postgres_url, version):
    version_of(postgres_url, version)
    with pytest.raises(StoreError, match=r"GET /_sandbox/world/export.*new database"):
        store_at()
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT to_regclass('worlds')").fetchone() == (None,), "nothing was made"


def test_a_database_that_was_opened_before_is_opened_again(store_at, helper):
    record, _ = helper.create(store_at())
    assert store_at().worlds() == [record]


@pytest.mark.parametrize(
    ("url", "kind", "says"),
    [
        ("postgresql://127.0.0.1:1/x", UnreachableError, "Connection refused"),
        ("postgresql://127.0.0.1/x?nonsense=1", StoreError, "nonsense"),
        ("mysql://x", StoreError, "'mysql' is no store"),
        ("memroy", StoreError, "'memroy' is no store"),
    ],
)
def test_a_store_that_cannot_be_opened_says_why_in_one_sentence(helper, url, kind, says):
    with pytest.raises(kind, match=says) as raised:
        open_store(url, helper.codecs, lambda: WALL)
    assert "\n" not in str(raised.value)


def test_a_missing_driver_says_what_to_install(helper, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sequences_sandbox.store.postgres", None)
    with pytest.raises(StoreError, match=r"pip install '\.\[postgres\]'"):
        open_store("postgresql://x", helper.codecs, lambda: WALL)


def test_a_role_that_may_make_no_tables_stops_the_start(store_at, postgres_url, postgres):
    with psycopg.connect(postgres, autocommit=True) as connection, suppress(psycopg.errors.DuplicateObject):
        connection.execute("CREATE ROLE guest LOGIN")
    with pytest.raises(StoreError, match="tables of the database cannot be made"):
        store_at(url=postgres_url.replace("postgres:@", "guest@"))


def test_histories_of_an_earlier_version_become_pages_in_snapshots_too(store_at, postgres_url, helper):
    world = helper.create(store_at())[0].id
    rows = [[1, "update", "client", "ACTIVE", "ACTIVE", "req_1"], [2, "pause", "client", "ACTIVE", "PAUSED", None]]
    snapshot = {"name": "a", "documents": {"sequences": [["r", {}]], "history": [["r", rows], ["q", [3, rows]]]}}
    kept = {
        ("history", "r"): rows,
        ("history", "q"): [3, rows],
        ("snapshots", "s"): snapshot,
        ("snapshots", "n"): {**snapshot, "name": "\0"},
    }
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for (kind, key), body in kept.items():
            values = (world, kind, key, json.dumps(body))
            connection.execute(
                "INSERT INTO documents (world_id, kind, id, version, body) VALUES (%s, %s, %s, 1, %s)", values
            )
        connection.execute("ALTER TABLE worlds DROP COLUMN size, DROP COLUMN bytes")
        connection.execute("UPDATE schema_version SET version = 5")
        schema.prepare(postgres_url)
        found = connection.execute("SELECT kind, id, body FROM documents WHERE world_id = %s", (world,)).fetchall()
    documents = {"sequences": [["r", {}]], "history": [["r", [0, rows]], ["q", [3, rows]]]}
    assert {(kind, key): body for kind, key, body in found} == {
        ("history", "r"): [0, rows],
        ("history", "q"): [3, rows],
        ("snapshots", "s"): {"name": "a", "documents": documents},
    }
