"""The verbs of storage.

A store keeps worlds: it loads one, commits a set of changes to it against the version that the writer saw, and carries what
processes share. It asks nothing of the documents; all meaning is in `worlds`. A verb is atomic, and safe for any number of
threads and processes. UnavailableIssue says that the store cannot be reached; nothing was done then, except that a commit
whose connection broke may have been done.

Timestamps are microseconds since 1970; those named `wall` are by the store's clock, the others by the world's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from ..domain.clock import Clock
from ..domain.errors import CommitIssue
from ..traffic.journal import Entry
from ..traffic.rate_limits import Level, RateLimit, Verdict
from .records import ChangeSet, KeyRecord, Loaded, StoredEvent, VisitorWorld, WorldRecord

FORGETTING: Final = 256
"""After how many commits to a world a store forgets what was removed from it."""
MOST_JOURNAL_BYTES: Final = 4 << 20
"""How many bytes of a world's journal are kept."""
MOST_EVENT_BYTES: Final = 2 << 20
"""How many bytes of a world's events are kept, and wait for a reader that is slow."""


class StoreError(Exception):
    """A store that cannot be opened; one sentence that says how to fix it."""


class UnreachableError(StoreError):
    """A store that is away; it may be there if it is opened again later."""


def conflict() -> CommitIssue:
    """The issue of a commit that another one came before."""
    return CommitIssue(
        "Another request changed the same data at the same time and nothing was done; send the request again."
    )


class Store(Protocol):
    """A keeper of worlds."""

    @property
    def name(self) -> str:
        """What readiness calls the store."""

    @property
    def blocking(self) -> bool:
        """Whether a verb can wait for something outside the process."""

    def connect(self) -> None:
        """Opens connections, in this process or in one that was forked from it. Raises StoreError."""

    def disconnect(self) -> None:
        """Closes whatever a fork must not share."""

    def trouble(self) -> str | None:
        """Why the store cannot serve now; None when it can."""

    def wall(self) -> int:
        """The time by the one clock of all that share the store."""

    def create(self, record: WorldRecord, clock: Clock, keys: Iterable[KeyRecord], seed: Callable[[], Any]) -> None:
        """Adds a world. `seed` makes its fixture as JSON, kept once for all worlds of one digest.

        Raises CommitIssue when one of the keys exists.
        """

    def seed(self, digest: bytes) -> Any:
        """The fixture that worlds of this digest start with. Raises KeyError."""

    def load(self, world_id: str, since: int | None, most: int | None = None) -> Loaded | None:
        """A world, with the documents committed after the version `since`, all with None. None for a world that is gone.

        Where there are such, and the world takes more than `most` bytes, a store that has to fetch them may leave them out.
        """

    def commit(self, world_id: str, expected: int, changes: ChangeSet) -> int:
        """Writes a transaction; returns the new version. Raises CommitIssue unless the world's version is `expected`."""

    def touch(self, world_id: str, key: KeyRecord | None, now: int) -> None:
        """Puts off the expiry of a world, and notes when its clock stood at `now` that the key was used."""

    def delete(self, world_id: str) -> bool:
        """Removes a world with all that belongs to it but its last event; False when there is none."""

    def expired(self) -> Sequence[str]:
        """The worlds whose time to live is over."""

    def worlds(self) -> Sequence[WorldRecord]:
        """Every world, oldest first."""

    def visitor_worlds(self) -> Sequence[VisitorWorld]:
        """The worlds that anonymous visitors made."""

    def find_key(self, digest: bytes) -> KeyRecord | None:
        """The key with this digest."""

    def keys(self, world_id: str) -> Sequence[KeyRecord]:
        """The keys of a world, in order of creation."""

    def take_token(self, world_id: str, key_id: str, limit: RateLimit, wall: int, now: int) -> Verdict:
        """Takes a token from the bucket of a key. Raises KeyError for a world that is gone."""

    def levels(self, world_id: str) -> Mapping[str, Level]:
        """What was in each bucket of a world when a token was last asked of it, by the id of its key."""

    def append_journal(self, world_id: str, entry: Entry) -> None:
        """Adds an entry to a world's journal; the oldest go when it holds too many bytes. May return before it is kept."""

    def read_journal(self, world_id: str) -> Sequence[Entry]:
        """The journal of a world, oldest first, with everything that this process appended."""

    def clear_traffic(self, world_id: str, *, journal: bool = True, buckets: bool = True) -> None:
        """Empties the journal of a world, and fills its buckets."""

    def journal_bytes(self) -> int:
        """About how many bytes all journals take."""

    def watch(self, world_id: str) -> int:
        """Keeps the events of a world from now on; returns the number of the last one, 0 for none.

        A store may stop when nobody has read them for some minutes.
        """

    def publish(self, world_id: str, kind: str, *data: str) -> None:
        """Adds events of one kind, each the text of its JSON, to a watched world, in this order; nothing for another."""

    def read_after(self, numbers: Mapping[str, int]) -> Sequence[StoredEvent]:
        """The events of each of these worlds after a number, in order within a world."""
