"""A typed client of the control API, for tests in Python: a sandbox of one's own, and private worlds in it.

    from sequences_sandbox.client import Sandbox

    with Sandbox.start() as sandbox, sandbox.world() as world:
        world.clock.advance("P2D")
        world.faults.add(status=429, retry_after=2, on="pauseSequence", nth=3)
        my_integration(base_url=world.url, key=world.key)
        world.journal.verify("stopSequence", body={"reason": "WIN"}, exactly=1)

It imports nothing of the server; it speaks to one over HTTP.
"""

from .clock import Clock
from .errors import (
    InvalidError,
    NotAllowedError,
    NotFoundError,
    SandboxError,
    SandboxNotStarted,
    TooManyError,
    UnauthorizedError,
    VerificationError,
)
from .faults import Faults
from .journal import Journal
from .sandbox import Sandbox
from .snapshots import Snapshots
from .world import World

__all__ = [
    "Clock",
    "Faults",
    "InvalidError",
    "Journal",
    "NotAllowedError",
    "NotFoundError",
    "Sandbox",
    "SandboxError",
    "SandboxNotStarted",
    "Snapshots",
    "TooManyError",
    "UnauthorizedError",
    "VerificationError",
    "World",
]
