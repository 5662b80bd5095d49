"""Conflicts between writers: a handler that met one is called again.

A store raises CommitIssue when another writer was first, and has done nothing then. Handlers are functions of values, so
that calling one again is safe; only one that meets conflicts again and again lets the client hear of it.
"""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from ..domain.errors import CommitIssue

_ATTEMPTS: Final = 4
_LONGEST_PAUSE_SECONDS: Final = 0.05


def retry_on_conflict(handler: Callable[..., Any], pause: Callable[[float], None] = time.sleep) -> Callable[..., Any]:
    """The handler, called anew after a conflict, a few times."""

    @wraps(handler)
    def call(*arguments: Any, **named: Any) -> Any:
        for _ in range(_ATTEMPTS - 1):
            try:
                return handler(*arguments, **named)
            except CommitIssue:
                # Writers that met each other should not meet again, so each waits for as long as chance will have it.
                pause(random.uniform(0, _LONGEST_PAUSE_SECONDS))  # noqa: S311
        return handler(*arguments, **named)

    return call
