"""A typed client of the control API, for tests in Python: a sandbox of one's own, and private worlds in it.

    from sequences_sandbox.client import Sandbox

    with Sandbox.start() as sandbox, sandbox.world() as world:
        world.clock.advance("P2D")
        world.faults.add(status=429, retry_after=2, on="pauseSequence", nth=3)
        my_integration(base_url=world.url, key=world.key)
        world.journal.verify("stopSequence", body={"reason": "WIN"}, exactly=1)

`AsyncSandbox` is the same for asyncio. The client imports nothing of the server; it speaks to one over HTTP.
"""

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
