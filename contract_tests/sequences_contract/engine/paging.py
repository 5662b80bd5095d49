"""Reading a list to its end, several pages at a time."""

from collections.abc import Callable, Iterator
from functools import partial

from ..http.messages import Response
from .items import Page
from .workers import side_by_side

#: Pages that are read at most; what lies beyond is left out of every comparison.
PAGES = 500


def read_pages(
    send: Callable[[int], Response], read: Callable[[Response], Page], size: int, workers: int
) -> Iterator[tuple[Response, Page]]:
    """Every page up to one with nothing new, and none that nothing announced: a target may reject what is past the end.

    `send` asks for a page by its number, `read` may raise. Up to so many `workers` ask for what the last page announced.
    """
    number, seen, ids, announced = 0, 0, set[str](), 1
    while number < PAGES:
        numbers = range(number + 1, min(max(number + 1, announced), number + workers, PAGES) + 1)
        for response in side_by_side([partial(send, one) for one in numbers], workers):
            page = read(response)
            yield response, page
            seen, known = seen + len(page.items), len(ids)
            ids.update(item.id for item in page.items)
            if len(ids) == known or (not page.has_more and seen >= page.total_count):
                return
        number, announced = numbers[-1], -(-page.total_count // size)
