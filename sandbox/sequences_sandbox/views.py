"""What a handler returns: values of the domain, and the birth of the world that turns their times into instants."""

from collections.abc import Sequence as Seq
from dataclasses import dataclass

from .entities import Sequence


@dataclass(frozen=True, slots=True)
class RunView:
    """One run."""

    run: Sequence
    birth: int


@dataclass(frozen=True, slots=True)
class PageView:
    """The list envelope around the runs of a page."""

    runs: Seq[Sequence]
    birth: int
    total_count: int
    total_pages: int
    has_more: bool
