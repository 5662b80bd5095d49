"""Lists are read to their end, several pages at a time, and not beyond."""

import threading
from types import SimpleNamespace

import pytest
from sequences_contract.engine.items import Page
from sequences_contract.engine.paging import PAGES, read_pages


def items(*numbers):
    return tuple(SimpleNamespace(id=number) for number in numbers)


def counted(total, size):
    """The pages of a list that says what it holds."""

    def page(number):
        last = -(-total // size)
        return Page(items(*range(total)[size * (number - 1) : size * number]), total, last, number < last)

    return page


def read(page, size, workers):
    """The numbers that were asked for, in order of their numbers, and the ids that came."""
    asked = []

    def send(number):
        asked.append(number)
        return page(number)

    found = [item.id for _, one in read_pages(send, lambda one: one, size, workers) for item in one.items]
    return sorted(asked), found


@pytest.mark.parametrize("workers", [1, 3, 8])
@pytest.mark.parametrize("total", [0, 1, 10, 11, 95])
def test_every_page_is_asked_for_once_and_none_past_the_end(total, workers):
    asked, found = read(counted(total, 10), 10, workers)
    assert found == list(range(total))
    assert asked == list(range(1, max(1, -(-total // 10)) + 1))


def test_pages_are_asked_for_side_by_side():
    together, page = threading.Barrier(3, timeout=10), counted(40, 10)

    def meeting(number):
        if number > 1:
            together.wait()
        return page(number)

    assert read(meeting, 10, 3)[1] == list(range(40))


def test_pages_that_are_announced_and_bring_nothing_new_are_soon_given_up():
    asked, found = read(lambda _: Page(items(1, 2), 100_000, 50_000, True), 2, 8)
    assert found == [1, 2, 1, 2]
    assert len(asked) <= 1 + 8


def test_what_nothing_announced_is_read_where_more_is_said_to_follow():
    whole = counted(35, 10)

    def understated(number):
        page = whole(number)
        return Page(page.items, 10, 1, page.has_more)

    assert read(understated, 10, 8)[1] == list(range(35))


def test_a_list_without_an_end_is_read_to_a_bound():
    asked, _ = read(lambda number: Page(items(number), 10**9, 10**9, True), 1, 8)
    assert asked == list(range(1, PAGES + 1))
