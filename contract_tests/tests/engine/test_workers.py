"""Several things at the same time."""

import threading
from contextvars import ContextVar
from functools import partial

import pytest
from sequences_contract.engine.workers import side_by_side, spread


@pytest.mark.parametrize("workers", [1, 3])
def test_each_item_is_worked_on_once(workers):
    done = []
    spread(range(20), lambda _, item: done.append(item), workers)
    assert sorted(done) == list(range(20))


def test_so_many_are_worked_on_at_a_time():
    together = threading.Barrier(3, timeout=10)
    spread(range(3), lambda *_: together.wait(), 3)
    assert not together.broken


def test_each_worker_has_a_number_of_its_own():
    together = threading.Barrier(3, timeout=10)
    numbers = []

    def work(number, _):
        numbers.append(number)
        together.wait()

    spread(range(3), work, 3)
    assert sorted(numbers) == [0, 1, 2]


@pytest.mark.parametrize("workers", [1, 3])
def test_the_first_failure_is_raised_and_nothing_begins_after_it(workers):
    begun = []

    def work(_, item):
        begun.append(item)
        raise ValueError(item)

    with pytest.raises(ValueError, match=r"\d"):
        spread(range(20), work, workers)
    assert len(begun) <= workers


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_the_order_of_the_calls(workers):
    assert side_by_side([partial(pow, number, 2) for number in range(9)], workers) == [n * n for n in range(9)]


def test_what_holds_for_a_thread_holds_for_those_that_work_for_it():
    whose = ContextVar("whose", default="nobody's")
    whose.set("a rule's")
    assert side_by_side([whose.get] * 3, 3) == ["a rule's"] * 3
