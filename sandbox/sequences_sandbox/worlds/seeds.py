"""What worlds start with: their fixtures, and the documents that those are at an epoch. Many worlds share both."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from ..domain.lifecycle import Lifecycle
from ..domain.limits import VISITOR_BYTES
from ..fixtures.fixture import Fixture
from ..resources.sequences.schedule import Schedule
from ..store.base import Store
from ..store.records import DocumentsByKind, VisitorWorld, WorldRecord
from ..traffic.amounts import Amounts
from .api_keys import gone
from .cache import Cache

MOST_BYTES: Final = 64 << 20


class Seeds:
    """The fixtures of the worlds of a store, and how many bytes the worlds of visitors take, which begins with these."""

    def __init__(self, store: Store, lifecycle: Lifecycle, predecessor: "Seeds | None" = None) -> None:
        """`predecessor` is for the same worlds, under another version of the lifecycle; its fixtures are shared."""
        self._store: Final = store
        self._schedules: Final = {static: Schedule(lifecycle, static) for static in (False, True)}
        self.fixtures: Final[Cache[Fixture]] = (
            Cache[Fixture](MOST_BYTES) if predecessor is None else predecessor.fixtures
        )
        self.starts: Final = Cache[tuple[int, DocumentsByKind]](MOST_BYTES)
        self.visitor_bytes: Final[Amounts] = (
            Amounts(VISITOR_BYTES) if predecessor is None else predecessor.visitor_bytes
        )
        self._names: dict[str, str] = {} if predecessor is None else predecessor._names  # noqa: SLF001

    def schedule_of(self, record: WorldRecord) -> Schedule:
        """How time and the engine move the runs of a world."""
        return self._schedules[self.fixture_of(record).static]

    def add_fixture(self, fixture: Fixture) -> None:
        """Makes known what worlds of its digest start with."""
        name = fixture.digest.hex()
        if self.fixtures.get(name) is None:
            self.fixtures.put(name, fixture, fixture.size)

    @contextmanager
    def keeping(self, record: WorldRecord, fixture: Fixture) -> Iterator[None]:
        """Keeps the fixture of a world that the store is given within, until the world is deleted.

        It is kept before anybody can know the world, and no longer where the store refuses it. Where the store keeps
        fixtures itself, it is at hand as long as there is room.
        """
        if self._store.blocking:
            self.add_fixture(fixture)
            yield
            return
        before = self._names.get(record.id)
        self._keep(record, fixture)
        try:
            yield
        except BaseException:
            self.let_go(record.id)
            if before is not None:
                self._names[record.id] = before
            raise
        if before is not None:
            self.fixtures.unpin(before)

    def _keep(self, record: WorldRecord, fixture: Fixture) -> None:
        name = record.seed.hex()
        size = self.fixtures.weight(name) or fixture.size
        self.fixtures.pin(name, fixture, size)
        self._names[record.id] = name
        if record.public:
            self.visitor_bytes.add(record.id, record.visitor, size)

    def let_go(self, world_id: str) -> None:
        """Keeps the fixture of a deleted world no longer, unless another world needs it."""
        self.visitor_bytes.forget(world_id)
        seed = self._names.pop(world_id, None)
        if seed is not None:
            self.fixtures.unpin(seed)
            if self.fixtures.get(seed) is None:
                self.starts.drop(seed)

    def count_visitors(self, worlds: Sequence[VisitorWorld]) -> None:
        """Takes down what the worlds of visitors take by now, where other processes change that too."""
        if self._store.blocking:
            self.visitor_bytes.replace({world.id: (world.visitor, world.bytes) for world in worlds})

    def fixture_of(self, record: WorldRecord) -> Fixture:
        """What a world starts with. Raises UnauthorizedIssue when the last world of it was deleted meanwhile."""
        name = record.seed.hex()
        found = self.fixtures.get(name)
        if found is None:
            try:
                document = self._store.seed(record.seed)
            except KeyError:
                raise gone() from None
            loaded = Fixture.load(record.seed, document)
            return self.fixtures.put(name, loaded, loaded.size)
        self.fixtures.use(name)
        return found

    def start_of(self, record: WorldRecord, epoch: int) -> DocumentsByKind:
        """The documents that a world starts with at `epoch`; not to be changed.

        The last ones of each fixture are kept, since worlds made in one second start alike.
        """
        name = record.seed.hex()
        kept = self.starts.get(name)
        if kept is not None and kept[0] == epoch:
            self.starts.use(name)
            return kept[1]
        return self.start_from(self.fixture_of(record), epoch)

    def start_from(self, fixture: Fixture, epoch: int) -> DocumentsByKind:
        """The documents that a world of a fixture starts with at `epoch`; not to be changed."""
        name = fixture.digest.hex()
        documents = fixture.documents_at(epoch, self._schedules[fixture.static])
        self.starts.put(name, (epoch, documents), self.fixtures.weight(name) or fixture.size)
        return documents
