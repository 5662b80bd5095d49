"""A world in memory: documents of frozen values by kind and id, a clock, a due queue, and a version.

A world holds what was committed. A transaction keeps its writes aside and applies them when it commits, so a transaction
that fails leaves nothing. Whoever holds the lock may change the world.
"""

import threading
from collections.abc import Mapping
from heapq import heapify, heappop, heappush
from typing import Any, Final

from ..resources.resource import Resource
from ..resources.sequences.model import RUNS, Run
from ..resources.sequences.schedule import Schedule
from ..store.records import DocumentKey, DocumentsByKind, Loaded, Moment, WorldRecord
from .sorted_lists import SortedLists
from .weights import Sizes


class WorldState:
    """One world, as this process knows it. `wall` is the latest time of the store's clock that was seen."""

    __slots__ = (
        "_due", "documents", "expires_wall", "key_uses", "lists", "lock", "moment", "record", "schedule", "sizes", "stale",
        "touched_wall", "used_wall", "version", "wall", "watched",
    )  # fmt: skip

    def __init__(
        self,
        record: WorldRecord,
        schedule: Schedule,
        documents: DocumentsByKind,
        loaded: Loaded,
        sizes: Mapping[str, int],
    ) -> None:
        """`sizes` are those of the documents, by kind."""
        self.record: Final = record
        self.schedule: Final = schedule
        self.lock: Final = threading.Lock()
        self.stale = False
        """Whether another process is known to have committed what is missing here."""
        self.wall = loaded.wall
        self.touched_wall = loaded.wall
        self.key_uses: dict[str, int] = {}
        self.start(documents, loaded.moment, sizes)
        self.refresh(loaded)

    @property
    def now(self) -> int:
        """What the world's clock shows at `wall`."""
        return self.moment.clock.now(self.wall)

    @property
    def weight(self) -> int | None:
        """About how many bytes it takes at hand; None while its documents are not counted. Safe for any thread."""
        documents = self.sizes.counted
        return None if documents is None else documents + self.lists.bytes

    def is_behind(self, now: int) -> bool:
        """Whether something may have fallen due at `now` that is not applied."""
        due = self._due
        return due is None or (bool(due) and due[0][0] <= now)

    def of(self, resource: Resource[Any]) -> Mapping[str, Any]:
        """The documents of a resource, by id."""
        return self.documents.get(resource.kind, {})

    def start(self, documents: DocumentsByKind, moment: Moment, sizes: Mapping[str, int] | None = None) -> None:
        """Begins a timeline with these documents."""
        self.documents = documents
        self.moment = moment
        self.sizes = Sizes(documents, sizes)
        self.lists = SortedLists()
        self._due: list[tuple[int, str]] | None = None

    def refresh(self, loaded: Loaded) -> None:
        """Takes over what a store says."""
        self.apply(loaded.documents)
        self.version = loaded.version
        self.stale = False
        self.moment = loaded.moment
        self.expires_wall = loaded.expires_wall
        self.used_wall = loaded.used_wall
        self.watched = loaded.watched
        self.wall = max(self.wall, loaded.wall)

    def apply(self, changes: Mapping[DocumentKey, Any | None]) -> None:
        """Puts documents in the place of those with the same kind and id; None removes one."""
        for (kind, document_id), after in changes.items():
            of_kind = self.documents.setdefault(kind, {})
            before = of_kind.get(document_id)
            if after is None:
                of_kind.pop(document_id, None)
            else:
                of_kind[document_id] = after
            self.lists.note(kind, before, after)
            self.sizes.note(kind, before, after)
            if kind == RUNS.kind:
                self.expect(after)

    def expect(self, run: Run | None) -> None:
        """Queues what falls due for a run. What was queued before and is no longer so is dropped when its turn comes."""
        at = None if run is None else self.schedule.due_at(run)
        if run is None or at is None or self._due is None:
            return
        if len(self._due) > 2 * len(self.of(RUNS)) + 64:
            self._due = None
            return
        heappush(self._due, (at, run.id))

    def forget_due(self) -> None:
        """Makes the queue anew when it is asked for next: a transaction that took from it was given up."""
        self._due = None

    def next_due(self, written: Mapping[DocumentKey, Any | None]) -> tuple[int, Run] | None:
        """The first time at which something falls due, and for which run. `written` lies over the documents."""
        runs, kind = self.of(RUNS), RUNS.kind
        if self._due is None:
            current = {**runs, **{key[1]: run for key, run in written.items() if key[0] == kind and run is not None}}
            dues = ((self.schedule.due_at(run), run.id) for run in current.values())
            self._due = [(at, run_id) for at, run_id in dues if at is not None]
            heapify(self._due)
        while self._due:
            at, run_id = self._due[0]
            run = written.get((kind, run_id)) or runs.get(run_id)
            if run is not None and self.schedule.due_at(run) == at:
                return at, run
            heappop(self._due)
        return None
