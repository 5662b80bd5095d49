"""What a conflict leads to: the same is done again, on the world as the other process left it."""

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from ..domain.errors import CommitIssue
from .worlds import Caller

T = TypeVar("T")
C = TypeVar("C", Caller, Caller | None)

_PATIENCE_SECONDS: Final = 1.0
"""A writer that is slower than another one to the same world loses most times that they meet, and not every time: some
thirty attempts are enough, and a thread that many share is not held for longer."""
_FIRST_PAUSE_SECONDS: Final = 0.002
_LONGEST_PAUSE_SECONDS: Final = 0.05


def again_after_conflicts(caller: C, work: Callable[[C], T]) -> T:
    """What `work` returns. It is done again when another process changed the same world first, as it has done nothing then.

    Raises CommitIssue where it met conflicts again and again.
    """
    pause, end = _FIRST_PAUSE_SECONDS, None
    while True:
        try:
            return work(caller)
        except CommitIssue:
            now = time.monotonic()
            end = now + _PATIENCE_SECONDS if end is None else end
            if now >= end:
                raise
        # Writers that met each other should not meet again, so each waits for as long as chance will have it.
        time.sleep(random.uniform(0, pause))  # noqa: S311
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        if caller is not None:
            caller = caller._replace(world=None)
