"""What a list call asks for, as a frozen value. The contract's section "List" gives the meaning."""

from typing import Final, NamedTuple

CREATED: Final = "created_at"
UPDATED: Final = "updated_at"
STATUS: Final = "status"


class Query(NamedTuple):
    """Filters, joined by AND, an order, and a page.

    `after` and `before` bound `created_at` strictly, in world time. `descending` reverses the field sorted by; equal runs
    stand by ascending id in both directions. `page` counts from 1.
    """

    status: str | None = None
    template: str | None = None
    after: int | None = None
    before: int | None = None
    sort_by: str = CREATED
    descending: bool = False
    page: int = 1
    size: int = 10

    @property
    def offset(self) -> int:
        """Matching runs before the page."""
        return (self.page - 1) * self.size

    @property
    def bounded(self) -> bool:
        """Whether `created_at` is bounded at all."""
        return self.after is not None or self.before is not None


def pages(total: int, size: int) -> int:
    """How many pages of `size` hold `total` runs; none for none."""
    return -(-total // size)
