"""All that the package offers, in one import."""

from .clock import AsyncWorldClock, WorldClock
from .errors import (
    ArgumentError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    SandboxError,
    SandboxNotStarted,
    TooManyError,
    UnauthorizedError,
    VerificationError,
)
from .faults import AsyncWorldFaults, WorldFaults
from .journal import AsyncWorldJournal, WorldJournal
from .sandbox import AsyncSandbox, Sandbox
from .sequences import AsyncWorldSequences, WorldSequences
from .snapshots import AsyncWorldSnapshots, WorldSnapshots
from .world import AsyncWorld, World

__all__ = [
    "ArgumentError", "AsyncSandbox", "AsyncWorld", "AsyncWorldClock", "AsyncWorldFaults", "AsyncWorldJournal",
    "AsyncWorldSequences", "AsyncWorldSnapshots", "InvalidError", "NotAllowedError", "NotFoundError", "Sandbox",
    "SandboxError", "SandboxNotStarted", "TooManyError", "UnauthorizedError", "VerificationError", "World", "WorldClock",
    "WorldFaults", "WorldJournal", "WorldSequences", "WorldSnapshots",
]  # fmt: skip
