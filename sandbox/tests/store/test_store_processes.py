"""Many processes on one database: nothing lost, nothing twice, nothing half done, whoever dies in the middle of what."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.reading import read_lifecycle, read_spec
from sequences_sandbox.domain.query import Query
from sequences_sandbox.fixtures import read
from sequences_sandbox.resources.sequences.transitions import STOP
from sequences_sandbox.store.postgres import PostgresStore
from sequences_sandbox.store.postgres.schema import migrations
from sequences_sandbox.worlds.factory import WorldFactory, WorldOptions

LIFECYCLE = read_lifecycle(read_spec(shipped("openapi.yaml")))
WORKER = Path(__file__).with_name("store_worker.py")
RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"
ORGANIZATION = "53df0b1a-75a6-4f6d-acb2-5184a680e017"
DAY = 86_400_000_000


@pytest.fixture
def store(postgres_url):
    store = PostgresStore(postgres_url, LIFECYCLE, size=2)
    yield store
    store.disconnect()


@pytest.fixture
def worlds(store):
    factory, demo = WorldFactory(store, LIFECYCLE), read("demo", LIFECYCLE)
    return [factory.create(demo, WorldOptions(f"w{number}"), store.wall()).record.id for number in range(12)]


@pytest.fixture
def worker(postgres_url):
    """Starts a process that works on the store."""
    started = []

    def start(command, *arguments):
        line = [sys.executable, WORKER, command, postgres_url, *arguments]
        started.append(subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def finish(*processes):
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0


def test_processes_that_write_to_one_run_lose_nothing(store, worlds, worker):
    finish(*[worker("bump", worlds[0], "40") for _ in range(3)])
    with store.unit(worlds[0]) as unit:
        assert unit.get(None, RUN).variables["count"] == "120"
        assert [entry_.at for entry_ in unit.history(RUN)] == list(range(1, 121))


def test_what_is_due_happens_once_whoever_serves(store, worlds, worker):
    with store.unit(worlds[0]) as unit:
        unit.clock = unit.clock.at(30 * DAY, unit.wall)
        due = unit.due(30 * DAY)
    assert len(due) > 10
    finish(*[worker("apply_due_events", worlds[0]) for _ in range(4)])
    with store.unit(worlds[0]) as unit:
        assert unit.due(30 * DAY) == []
        for run in due:
            happened = [(entry_.at, entry_.event) for entry_ in unit.history(run.id)]
            assert happened
            assert len(set(happened)) == len(happened)


def test_a_process_killed_halfway_leaves_nothing_and_holds_nothing(store, worlds, worker):
    def everything():
        with store.unit(worlds[0]) as unit:
            return list(unit.all_runs()), unit.counts(ORGANIZATION), unit.history(RUN)

    before = everything()
    process = worker("halfway", worlds[0])
    assert process.stdout.readline() == "halfway\n"
    process.kill()
    process.wait()
    assert everything() == before


def test_a_process_killed_at_any_moment_leaves_whole_units_of_work(store, worlds, worker):
    process = worker("stop_companies", *worlds)
    for _ in range(4):
        process.stdout.readline()
    process.kill()
    process.wait()
    stopped = [world for world in worlds if is_stopped(store, world)]
    assert stopped == worlds[: len(stopped)]
    assert len(stopped) >= 4


def is_stopped(store, world):
    """Whether every run of a world was stopped; if not all, then none, and tallies and histories say the same."""
    with store.unit(world) as unit:
        runs = list(unit.all_runs())
        open_runs = [run for run in runs if LIFECYCLE.allows(run.status, STOP)]
        stops = [run for run in runs if any(each.event == STOP for each in unit.history(run.id))]
        listed = sum(unit.page(run, Query())[1] for run in {run.organization_id for run in runs})
        counts = [unit.counts(organization) for organization in {run.organization_id for run in runs}]
    assert not open_runs or not stops
    assert listed == len(runs) == sum(sum(count.values()) for count in counts)
    for status in LIFECYCLE.statuses:
        assert sum(count.get(status, 0) for count in counts) == sum(run.status == status for run in runs)
    return bool(stops)


def test_ten_processes_that_start_at_once_make_one_schema(postgres_url, worker):
    started = [worker("join") for _ in range(10)]
    worlds = {process.communicate(timeout=90)[0] for process in started}
    assert [process.returncode for process in started] == [0] * 10
    assert len(worlds) == 1
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT version FROM schema_version").fetchall() == [(len(migrations()),)]
        assert connection.execute("SELECT count(*) FROM worlds").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM bases").fetchone() == (1,)
