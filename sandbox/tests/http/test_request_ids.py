"""Request ids: their form, and what they keep to themselves."""

import os
import re
from itertools import pairwise
from statistics import fmean

from sequences_sandbox.http.request.ids import RequestIds

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
FORM = re.compile(f"req_[0-7][{ALPHABET}]{{25}}")


def test_an_id_is_a_ulid_in_lower_case_that_begins_with_the_time():
    now = 1_790_000_000_123_456
    one = RequestIds(lambda: now)()
    assert FORM.fullmatch(one)
    milliseconds = 0
    for character in one[4:14]:
        milliseconds = milliseconds << 5 | ALPHABET.index(character)
    assert milliseconds == now // 1000


def test_no_id_comes_twice_also_within_a_millisecond():
    ids = RequestIds(lambda: 0)
    assert len({ids() for _ in range(10_000)}) == 10_000


def test_two_ids_do_not_tell_how_many_came_between():
    ids = RequestIds(lambda: 0)
    numbers = [int("".join(format(ALPHABET.index(each), "05b") for each in ids()[14:]), 2) for _ in range(10_001)]
    steps = [(after - before) % (1 << 80) for before, after in pairwise(numbers)]
    assert len(set(steps)) == len(steps)
    assert abs(fmean(steps) / (1 << 80) - 0.5) < 0.02
    assert all(set(characters) == set(ALPHABET) for characters in zip(*(ids()[14:] for _ in range(2000)), strict=True))


def test_processes_forked_before_the_first_id_give_different_ones():
    ids = RequestIds(lambda: 0)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writing, ids().encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    of_child = os.read(reading, 100).decode()
    os.close(reading)
    os.close(writing)
    assert FORM.fullmatch(of_child)
    assert of_child != ids()
