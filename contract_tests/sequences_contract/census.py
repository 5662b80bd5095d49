"""The census: every run of the key's organization, gathered once and compared with what filters and sorts answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from . import instants
from .runs import Malformed, Run

if TYPE_CHECKING:
    from .exchange import Answer

#: Pages of a hundred that a census reads at most; what lies beyond is left out of every comparison.
PAGES = 500


@dataclass(frozen=True)
class Census:
    """Runs in the order of the default list, each once."""

    runs: tuple[Run, ...]

    @cached_property
    def by_id(self) -> dict[str, Run]:
        return {run.id: run for run in self.runs}

    def in_status(self, status: str) -> list[Run]:
        return [run for run in self.runs if run.status == status]

    def select(self, query: Mapping[str, str]) -> list[Run]:
        """The runs that the filters of `query` keep, by the contract's definition of each."""
        return [run for run in self.runs if matches(run, query)]


def matches(run: Run, query: Mapping[str, str]) -> bool:
    """Whether one run satisfies every filter of `query`; sorting and paging parameters are no filters."""
    tests: dict[str, Callable[[str], bool]] = {
        "status": lambda value: run.status == value,
        "sequence_template_id": lambda value: run.template == value.lower(),
        "created_at_after": lambda value: run.created > instants.parse(value),
        "created_at_before": lambda value: run.created < instants.parse(value),
    }
    return all(tests[name](str(value)) for name, value in query.items() if name in tests)


@dataclass(frozen=True)
class Page:
    """One page of the list."""

    items: tuple[Run, ...]
    total_count: int
    total_pages: int
    has_more: bool

    @classmethod
    def read(cls, answer: Answer) -> Page:
        """The page in a 200 answer. Raises Malformed."""
        try:
            body = answer.json()
        except ValueError as error:
            raise Malformed(str(error)) from None
        kinds = {"items": list, "total_count": int, "total_pages": int, "has_more": bool}
        if not isinstance(body, dict):
            raise Malformed("a page should be an object")
        for name, kind in kinds.items():
            if type(body.get(name)) is not kind:
                raise Malformed(f"the page's {name} should be {kind.__name__} and is {body.get(name, 'missing')!r:.80}")
        items = tuple(Run.read(item) for item in body["items"])
        return cls(items, body["total_count"], body["total_pages"], body["has_more"])
