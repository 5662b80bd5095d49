"""A process of its own that works on a store, for the tests of many processes: COMMAND URL WORLD... [COUNT]."""

import sys

from sequences_sandbox.contract.files import shipped
from sequences_sandbox.contract.reading import read_lifecycle, read_spec
from sequences_sandbox.fixtures import read
from sequences_sandbox.resources.sequences.transitions import STOP, stop, update
from sequences_sandbox.store.base import HistoryEntry
from sequences_sandbox.store.postgres import PostgresStore
from sequences_sandbox.worlds.events import EventBus
from sequences_sandbox.worlds.factory import WorldFactory, WorldOptions
from sequences_sandbox.worlds.world import Worlds

LIFECYCLE = read_lifecycle(read_spec(shipped("openapi.yaml")))
RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"


def bump(store, world, count):
    """Adds one to a counter in a run, so many times."""
    for _ in range(int(count)):
        with store.unit(world) as unit:
            run = unit.get(None, RUN)
            number = int((run.variables or {}).get("count", "0")) + 1
            entry_ = HistoryEntry(number, "update", "client", run.status, run.status, None)
            unit.put(update(run, {"count": str(number)}, number), entry_)


def apply_due_events(store, world):
    """Settles a world."""
    Worlds(store, EventBus()).apply_due_events(world)


def halfway(store, world):
    """Stops in the middle of a unit of work, after some of it was sent, and waits there."""
    with store.unit(world) as unit:
        for run in list(unit.all_runs())[:50]:
            unit.put(
                run._replace(status="FAILED", updated_at=7), HistoryEntry(7, "fail", "engine", None, "FAILED", None)
            )
        unit.counts(RUN)
        unit.put(unit.get(None, RUN)._replace(status="FAILED"))
        say("halfway")
        sys.stdin.read()


def stop_companies(store, *worlds):
    """In one world after the other, stops every run that may be stopped, all at one instant."""
    for number, world in enumerate(worlds, 1):
        with store.unit(world) as unit:
            for run in unit.all_runs():
                if LIFECYCLE.allows(run.status, STOP):
                    stopped = stop(run, number, LIFECYCLE)
                    unit.put(stopped, HistoryEntry(number, STOP, "client", run.status, stopped.status, None))
        say(number)


def join(store):
    """Joins the default world, or makes it."""
    epoch = WorldOptions("default", minted=False)
    say(WorldFactory(store, LIFECYCLE).join(read("demo", LIFECYCLE), epoch, store.wall()).record.id)


def say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    command, url, *arguments = sys.argv[1:]
    globals()[command](PostgresStore(url, LIFECYCLE, size=2), *arguments)
