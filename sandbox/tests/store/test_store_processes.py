"""Many processes on one database: nothing lost, nothing twice, nothing half done, whoever dies in the middle of what."""

import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import psycopg
import pytest
from sequences_sandbox.store.postgres import schema

WORKER = Path(__file__).with_name("store_worker.py")


@pytest.fixture
def store(store_at):
    return store_at()


@pytest.fixture
def world(store, helper):
    return helper.create(store)[0].id


@pytest.fixture
def worker(postgres_url):
    """Starts a process that works on the store."""
    started = []

    def start(command, *arguments):
        line = [sys.executable, WORKER, command, postgres_url, *arguments]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        started.append(subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def finish(*processes):
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0


def test_processes_that_write_to_one_world_lose_nothing(store, world, worker):
    finish(*[worker("bump", world, "40") for _ in range(3)])
    documents = store.load(world, None).documents
    assert documents["counters", "n"] == 120
    assert [value for (kind, _), value in documents.items() if kind == "history"] == list(range(1, 121))


def test_a_process_sees_what_others_committed(store, store_at, helper, world):
    other = store_at()
    seen = store.load(world, None).version
    helper.put(other, world, {("a", "1"): {"n": 1}})
    found = store.load(world, seen)
    assert not found.complete
    assert found.documents == {("a", "1"): {"n": 1}}


@pytest.mark.parametrize("attempt", range(4))
def test_a_process_killed_at_any_moment_leaves_whole_commits(store, world, worker, attempt):
    process = worker("rewrite", world)
    for _ in range(3):
        process.stdout.readline()
    time.sleep(Random(attempt).uniform(0, 0.2))
    process.kill()
    acknowledged = [3, *map(int, process.communicate()[0].split())][-1]
    documents = store.load(world, None).documents.values()
    assert len(documents) == 100
    assert {document["n"] for document in documents} in ({acknowledged}, {acknowledged + 1}), (
        "the last one may be done without a word of it"
    )


def test_a_process_that_was_killed_holds_nothing(store, helper, world, worker):
    process = worker("rewrite", world)
    process.stdout.readline()
    process.kill()
    process.wait()
    began = time.monotonic()
    helper.put(store, world, {("a", "1"): {}})
    assert time.monotonic() - began < 5


def test_ten_processes_that_start_at_once_make_one_schema_and_one_world(postgres_url, worker):
    started = [worker("join") for _ in range(10)]
    worlds = {process.communicate(timeout=120)[0] for process in started}
    assert [process.returncode for process in started] == [0] * 10
    assert len(worlds) == 1
    with psycopg.connect(postgres_url) as connection:
        found = connection.execute("SELECT version FROM schema_version").fetchall()
        assert found == [(max(schema.migrations()),)]
        assert connection.execute("SELECT count(*) FROM worlds").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM seeds").fetchone() == (1,)
