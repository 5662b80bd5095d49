"""When requests may go: all callers of a target wait where one was told to."""

import threading
from contextlib import ExitStack

import pytest
from sequences_contract.http import pacing
from sequences_contract.http.pacing import Pacing, Patience

from ..ordinary_servers.conditions import VirtualTime

ALONE = 2
"""Seconds that a request waits for others to join it; all that may be in flight together are, well before."""


@pytest.fixture
def clock(monkeypatch):
    virtual = VirtualTime()
    monkeypatch.setattr(pacing, "time", virtual)
    return virtual


def sent_by(shared, clock, callers):
    """The times at which callers of their own threads may send, in order."""
    times = []

    def call():
        with shared.turn():
            times.append(clock.time())

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times)


def test_a_429_of_one_request_holds_all_callers(clock):
    shared = Pacing()
    began = clock.time()
    assert Patience(shared).wait({"retry-after": "7"})
    assert sent_by(shared, clock, 8)[0] - began >= 7


def test_the_longest_of_several_429_counts(clock):
    shared = Pacing()
    began = clock.time()
    for seconds in ("9", "2"):
        assert Patience(shared).wait({"retry-after": seconds})
    assert sent_by(shared, clock, 1)[0] - began >= 9


def test_a_429_that_does_not_say_how_long_is_waited_for_longer_each_time(clock):
    waiting, waits = Patience(shared := Pacing()), []
    for _ in range(4):
        began = clock.time()
        assert waiting.wait({})
        waits.append(sent_by(shared, clock, 1)[0] - began)
    assert waits == sorted(waits)
    assert waits[-1] > 4 * waits[0]


def test_patience_ends_where_a_wait_would_outlast_it(clock):
    assert not Patience(Pacing()).wait({"retry-after": str(pacing.PATIENCE_SECONDS + 1)})


def test_the_rate_holds_over_all_callers(clock):
    times = sent_by(Pacing(rate=10), clock, 8)
    assert times[-1] - times[0] >= 0.69


def test_once_all_is_over_nothing_is_sent_but_what_puts_back():
    def over():
        raise KeyboardInterrupt

    shared = Pacing()
    shared.stop = over
    with pytest.raises(KeyboardInterrupt), shared.turn():
        pass
    with shared.finishing(), shared.turn():
        pass


def most_in_flight(shared, callers, *more):
    """How many requests of so many callers are in flight at the same time, where each stays until no other joins it."""
    inside, most, joined = [0], [0], threading.Condition()

    def call():
        with ExitStack() as within:
            for each in more:
                within.enter_context(each())
            within.enter_context(shared.turn())
            with joined:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                joined.notify_all()
                joined.wait_for(lambda: most[0] == callers, timeout=ALONE)
                inside[0] -= 1

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return most[0]


def test_no_more_requests_are_in_flight_than_may_be():
    assert most_in_flight(Pacing(in_flight=2), 3) == 2


def test_what_is_about_requests_at_the_same_time_is_not_held_back():
    shared = Pacing(in_flight=1)
    assert most_in_flight(shared, 6, shared.together) == 6
