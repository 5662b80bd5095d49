"""Rates, as a command line takes them."""

import argparse

import pytest
from sequences_sandbox_client.cli.rate import rate


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("60/min", (60, 60)),
        ("5/s", (5, 1)),
        ("100/15min", (100, 900)),
        ("1000/day", (1000, 86_400)),
        ("10/30s", (10, 30)),
    ],
)
def test_a_rate_is_read(text, limit):
    assert rate(text) == limit


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("60", "write one like 60/min"),
        ("sixty/min", "write one like"),
        ("0/min", "write one like"),
        ("60/week", "s, min, h, d"),
        ("60/0min", "out of range"),
        ("60/2d", "out of range"),
        ("9999999/s", "out of range"),
    ],
)
def test_a_rate_that_is_none_is_refused_with_what_to_write(text, words):
    with pytest.raises(argparse.ArgumentTypeError, match=words):
        rate(text)
