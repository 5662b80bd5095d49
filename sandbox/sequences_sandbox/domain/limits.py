"""Every bound on what clients may take, so that none of them takes it from the others. Each is named here and nowhere else.

`Limits` bound what one world may hold; one that an anonymous visitor made holds less. `HostLimits` bound what clients may
take of the server together. The error for a bound that is reached says which one it is.

Source: own; the documentation bounds nothing of this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from .errors import TooLargeIssue
from .timestamps import DAY, HOUR, MINUTE

LimitName = Literal[
    "document_bytes", "faults", "keys", "organizations", "runs", "snapshot_bytes", "snapshots", "variables"
]  # fmt: skip
_FULL: Final[Mapping[LimitName, tuple[str, str, str]]] = {
    "variables": ("A run of this world has", "variables", "remove some first"),
    "runs": ("An organization of this world has", "runs", "reset the world first"),
    "organizations": ("A visitor's world has", "organizations", "leave some out"),
    "keys": ("A visitor's world has", "API keys", "leave some out"),
    "faults": ("A world has", "faults", "remove one first"),
    "snapshots": ("A world keeps", "snapshots", "delete one first"),
    "snapshot_bytes": ("A world keeps", "bytes of snapshots", "delete one first"),
    "document_bytes": ("This world holds", "bytes of documents", "remove variables, or reset it"),
}
"""What is said of each limit that is reached: who has at most so many of what, and how to go on."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a world may hold; None stands for any number.

    `text` bounds the variables of one run, in characters of names and values together, `variables` their number; `runs`
    those of an organization to which more can be enrolled; `organizations`, `keys`, `faults` and `snapshots` are numbers of
    a world. Bytes are about what values take in memory: `document_bytes` of all documents, `snapshot_bytes` of all
    snapshots, `history_bytes` of all history entries, whose oldest give way.
    """

    text: int
    variables: int | None
    runs: int | None
    organizations: int | None
    keys: int | None
    faults: int
    snapshots: int
    document_bytes: int | None
    snapshot_bytes: int | None
    history_bytes: int

    def require_text(self, variables: Mapping[str, str] | None) -> None:
        """Raises TooLargeIssue when the variables of a run have become too many or too long."""
        self.require("variables", len(variables or ()))
        if variables and sum(map(len, variables)) + sum(map(len, variables.values())) > self.text:
            raise TooLargeIssue(
                f"The run's variables would have more than {self.text} characters together; remove some first, "
                "or set shorter ones.",
                allowed={"maximum_characters": self.text},
            )

    def require(self, name: LimitName, number: int) -> None:
        """Raises TooLargeIssue when `number` is more than the limit of that name allows."""
        most: int | None = getattr(self, name)
        if most is not None and number > most:
            subject, things, fix = _FULL[name]
            raise TooLargeIssue(f"{subject} {most} {things} at most; {fix}.", allowed={"maximum": most}, limit=things)


# Of the largest body that is read, all fits beside as much again.
OWNED_LIMITS: Final = Limits(
    text=2 << 20,
    variables=None,
    runs=None,
    organizations=None,
    keys=None,
    faults=100,
    snapshots=100,
    document_bytes=None,
    snapshot_bytes=None,
    history_bytes=256 << 20,
)
PUBLIC_LIMITS: Final = Limits(
    text=1 << 16,
    variables=1000,
    runs=1000,
    organizations=20,
    keys=100,
    faults=100,
    snapshots=10,
    document_bytes=6 << 20,
    snapshot_bytes=12 << 20,
    history_bytes=2 << 20,
)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of something may be taken at one time: of one world, by one client address, and in all. None: no bound."""

    what: str
    of_world: int | None
    of_address: int | None
    in_all: int


class Bounded(Protocol):
    """Something of which so much may be taken at a time."""

    @property
    def share(self) -> Share:
        """What it is, and how much of it there is."""

    @property
    def taken(self) -> int:
        """How much of it is taken."""


@dataclass(frozen=True, slots=True)
class VisitorLimits:
    """What anonymous visitors may have: worlds in all and for one address, how long one stays unused (`idle`) and at all
    (`lifetime`), and after how long without use one may make room for another (`spare`). Times are in microseconds."""

    worlds: int = 0
    of_address: int = 10
    idle: int = HOUR
    lifetime: int = DAY
    spare: int = 2 * MINUTE


WAITING: Final = Share("requests that wait for their turn", 16, None, 24)
"""How many requests wait for worlds that others are writing to. Each takes a thread, of which there are forty."""
VISITOR_BYTES: Final = Share("bytes of memory", None, 100 << 20, 1 << 30)
"""How much the worlds of visitors take together, in memory or in the database."""
MOST_EVENTS: Final = 250
"""How many due events one request applies."""
MOST_SLICES: Final = 200
"""In how many goes a request applies what fell due before it, others in between, until it answers that it takes longer."""

NO_VISITORS: Final = VisitorLimits()


@dataclass(frozen=True, slots=True)
class HostLimits:
    """What clients may take of one process at a time."""

    connections: Share
    streams: Share
    delayed: Share
    bodies: Share
    long_work: Share


_RESERVED_DESCRIPTORS: Final = 128
"""Left for the database, for files, and for connections that are just being sent the error that there are too many."""


def host_limits(descriptors: int, *, shared: bool) -> HostLimits:
    """The limits of a process that may open so many descriptors. Where anonymous visitors share it (`shared`), an
    address and a world have a share only. What is held for long takes half of the connections at most."""
    most = max(descriptors - _RESERVED_DESCRIPTORS, descriptors // 2)
    few, some = (20, 100) if shared else (None, None)
    return HostLimits(
        connections=Share("connections", None, some, most),
        streams=Share("event streams", few, few, most // 4),
        delayed=Share("delayed responses", few, few, most // 4),
        # Each may take its minute to arrive, and a megabyte all the while.
        bodies=Share("large bodies", None, *((8, min(64, most // 4)) if shared else (None, most // 4))),
        # Each may be a response of forty megabytes that its client takes slowly.
        long_work=Share("requests that take long", None, *((4, 32) if shared else (None, 64))),
    )
