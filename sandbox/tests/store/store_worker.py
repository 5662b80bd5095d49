"""A process of its own that works on a store, for the tests of many processes: COMMAND URL [WORLD [COUNT]]."""

import hashlib
import sys
import uuid
from collections import defaultdict
from contextlib import suppress

from sequences_sandbox.domain.clock import Clock
from sequences_sandbox.domain.errors import CommitIssue
from sequences_sandbox.resources.resource import Codec
from sequences_sandbox.store.postgres import PostgresStore
from sequences_sandbox.store.records import ChangeSet, KeyRecord, WorldRecord

TOKEN = hashlib.sha256(b"the default world").digest()


PLAIN_CODECS = defaultdict(lambda: Codec(dump=lambda value: value, load=lambda document: document))


def bump(store, world, count):
    """Adds one to a counter and to its history, so many times."""
    done = 0
    while done < int(count):
        loaded = store.load(world, None)
        number = loaded.documents.get(("counters", "n"), 0) + 1
        changes = {("counters", "n"): number, ("history", str(number)): number}
        try:
            store.commit(world, loaded.version, ChangeSet(changes, loaded.moment))
        except CommitIssue:
            continue
        done += 1


def rewrite(store, world):
    """Writes one number to a hundred documents, and the next one, for ever; every other time as a new timeline."""
    loaded = store.load(world, None)
    version, number = loaded.version, 0
    while True:
        number += 1
        changes = {("pages", str(page)): {"n": number, "text": "x" * 500} for page in range(100)}
        version = store.commit(world, version, ChangeSet(changes, loaded.moment, replaces=number % 2 == 0))
        say(number)


def join(store):
    """Finds the world that a token opens, or makes it."""
    found = store.find_key(TOKEN)
    if found is None:
        world_id, wall = str(uuid.uuid4()), store.wall()
        record = WorldRecord(world_id, "default", "demo", b"seed", wall, False, False, wall, None, False, 0)
        key = KeyRecord(TOKEN, "k", "key", frozenset(), world_id, "o")
        with suppress(CommitIssue):
            store.create(record, Clock(wall, wall), [key], dict)
        found = store.find_key(TOKEN)
    say(found.world_id)


def say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    command, url, *arguments = sys.argv[1:]
    globals()[command](PostgresStore(url, PLAIN_CODECS, size=2), *arguments)
