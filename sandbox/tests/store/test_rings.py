"""The rings of a store in memory: what is old is not looked at again, and what a ring takes itself is counted."""

import sys
import tracemalloc

from sequences_sandbox.store.memory import MemoryStore
from sequences_sandbox.store.records import StoredEvent
from sequences_sandbox.store.rings import Rings


def events(store, number):
    for each in range(1, number + 1):
        event = StoredEvent("w", each, "clock", "{}")
        store._events.append("w", event, event.bytes)


def lines(call):
    """How many lines of Python a call takes."""
    count = 0

    def count_lines(frame, event, argument):
        nonlocal count
        count += event == "line"
        return count_lines

    before = sys.gettrace()
    sys.settrace(count_lines)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def test_who_is_up_to_date_costs_the_same_however_many_events_are_kept():
    stores = [MemoryStore(lambda: 0), MemoryStore(lambda: 0)]
    for store, number in zip(stores, (10, 1000), strict=True):
        events(store, number)
        assert [event.number for event in store.read_after({"w": number - 2})] == [number - 1, number]
    few, many = (
        lines(lambda each=each: each[0].read_after({"w": each[1]})) for each in zip(stores, (9, 999), strict=True)
    )
    assert many == few


def test_rings_of_one_small_item_each_take_no_more_memory_than_all_may():
    most, rings = 1 << 20, Rings(1 << 16, 1 << 20)
    tracemalloc.start()
    try:
        for number in range(20_000):
            event = StoredEvent(f"{number:036}", 1, "world", '{"event":"deleted"}')
            rings.append(event.world_id, event, event.bytes)
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert rings.bytes <= most
    assert taken < 1.5 * most


def test_what_a_ring_takes_is_given_back_with_it():
    rings = Rings(1000, 10_000)
    for name in "ab":
        rings.append(name, "item", 100)
    rings.clear("a")
    rings.keep_last("b", 1)
    assert rings.bytes > 100
    rings.clear("b")
    assert rings.bytes == 0
