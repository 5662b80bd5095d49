"""Turns: what has one name is done by one thread at a time, and few wait for it."""

import threading
import time

import pytest
from sequences_sandbox.domain.errors import RateLimitIssue
from sequences_sandbox.domain.limits import Share
from sequences_sandbox.traffic.places import Places
from sequences_sandbox.worlds.turns import Turns


def until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_one_has_a_turn_few_wait_for_it_and_nothing_is_left_of_it():
    waiting = Places(Share("requests that wait", 1, None, 10))
    turns, done = Turns(waiting), []

    def take():
        with turns.of("one"):
            done.append("second")

    with turns.of("one"):
        second = threading.Thread(target=take)
        second.start()
        until(lambda: waiting.taken == 1)
        with pytest.raises(RateLimitIssue), turns.of("one"):
            pytest.fail("had a turn at the same time")
        with turns.of("other"):
            done.append("first")
    second.join(10)
    assert done == ["first", "second"]
    assert (waiting.taken, turns._turns) == (0, {})


def test_a_turn_ends_with_a_failure():
    turns = Turns(Places(Share("requests that wait", 1, None, 10)))
    with pytest.raises(ZeroDivisionError), turns.of("one"):
        raise ZeroDivisionError
    with turns.of("one"):
        assert list(turns._turns) == ["one"]
