"""One transaction on one world: a single `now`, what is due applied and committed first, writes kept aside until the end.

Leaving it commits what was written, unless an exception leaves it: then nothing of it stays. Events are published after
the commit.
"""

from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final

from ..domain.clock import Clock
from ..domain.errors import CatchingUpIssue, Issue, NotFoundIssue
from ..domain.lifecycle import CLIENT, ENGINE
from ..domain.limits import MOST_EVENTS, Limits
from ..domain.query import ListQuery, Page
from ..resources.resource import Resource
from ..resources.sequences.model import RUNS, Run
from ..resources.sequences.schedule import EXECUTE
from ..resources.templates import TEMPLATES, Step
from ..store.records import ChangeSet, DocumentKey, DocumentsByKind, Moment
from .history import HISTORY, Change, HistoryEntry, with_entry
from .keeper import Keeper
from .snapshots import ADDED, KEPT, SNAPSHOTS
from .weights import Sizes, weight
from .world import WorldState


class Transaction:
    """A world at one `now` (a timestamp), as the caller's organization sees it, or whole when there is no caller.

    `world` is as it was committed, and not to be changed; what this transaction wrote is read through its methods.
    """

    __slots__ = (
        "_changes", "_organization_id", "_replaced", "_request_id", "_worlds", "_written", "moment", "now", "world",
    )  # fmt: skip

    def __init__(self, worlds: Keeper, world: WorldState, organization_id: str | None, request_id: str | None) -> None:
        self._worlds: Final = worlds
        self.world: Final = world
        self._organization_id: Final = organization_id
        self._request_id: Final = request_id
        self._written: dict[DocumentKey, Any | None] = {}
        self._changes: list[Change] = []
        self._replaced: DocumentsByKind | None = None

    def __enter__(self) -> "Transaction":
        self._worlds.acquire(self.world)
        try:
            if self.world.stale:
                self._worlds.catch_up(self.world)
            self.moment = self.world.moment
            self.now = self.world.now
            due = self.next_due()
            if due is not None and due[0] <= self.now:
                self._apply_due()
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.commit()
        finally:
            self._release()

    def catch_up(self) -> None:
        """Applies what is due, and nothing more. Raises CatchingUpIssue where that takes longer."""
        with self:
            pass

    @property
    def limits(self) -> Limits:
        """How much the world may hold."""
        return self._worlds.limits_of(self.world.record)

    # Reading. Lists show what was committed, the others what this transaction wrote too.

    def get(self, resource: Resource[Any], document_id: str) -> Any:
        """A document of the caller's organization. Raises NotFoundIssue, for one of another organization too."""
        found = self.find(resource, document_id)
        if found is None or found.organization_id != self._organization_id:
            raise NotFoundIssue(
                f"Your organization has no {resource.noun} {document_id}.",
                field=resource.id_parameter,
                value=document_id,
            )
        return found

    def find(self, resource: Resource[Any], document_id: str) -> Any | None:
        """A document of any organization, None when there is none."""
        return self.value(resource.kind, document_id)

    def value(self, kind: str, document_id: str) -> Any | None:
        """A document by kind and id, None when there is none."""
        key = (kind, document_id)
        if key in self._written:
            return self._written[key]
        return self.world.documents.get(kind, {}).get(document_id)

    def values(self, kind: str) -> list[Any]:
        """Every document of a kind, in the order in which they were added."""
        found = dict(self.world.documents.get(kind, {}))
        for (other, document_id), value in self._written.items():
            if other == kind:
                if value is None:
                    found.pop(document_id, None)
                else:
                    found[document_id] = value
        return list(found.values())

    def page(self, resource: Resource[Any], query: ListQuery) -> Page:
        """One page of a resource."""
        items, total = self.world.lists.page(resource, self.world.of(resource), query)
        return Page(items, total, query)

    def select(self, resource: Resource[Any], **equal: Any) -> list[Any]:
        """The documents whose fields have these values, by id."""
        return self.world.lists.select(resource, self.world.of(resource), equal)

    def next_due(self) -> tuple[int, Run] | None:
        """The first time at which something falls due, and for which run."""
        return self.world.next_due(self._written)

    def steps_of(self, run: Run) -> tuple[Step, ...]:
        """The steps of a run's template; none when the template is unknown."""
        template = self.find(TEMPLATES, run.sequence_template_id)
        return template.steps if template is not None else ()

    # Writing.

    def put(self, before: Run | None, after: Run, event: str, by: str = CLIENT) -> None:
        """Stores a run that `event` changed or made now; nothing when nothing changed."""
        if after is not before:
            source = before.status if before is not None else None
            self.write_run(after, HistoryEntry(self.now, event, by, source, after.status, self._request_id))

    def write_run(self, run: Run, entry: HistoryEntry) -> Change:
        """Stores a run, and what happened to it."""
        self.write(RUNS.kind, run.id, run)
        few = self.world.sizes.of(HISTORY) >= self.limits.history_bytes
        for page_id, page in with_entry(self.value, run.id, entry, few=few).items():
            self.write(HISTORY, page_id, page)
        self.world.expect(run)
        change = Change(run, entry)
        self._changes.append(change)
        return change

    def write(self, kind: str, document_id: str, value: Any | None) -> None:
        """Stores a document; None removes it."""
        self._written[kind, document_id] = value

    def apply_due_events(self, until: int) -> tuple[list[Change], bool]:
        """Applies what is due at `until` or before, in order of time and then id, each event at its own time.

        Returns the changes, and whether some is left for another request.
        """
        changes: list[Change] = []
        schedule = self.world.schedule
        while (due := self.next_due()) is not None and due[0] <= until:
            if len(changes) >= MOST_EVENTS:
                return changes, True
            at, run = due
            for event, changed in schedule.fire(run, self.steps_of(run)):
                by = schedule.lifecycle.by(event) if event != EXECUTE else ENGINE
                changes.append(self.write_run(changed, HistoryEntry(at, event, by, run.status, changed.status, None)))
                run = changed
        return changes, False

    def set_clock(self, clock: Clock) -> None:
        """Sets the world's clock, from the end of the transaction on."""
        self.moment = Moment(self.moment.epoch, clock)

    def start_timeline(self, documents: DocumentsByKind, moment: Moment) -> None:
        """Begins a new timeline: these documents, this moment. What is written after this is added to it."""
        self._written, self._changes = {}, []
        self._replaced = documents
        self.moment = moment

    def commit(self) -> None:
        """Commits what was written so far; reads after this show it. Raises CommitIssue when another process was first."""
        world = self.world
        if not self._written and self._replaced is None and self.moment is world.moment:
            return
        changes = ChangeSet(
            documents=self._committed(),
            moment=self.moment,
            replaces=self._replaced is not None,
            keeping=KEPT,
            added=ADDED,
            bytes=self._require_room(),
        )
        try:
            world.version = self._worlds.store.commit(world.record.id, world.version, changes)
        except Issue:
            # Another process was first; those that wait for the world here must not meet that too.
            world.stale = True
            raise
        world.moment = self.moment
        if self._replaced is not None:
            world.start(self._replaced, self.moment)
        world.apply(self._written)
        self._worlds.resized(world)
        published, self._changes = self._changes, []
        self._written, self._replaced = {}, None
        self._worlds.publish_changes(world, published)

    def _require_room(self) -> int:
        """How many bytes a visitor's world takes with what is written; 0 for another world, which may be as large as it is.

        Raises TooLargeIssue for writes that make the world larger than it may be, or all of them together.
        """
        if self.limits.document_bytes is None:
            return 0
        if self._replaced is not None:
            begun = Sizes(self._replaced).total + sum(weight(kind, value) for (kind, _), value in self._written.items())
            self._worlds.require_bytes(self.world, begun - self.world.sizes.total)
            return begun
        grown: Counter[str] = Counter()
        for (kind, document_id), value in self._written.items():
            grown[kind] += weight(kind, value) - weight(kind, self.world.documents.get(kind, {}).get(document_id))
        total = grown.total()
        documents = total - grown[HISTORY] - grown[SNAPSHOTS]
        if documents > 0:
            self.limits.require("document_bytes", self.world.sizes.documents + documents)
        # Of what changes history, only a move of the clock is rejected: time itself does not ask.
        history = 0 if self.moment is self.world.moment else max(0, grown[HISTORY])
        self._worlds.require_bytes(self.world, max(0, documents) + grown[SNAPSHOTS] + history)
        return self.world.sizes.total + total

    def _committed(self) -> Mapping[DocumentKey, Any | None]:
        if self._replaced is None:
            return self._written
        return {**self._worlds.differences(self.world.record, self._replaced, self.moment.epoch), **self._written}

    def _apply_due(self) -> None:
        _, left = self.apply_due_events(self.now)
        self.commit()
        if left:
            raise CatchingUpIssue(
                "This world is catching up with events that fell due; try again.", retry_after_seconds=1
            )

    def _release(self) -> None:
        if self._written or self._replaced is not None:
            self.world.forget_due()
        self._worlds.release(self.world)
