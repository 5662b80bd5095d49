"""How many responses came to whoever asked: a rule, or what rules share."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Tally:
    """The responses so far."""

    responses: int = 0


_CURRENT: ContextVar[Tally | None] = ContextVar("_CURRENT", default=None)


def count() -> None:
    """Counts one response."""
    tally = _CURRENT.get()
    if tally is not None:
        tally.responses += 1


@contextmanager
def tallied(tally: Tally) -> Iterator[Tally]:
    """Counts here what comes to this thread meanwhile."""
    before = _CURRENT.set(tally)
    try:
        yield tally
    finally:
        _CURRENT.reset(before)
