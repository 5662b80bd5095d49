"""What the pages of a list say of their number, and whether they hold it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..contract.operations import ARRANGING, Operation
from ..engine import Page
from .exchange import Exchange
from .pages import Finding, fits_all, number_of

_MOST_LISTS, _MOST_OF_A_LIST = 1000, 10
#: Page and size, items, and the three numbers of a page.
_Numbers = tuple[int, int, int, int, int, bool]
_Key = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass
class _Wrong:
    """A page whose numbers do not agree. `before` is the total of the right page that surely came before, if any."""

    exchange: Exchange
    finding: Finding
    before: int | None
    again: bool = False


@dataclass
class _List:
    """One list: its last right page, and each kind of wrong page since."""

    right: Exchange | None = None
    total: int = 0
    wrong: dict[_Numbers, _Wrong] = field(default_factory=dict)

    def agree(self, exchange: Exchange, total: int) -> Iterator[_Wrong]:
        """Takes a right page; gives the wrong ones before that nothing explains."""
        for numbers, one in list(self.wrong.items()):
            if one.exchange.precedes(exchange):
                del self.wrong[numbers]
                if one.before == total or (one.before is None and one.again):
                    yield one
        self.right, self.total = exchange, total

    def disagree(self, exchange: Exchange, numbers: _Numbers, finding: Finding) -> None:
        """Takes a wrong page. The same one again, surely later, is the server's way."""
        known = self.wrong.get(numbers)
        if known is not None:
            known.again = known.again or known.exchange.precedes(exchange)
        elif len(self.wrong) < _MOST_OF_A_LIST:
            sure = self.right is not None and self.right.precedes(exchange)
            self.wrong[numbers] = _Wrong(exchange, finding, self.total if sure else None)


@dataclass
class Counts:
    """Whether the numbers of pages agree with each other, and with the items that the pages hold.

    A server may count, read, and look for more at different times, so one page may disagree while an item comes or goes.
    It is a finding where the right pages before and after count the same, or where the same wrong page is read again.
    """

    strict: bool
    _lists: dict[_Key, _List] = field(default_factory=dict)
    _found: list[_Wrong] = field(default_factory=list)

    def note(self, exchange: Exchange, operation: Operation, query: Mapping[str, str], page: Page) -> bool:
        """Looks at one page; whether its numbers agree."""
        if not fits_all(operation, {name: query[name] for name in ARRANGING if name in query}):
            return False
        number, size = (number_of(operation, query, name) for name in ("page", "size"))
        finding = self._wrong(operation, number, size, page)
        filters = tuple(sorted((name, query[name]) for name in query if name not in ARRANGING))
        key = exchange.client, operation.id, filters
        if key not in self._lists and len(self._lists) >= _MOST_LISTS:
            return finding is None
        known, slim = self._lists.setdefault(key, _List()), exchange.without_bodies()
        if finding is not None:
            numbers = number, size, len(page.items), page.total_count, page.total_pages, page.has_more
            known.disagree(slim, numbers, finding)
        elif len(page.items) == min(size, page.total_count - size * (number - 1)):  # else it is beyond the last page
            self._find(known.agree(slim, page.total_count))
        return finding is None

    def _wrong(self, operation: Operation, number: int, size: int, page: Page) -> Finding | None:
        rule, last = f"list.{operation.id}.pages.partition", -(-page.total_count // size)
        wanted, got = min(size, page.total_count - size * (number - 1)), len(page.items)
        if page.total_pages != last and (page.total_count or self.strict or page.total_pages > 1):
            return rule, f"total_pages {last} of {page.total_count} items at size {size}", f"{page.total_pages}"
        if (number <= last or self.strict or not page.total_count) and page.has_more != (number < last):
            return rule, f"has_more {number < last} on page {number} of {last}", f"{page.has_more}"
        if 0 < wanted != got:
            return rule, f"{wanted} items on page {number} of {page.total_count} at size {size}", f"{got}"
        return None

    def _find(self, wrong: Iterator[_Wrong]) -> None:
        for one in wrong:
            if len(self._found) < _MOST_LISTS:
                self._found.append(one)

    def findings(self) -> Iterator[tuple[Exchange, Finding]]:
        """What is wrong for good, once everything has been looked at."""
        for known in self._lists.values():
            self._find(one for one in known.wrong.values() if one.again)
        for one in self._found:
            yield one.exchange, one.finding
