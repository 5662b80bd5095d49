"""The verbs of storage: all that the rest of the program asks of a store.

A store holds worlds. Whatever happens in a world happens inside one unit of work: `Store.unit` gives the caller the world
to itself, and what it wrote becomes visible all at once when the unit is left, or not at all when it is left by an
exception. An implementation that can meet a competing writer raises CommitIssue then, with nothing done.
All times are world time unless a name says `wall`.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ..domain.clock import Clock
from ..domain.limits import OWNED_LIMITS, PUBLIC_LIMITS, Limits
from ..domain.query import Query
from ..resources.sequences.model import Organization, Run
from ..resources.sequences.schedule import Schedule
from .channels import Channels
from .traffic import Traffic


class StoreError(Exception):
    """A store that cannot be opened; one sentence that says how to mend it."""


@dataclass(frozen=True, slots=True)
class WorldRecord:
    """What is fixed about a world at its birth. `birth` is the instant of world time 0; the wall times are instants.

    A world whose birth is not `anchored`, neither named nor tied to instants of its fixture, is born again at the present
    when it is reset. `ttl` (microseconds) is how long it stays unused; `public` tells that a stranger made it.
    """

    id: str
    name: str
    fixture: str
    epoch: int
    fixed_epoch: bool
    frozen: bool
    created_wall: int
    ttl: int | None
    public: bool
    seed: int
    organizations: Mapping[str, Organization]
    schedule: Schedule

    @property
    def limits(self) -> Limits:
        """How much the world may hold."""
        return PUBLIC_LIMITS if self.public else OWNED_LIMITS


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key as it opens a world. `digest` is the SHA-256 of its token, which is kept nowhere."""

    digest: bytes
    id: str
    name: str
    scopes: frozenset[str]
    world_id: str
    organization_id: str


class HistoryEntry(NamedTuple):
    """One line of a run's history: at `at`, `event` by client, clock or engine led from `source` to `target`."""

    at: int
    event: str
    by: str
    source: str | None
    target: str
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A kept state: when it was taken on the machine, and the instant it then was in the world."""

    name: str
    created_wall: int
    now: int


class Moment(NamedTuple):
    """A world's birth (an instant), its present (world time), and what its chances are drawn from."""

    epoch: int
    now: int
    seed: int


class Unit(Protocol):
    """One world during one unit of work. Reads see the unit's own writes."""

    record: WorldRecord
    wall: int
    """The instant of the unit, by the store's clock; it never goes back within a world."""
    clock: Clock
    """Assigning it moves the world's clock with the unit."""

    def get(self, organization_id: str | None, sequence_id: str) -> Run | None:
        """A run by id; within one organization, or in any with None."""

    def page(self, organization_id: str, query: Query) -> tuple[Sequence[Run], int]:
        """The runs of a page and the number of matches over all pages."""

    def counts(self, organization_id: str) -> Mapping[str, int]:
        """Runs by status; statuses without a run may be absent."""

    def siblings(self, run: Run) -> Sequence[Run]:
        """Runs of the same organization, template and company, by id, `run` excluded; none without a company."""

    def of_contact(self, organization_id: str, contact_id: str) -> Sequence[Run]:
        """The runs of a contact, by id."""

    def due(self, until: int) -> Sequence[Run]:
        """The runs for which something falls due at `until` or before, by instant and then id."""

    def next_due(self) -> Run | None:
        """The run for which something falls due first."""

    def put(self, run: Run, *entries_: HistoryEntry) -> None:
        """Stores a run, new or changed, and appends to its history."""

    def checkpoint(self) -> None:
        """Keeps what was put so far, even if the unit is left by an exception after this."""

    def history(self, sequence_id: str) -> Sequence[HistoryEntry]:
        """What happened to a run since the timeline began, oldest first."""

    def all_runs(self) -> Iterable[Run]:
        """Every run of the world, by organization and then id."""

    def forget_contact(self, contact_id: str) -> None:
        """Marks a contact's record as deleted."""

    def forgotten_contacts(self) -> frozenset[str]:
        """The contacts whose records were deleted."""

    def reset(self, epoch: int, clock: Clock) -> None:
        """Puts the fixture's runs back, with no history and no contact deleted, in a world born at `birth`."""

    def snapshots(self) -> Sequence[Snapshot]:
        """What was kept, oldest first."""

    def keep(self, name: str) -> Snapshot:
        """Keeps runs, histories, deleted contacts and clock under a name; a snapshot of that name is replaced."""

    def restore(self, name: str) -> None:
        """Returns to a snapshot, its birth and clock included. Raises KeyError when there is none of that name."""

    def drop(self, name: str) -> None:
        """Forgets a snapshot. Raises KeyError when there is none of that name."""

    def kept_runs(self, name: str) -> Iterable[Run]:
        """The runs of a snapshot. Raises KeyError when there is none of that name."""

    def kept_birth(self, name: str) -> int:
        """The birth that a snapshot's times count from. Raises KeyError when there is none of that name."""


class Base(Protocol):
    """The runs of a fixture, in world time, as a world is born with them; one object serves all worlds born so."""

    def runs(self) -> Iterable[Run]:
        """Each run, in no particular order."""


class Store(Protocol):
    """A keeper of worlds."""

    @property
    def blocking(self) -> bool:
        """Whether a verb can wait for something outside the process; handlers are then called off the event loop."""

    @property
    def name(self) -> str:
        """What the store is called in readiness."""

    @property
    def traffic(self) -> Traffic:
        """What surrounds the requests of each world: faults, rate limits, journals."""

    @property
    def channels(self) -> Channels | None:
        """What listeners in other processes are told; None where there can be no other process."""

    def disconnect(self) -> None:
        """Lets go of whatever a fork must not share, until `connect`."""

    def connect(self) -> None:
        """Goes on after `disconnect`, in this process or in one that was forked from it. Raises StoreError."""

    def trouble(self) -> str | None:
        """Why the store cannot serve at present; None when it can."""

    def wall(self) -> int:
        """The present, in microseconds since 1970, by the one clock of all that share the store."""

    def add(self, record: WorldRecord, base: Base, clock: Clock, keys: Iterable[KeyRecord]) -> None:
        """Adds a world with the runs of its fixture."""

    def remove(self, world_id: str) -> None:
        """Removes a world, its keys too. Raises KeyError when there is no such world."""

    def worlds(self) -> Sequence[WorldRecord]:
        """Every world, in order of creation."""

    def expires(self, world_id: str) -> int | None:
        """The machine's time at which a world may be collected if it is not used before; None for never."""

    def use(self, world_id: str) -> None:
        """Notes that a world is used. Raises KeyError when there is no such world, or it has expired."""

    def collect(self) -> Sequence[str]:
        """Removes the worlds that have expired; returns their ids."""

    def find_key(self, digest: bytes) -> KeyRecord | None:
        """The key with this digest."""

    def keys(self, world_id: str) -> Sequence[KeyRecord]:
        """The keys of a world."""

    def moment(self, world_id: str, wall: int) -> Moment:
        """Where a world is when the machine's time is `wall`; nothing is settled. Raises KeyError."""

    def unit(self, world_id: str, *, reads: bool = False) -> AbstractContextManager[Unit]:
        """The world's unit of work. Raises KeyError when there is no such world.

        `reads` promises that the caller itself will put nothing; what falls due can be put, between `due` and `checkpoint`.
        A store that many processes share then lets readers by each other.
        """
