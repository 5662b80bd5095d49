"""What a list request asks for, and what it gets, as frozen values (contract, "List")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Bounds = tuple[int | None, int | None]
"""Later than the first and earlier than the second, both strict; None leaves that end open."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Filters joined by AND, an order, and a page, within one organization.

    `equal` gives field values, `bounds` limits timestamps (microseconds). `descending` reverses the field sorted by; equal
    items stay in ascending order of id. `page` counts from 1.
    """

    organization_id: str
    sort_by: str
    descending: bool = False
    page: int = 1
    size: int = 10
    equal: Mapping[str, Any] = field(default_factory=dict)
    bounds: Mapping[str, Bounds] = field(default_factory=dict)

    @property
    def offset(self) -> int:
        """How many matches come before the page."""
        return (self.page - 1) * self.size


@dataclass(frozen=True, slots=True)
class Page:
    """The items of one page, and how many match over all pages."""

    items: Sequence[Any]
    total: int
    query: ListQuery

    @property
    def total_pages(self) -> int:
        """How many pages of this size there are; 0 when nothing matches."""
        return page_count(self.total, self.query.size)

    @property
    def has_more(self) -> bool:
        """Whether pages follow this one."""
        return self.query.page < self.total_pages


def envelope(items: Sequence[Any], total: int, page: int, size: int) -> dict[str, Any]:
    """A page of a list as it is sent: its items, and how many match over all pages."""
    pages = page_count(total, size)
    return {"items": items, "total_count": total, "total_pages": pages, "has_more": page < pages}


def page_count(total: int, size: int) -> int:
    """How many pages of `size` hold `total` items."""
    return -(-total // size)
