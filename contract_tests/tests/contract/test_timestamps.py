"""Timestamps are exact: what is written is read as the same time, whatever the offset."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequences_contract.contract import timestamps

TIMES = st.integers(-(10**15), 10**15).map(lambda micros: Fraction(micros, 10**6))


@given(TIMES, st.none() | st.integers(-1439, 1439))
def test_what_is_written_is_read_as_the_same_time(time, minutes):
    assert timestamps.parse(timestamps.write(time, offset_minutes=minutes)) == time


@given(TIMES)
def test_what_is_written_in_utc_has_the_form_of_the_contract(time):
    assert timestamps.CANONICAL.fullmatch(timestamps.write(time))


@pytest.mark.parametrize("text", ["2026-03-02", "2026-13-01T00:00:00Z", "2026-03-02T09:00:00", "yesterday", ""])
def test_anything_else_is_rejected(text):
    with pytest.raises(ValueError, match=r"."):
        timestamps.parse(text)
