"""What a process has at hand is bounded in bytes."""

import pytest
from sequences_sandbox.worlds.cache import Cache


@pytest.fixture
def cache():
    """Room for 100 bytes, with three values of 30."""
    cache = Cache(100)
    for name in "abc":
        cache.put(name, name.upper(), 30)
    return cache


def at_hand(cache):
    return [name for name in "abcdef" if cache.get(name) is not None]


def test_what_was_longest_unused_goes_first(cache):
    cache.use("a")
    cache.put("d", "D", 30)
    assert (at_hand(cache), cache.bytes) == (["a", "c", "d"], 90)


def test_a_value_that_grew_makes_others_go(cache):
    cache.use("b", 80)
    assert (at_hand(cache), cache.bytes) == (["b"], 80)


def test_a_value_larger_than_all_the_room_is_at_hand_until_the_next_one_comes(cache):
    cache.put("d", "D", 1000)
    assert at_hand(cache) == ["d"]
    cache.put("e", "E", 1)
    assert (at_hand(cache), cache.bytes) == (["e"], 1)


def test_what_is_pinned_stays_until_its_last_pin_goes(cache):
    for other in ("other", "another"):
        cache.pin("a", other, 60)
    assert (cache.get("a"), cache.bytes) == ("A", 90)
    cache.put("d", "D", 90)
    assert at_hand(cache) == ["a", "d"]
    cache.unpin("a")
    assert at_hand(cache) == ["a", "d"]
    cache.unpin("a")
    assert (at_hand(cache), cache.bytes) == (["d"], 90)


def test_a_pin_brings_the_value_along_where_it_is_not_at_hand(cache):
    cache.pin("d", "D", 1000)
    cache.put("e", "E", 1)
    assert (at_hand(cache), cache.bytes) == (["d", "e"], 1001)
    cache.unpin("d")
    assert (at_hand(cache), cache.bytes) == (["e"], 1)
